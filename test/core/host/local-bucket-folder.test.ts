import { describe, expect, it } from 'vitest'
import {
  bucketElsewhere,
  localBucketFolder,
} from '../../../electron/core/host/local-bucket-folder.ts'

const ROAMING = 'C:\\Users\\Jörg\\AppData\\Roaming'
const LOCAL = 'C:\\Users\\Jörg\\AppData\\Local'
const ON_WINDOWS = {
  platform: 'win32',
  environment: { APPDATA: ROAMING, LOCALAPPDATA: LOCAL },
  exists: () => false,
} as const

describe('the folder of the bucket on this computer', () => {
  it('does not roam with the profile on Windows', () => {
    const folder = localBucketFolder({ ...ON_WINDOWS, dataFolder: `${ROAMING}\\Ferry` })

    expect(folder).toBe(`${LOCAL}\\Ferry\\local-bucket`)
  })

  it('is named apart only where it is not in the data folder', () => {
    expect(bucketElsewhere({ ...ON_WINDOWS, dataFolder: `${ROAMING}\\Ferry` })).toEqual({
      bucketFolder: `${LOCAL}\\Ferry\\local-bucket`,
    })
    expect(bucketElsewhere({ ...ON_WINDOWS, dataFolder: 'D:\\Ferry' })).toEqual({})
  })

  it('stays where an older Ferry began it', () => {
    const old = `${ROAMING}\\Ferry\\local-bucket`

    const folder = localBucketFolder({
      ...ON_WINDOWS,
      dataFolder: `${ROAMING}\\Ferry`,
      exists: (path) => path === old,
    })

    expect(folder).toBe(old)
  })

  it('is in the data folder that the user chose', () => {
    for (const dataFolder of ['D:\\Ferry', 'C:\\Users\\Jörg\\AppData\\RoamingNot', ROAMING]) {
      expect(localBucketFolder({ ...ON_WINDOWS, dataFolder })).toBe(`${dataFolder}\\local-bucket`)
    }
  })

  it('is in the data folder where Windows does not say which folder is local', () => {
    const folder = localBucketFolder({
      ...ON_WINDOWS,
      dataFolder: `${ROAMING}\\Ferry`,
      environment: { APPDATA: ROAMING },
    })

    expect(folder).toBe(`${ROAMING}\\Ferry\\local-bucket`)
  })

  it('is in the data folder on other systems, whatever their variables say', () => {
    const environment = { APPDATA: '/home/anna', LOCALAPPDATA: '/tmp' }
    for (const platform of ['linux', 'darwin'] as const) {
      const around = { platform, environment, exists: () => false }
      expect(localBucketFolder({ ...around, dataFolder: '/home/anna/ferry' })).toBe(
        '/home/anna/ferry/local-bucket',
      )
    }
  })
})
