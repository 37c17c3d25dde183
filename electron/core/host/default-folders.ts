import { existsSync } from 'node:fs'
import { posix, win32 } from 'node:path'
import type { HostDescription } from '../../contract/commands/host.ts'
import type { Environment } from '../ports.ts'

type Host = HostDescription['host']

export interface FolderEnvironment {
  readonly platform: NodeJS.Platform
  readonly environment: Environment
  readonly home: string
  readonly exists?: (path: string) => boolean
}

export interface DefaultFolder {
  readonly folder: string
  /** The folder of an older version that the other host continues to use; null: there is none. */
  readonly passedOver: string | null
}

/** The desktop app keeps the old name; a name without a blank needs no quotes in a shell. */
const FOLDER_NAMES: Record<Host, string> = { desktop: 'Ferry', loopback: 'Ferry-browser' }

/** Every version of Ferry has created these in its data folder. */
const DATA_FILES = ['settings.json', 'records.sqlite']
/** Only Electron creates these, in every version. */
const DESKTOP_FILES = ['chromium', 'Local State', 'crashes']

/**
 * Where a host keeps its data by default. Each host has a folder of its own, since neither can read
 * the other's secrets. On Windows it is below the local profile: the roaming one is copied to a
 * server at each log-off, or is on one (learn.microsoft.com, KNOWNFOLDERID). XDG:
 * specifications.freedesktop.org/basedir.
 *
 * Older versions had one folder for both hosts on Windows and macOS. It stays where it is and in
 * use, because the bucket's own file contains absolute paths in it. The desktop app continues with
 * it, and takes over the browser host's secrets (`secret-file.ts`). The browser's host does so only
 * if Electron has never run there; otherwise it creates a folder of its own, and reports where the
 * old one is.
 */
export function defaultFolder(host: Host, around: FolderEnvironment): DefaultFolder {
  const { exists = existsSync } = around
  const { own, older, join } = foldersOf(host, around)
  const holdsData = (folder: string) => DATA_FILES.some((name) => exists(join(folder, name)))
  if (older === null || holdsData(own) || !holdsData(older)) {
    return { folder: own, passedOver: null }
  }
  const isDesktops = DESKTOP_FILES.some((name) => exists(join(older, name)))
  return host === 'loopback' && isDesktops
    ? { folder: own, passedOver: older }
    : { folder: older, passedOver: null }
}

function foldersOf(host: Host, { platform, environment, home }: FolderEnvironment) {
  const name = FOLDER_NAMES[host]
  const { join } = platform === 'win32' ? win32 : posix
  if (platform === 'win32') {
    const local = environment.LOCALAPPDATA || join(home, 'AppData', 'Local')
    const roaming = environment.APPDATA || join(home, 'AppData', 'Roaming')
    return { join, own: join(local, name), older: join(roaming, 'Ferry') }
  }
  if (platform === 'darwin') {
    const support = join(home, 'Library', 'Application Support')
    return { join, own: join(support, name), older: join(support, 'Ferry') }
  }
  // The two have always been separate here; Electron's own folder is ~/.config/Ferry.
  const { XDG_DATA_HOME, XDG_CONFIG_HOME } = environment
  const own =
    host === 'loopback'
      ? join(XDG_DATA_HOME || join(home, '.local', 'share'), 'ferry')
      : join(XDG_CONFIG_HOME || join(home, '.config'), name)
  return { join, own, older: null }
}

const BUCKET_FOLDER_NAME = 'local-bucket'

interface BucketFolderDeps {
  readonly dataFolder: string
  readonly environment: Environment
  readonly platform: NodeJS.Platform
  readonly exists?: (path: string) => boolean
}

/**
 * Where the bucket on this computer keeps its files. On Windows the data folder is below the
 * roaming profile, which many companies copy to a server at each log-off and limit in size;
 * gigabytes of objects belong below the local one: learn.microsoft.com, KNOWNFOLDERID,
 * FOLDERID_LocalAppData. A bucket that an older version created stays where it is, as does one in a
 * data folder that the user chose.
 */
export function localBucketFolder(around: BucketFolderDeps): string {
  const { dataFolder, environment, platform, exists = existsSync } = around
  const path = platform === 'win32' ? win32 : posix
  const inDataFolder = path.join(dataFolder, BUCKET_FOLDER_NAME)
  const { APPDATA: roaming, LOCALAPPDATA: local } = environment
  if (platform !== 'win32' || !roaming || !local || exists(inDataFolder)) return inDataFolder
  const way = path.relative(roaming, dataFolder)
  const isRoaming = way !== '' && way.split(path.sep)[0] !== '..' && !path.isAbsolute(way)
  return isRoaming ? path.join(local, way, BUCKET_FOLDER_NAME) : inDataFolder
}

/** The same folder for users who look for it in the data folder: only if it is elsewhere. */
export function bucketElsewhere(
  around: BucketFolderDeps,
): { readonly bucketFolder: string } | Record<string, never> {
  const bucketFolder = localBucketFolder(around)
  const path = around.platform === 'win32' ? win32 : posix
  return path.dirname(bucketFolder) === path.normalize(around.dataFolder) ? {} : { bucketFolder }
}

export function hostPlatform(platform: NodeJS.Platform): HostDescription['platform'] {
  switch (platform) {
    case 'linux':
      return 'linux'
    case 'darwin':
      return 'macos'
    case 'win32':
      return 'windows'
    default:
      return 'other'
  }
}
