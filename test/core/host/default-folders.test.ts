import { describe, expect, it } from 'vitest'
import {
  bucketElsewhere,
  defaultFolder,
  localBucketFolder,
} from '../../../electron/core/host/default-folders.ts'

const WINDOWS = {
  platform: 'win32',
  environment: {
    APPDATA: 'C:\\Users\\Jörg Müller\\AppData\\Roaming',
    LOCALAPPDATA: 'C:\\Users\\Jörg Müller\\AppData\\Local',
  },
  home: 'C:\\Users\\Jörg Müller',
} as const
const MAC = { platform: 'darwin', environment: {}, home: '/Users/me' } as const

const LOCAL = 'C:\\Users\\Jörg Müller\\AppData\\Local\\Ferry'
const ROAMING = 'C:\\Users\\Jörg Müller\\AppData\\Roaming\\Ferry'
const SUPPORT = '/Users/me/Library/Application Support/Ferry'

const having = (...paths: readonly string[]) => ({ exists: (path: string) => paths.includes(path) })
const without = having()

describe('a first start', () => {
  it.each([
    ['desktop', WINDOWS, LOCAL],
    ['loopback', WINDOWS, `${LOCAL}-browser`],
    ['desktop', MAC, SUPPORT],
    ['loopback', MAC, `${SUPPORT}-browser`],
    [
      'loopback',
      { platform: 'linux', environment: {}, home: '/home/a' },
      '/home/a/.local/share/ferry',
    ],
    [
      'loopback',
      { platform: 'linux', environment: { XDG_DATA_HOME: '/data' }, home: '/home/a' },
      '/data/ferry',
    ],
    ['desktop', { platform: 'linux', environment: {}, home: '/home/a' }, '/home/a/.config/Ferry'],
    [
      'desktop',
      { platform: 'win32', environment: {}, home: 'D:\\Home' },
      'D:\\Home\\AppData\\Local\\Ferry',
    ],
  ] as const)('of the %s has a folder of its own: %j', (host, around, folder) => {
    expect(defaultFolder(host, { ...around, ...without })).toEqual({ folder, passedOver: null })
  })
})

describe('the folder of an older version of Ferry', () => {
  const shared = having(`${ROAMING}\\settings.json`, `${ROAMING}\\secrets.json`)
  const desktops = having(
    `${ROAMING}\\settings.json`,
    `${ROAMING}\\secrets.json`,
    `${ROAMING}\\chromium`,
  )

  it('stays in use by the desktop app, whichever host created it', () => {
    for (const found of [shared, desktops]) {
      const expected = { folder: ROAMING, passedOver: null }
      expect(defaultFolder('desktop', { ...WINDOWS, ...found })).toEqual(expected)
    }
  })

  it('stays in use by the browser’s host if Electron never ran there', () => {
    const expected = { folder: ROAMING, passedOver: null }

    expect(defaultFolder('loopback', { ...WINDOWS, ...shared })).toEqual(expected)
  })

  it('is left to the desktop app if Electron ran there, and is reported', () => {
    const expected = { folder: `${LOCAL}-browser`, passedOver: ROAMING }

    expect(defaultFolder('loopback', { ...WINDOWS, ...desktops })).toEqual(expected)
  })

  it.each(['chromium', 'Local State', 'crashes'])(
    'on macOS is recognized as the desktop’s by %s',
    (trace) => {
      const found = having(`${SUPPORT}/records.sqlite`, `${SUPPORT}/${trace}`)

      expect(defaultFolder('loopback', { ...MAC, ...found })).toEqual({
        folder: `${SUPPORT}-browser`,
        passedOver: SUPPORT,
      })
    },
  )

  it('no longer matters once the host has a folder of its own', () => {
    const both = having(
      `${LOCAL}\\settings.json`,
      `${LOCAL}-browser\\records.sqlite`,
      `${ROAMING}\\settings.json`,
      `${ROAMING}\\chromium`,
    )

    expect(defaultFolder('desktop', { ...WINDOWS, ...both })).toEqual({
      folder: LOCAL,
      passedOver: null,
    })
    expect(defaultFolder('loopback', { ...WINDOWS, ...both })).toEqual({
      folder: `${LOCAL}-browser`,
      passedOver: null,
    })
  })

  it('does not count if it contains no data', () => {
    const empty = having(ROAMING, `${ROAMING}\\chromium`)

    expect(defaultFolder('desktop', { ...WINDOWS, ...empty }).folder).toBe(LOCAL)
  })
})

const ROAMING_FOLDER = 'C:\\Users\\Jörg\\AppData\\Roaming'
const LOCAL_FOLDER = 'C:\\Users\\Jörg\\AppData\\Local'
const ON_WINDOWS = {
  platform: 'win32',
  environment: { APPDATA: ROAMING_FOLDER, LOCALAPPDATA: LOCAL_FOLDER },
  exists: () => false,
} as const

describe('the folder of the bucket on this computer', () => {
  it('is not in the roaming profile on Windows', () => {
    const folder = localBucketFolder({ ...ON_WINDOWS, dataFolder: `${ROAMING_FOLDER}\\Ferry` })

    expect(folder).toBe(`${LOCAL_FOLDER}\\Ferry\\local-bucket`)
  })

  it('is reported only if it is outside the data folder', () => {
    expect(bucketElsewhere({ ...ON_WINDOWS, dataFolder: `${ROAMING_FOLDER}\\Ferry` })).toEqual({
      bucketFolder: `${LOCAL_FOLDER}\\Ferry\\local-bucket`,
    })
    expect(bucketElsewhere({ ...ON_WINDOWS, dataFolder: 'D:\\Ferry' })).toEqual({})
  })

  it('stays where an older version created it', () => {
    const old = `${ROAMING_FOLDER}\\Ferry\\local-bucket`

    const folder = localBucketFolder({
      ...ON_WINDOWS,
      dataFolder: `${ROAMING_FOLDER}\\Ferry`,
      exists: (path) => path === old,
    })

    expect(folder).toBe(old)
  })

  it('is in the data folder if the user chose that folder', () => {
    for (const dataFolder of [
      'D:\\Ferry',
      'C:\\Users\\Jörg\\AppData\\RoamingNot',
      ROAMING_FOLDER,
    ]) {
      expect(localBucketFolder({ ...ON_WINDOWS, dataFolder })).toBe(`${dataFolder}\\local-bucket`)
    }
  })

  it('is in the data folder if Windows does not say which folder is local', () => {
    const folder = localBucketFolder({
      ...ON_WINDOWS,
      dataFolder: `${ROAMING_FOLDER}\\Ferry`,
      environment: { APPDATA: ROAMING_FOLDER },
    })

    expect(folder).toBe(`${ROAMING_FOLDER}\\Ferry\\local-bucket`)
  })

  it('is in the data folder on other systems, whatever their variables contain', () => {
    const environment = { APPDATA: '/home/anna', LOCALAPPDATA: '/tmp' }
    for (const platform of ['linux', 'darwin'] as const) {
      const around = { platform, environment, exists: () => false }
      expect(localBucketFolder({ ...around, dataFolder: '/home/anna/ferry' })).toBe(
        '/home/anna/ferry/local-bucket',
      )
    }
  })
})
