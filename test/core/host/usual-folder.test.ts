import { describe, expect, it } from 'vitest'
import { usualFolder } from '../../../electron/core/host/usual-folder.ts'

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
    expect(usualFolder(host, { ...around, ...without })).toEqual({ folder, passedOver: null })
  })
})

describe('the folder of an older Ferry', () => {
  const shared = having(`${ROAMING}\\settings.json`, `${ROAMING}\\secrets.json`)
  const desktops = having(
    `${ROAMING}\\settings.json`,
    `${ROAMING}\\secrets.json`,
    `${ROAMING}\\chromium`,
  )

  it('stays in use by the desktop, whoever made it', () => {
    for (const found of [shared, desktops]) {
      const expected = { folder: ROAMING, passedOver: null }
      expect(usualFolder('desktop', { ...WINDOWS, ...found })).toEqual(expected)
    }
  })

  it('stays in use by the browser’s host where Electron never ran', () => {
    const expected = { folder: ROAMING, passedOver: null }

    expect(usualFolder('loopback', { ...WINDOWS, ...shared })).toEqual(expected)
  })

  it('is left to the desktop where Electron ran, and named', () => {
    const expected = { folder: `${LOCAL}-browser`, passedOver: ROAMING }

    expect(usualFolder('loopback', { ...WINDOWS, ...desktops })).toEqual(expected)
  })

  it.each(['chromium', 'Local State', 'crashes'])(
    'on macOS is known as the desktop’s by %s',
    (trace) => {
      const found = having(`${SUPPORT}/records.sqlite`, `${SUPPORT}/${trace}`)

      expect(usualFolder('loopback', { ...MAC, ...found })).toEqual({
        folder: `${SUPPORT}-browser`,
        passedOver: SUPPORT,
      })
    },
  )

  it('is not asked about any more once the host has one of its own', () => {
    const both = having(
      `${LOCAL}\\settings.json`,
      `${LOCAL}-browser\\records.sqlite`,
      `${ROAMING}\\settings.json`,
      `${ROAMING}\\chromium`,
    )

    expect(usualFolder('desktop', { ...WINDOWS, ...both })).toEqual({
      folder: LOCAL,
      passedOver: null,
    })
    expect(usualFolder('loopback', { ...WINDOWS, ...both })).toEqual({
      folder: `${LOCAL}-browser`,
      passedOver: null,
    })
  })

  it('without data in it counts for nothing', () => {
    const empty = having(ROAMING, `${ROAMING}\\chromium`)

    expect(usualFolder('desktop', { ...WINDOWS, ...empty }).folder).toBe(LOCAL)
  })
})
