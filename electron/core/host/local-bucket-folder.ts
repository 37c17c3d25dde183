import { existsSync } from 'node:fs'
import { posix, win32 } from 'node:path'
import type { Environment } from '../ports.ts'

const NAME = 'local-bucket'

interface Surrounding {
  readonly dataFolder: string
  readonly environment: Environment
  readonly platform: NodeJS.Platform
  readonly exists?: (path: string) => boolean
}

/**
 * Where the bucket on this computer keeps its files. On Windows the data folder is below the roaming
 * profile, which many firms copy to a server at each log-off and set limits on; gigabytes of objects
 * belong below the local one: learn.microsoft.com, KNOWNFOLDERID, FOLDERID_LocalAppData. A bucket
 * that an older Ferry began stays where it is, as do those in a data folder that the user chose.
 */
export function localBucketFolder(around: Surrounding): string {
  const { dataFolder, environment, platform, exists = existsSync } = around
  const path = platform === 'win32' ? win32 : posix
  const inDataFolder = path.join(dataFolder, NAME)
  const { APPDATA: roaming, LOCALAPPDATA: local } = environment
  if (platform !== 'win32' || !roaming || !local || exists(inDataFolder)) return inDataFolder
  const way = path.relative(roaming, dataFolder)
  const isRoaming = way !== '' && way.split(path.sep)[0] !== '..' && !path.isAbsolute(way)
  return isRoaming ? path.join(local, way, NAME) : inDataFolder
}

/** The same for those who look for it in the data folder: only where it is not there. */
export function bucketElsewhere(
  around: Surrounding,
): { readonly bucketFolder: string } | Record<string, never> {
  const bucketFolder = localBucketFolder(around)
  const path = around.platform === 'win32' ? win32 : posix
  return path.dirname(bucketFolder) === path.normalize(around.dataFolder) ? {} : { bucketFolder }
}
