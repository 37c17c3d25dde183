import { realpath } from 'node:fs/promises'
import { homedir, hostname, networkInterfaces } from 'node:os'
import { posix, win32 } from 'node:path'
import type { Failure } from '../../contract/failure/kinds.ts'
import { asPlainFile } from '../../files/plain-file.ts'
import type { Environment } from '../ports.ts'

type OffLimits = Extract<Failure, { kind: 'source-off-limits' }>
type Why = OffLimits['why']

/**
 * What is never read, whoever asks. A path comes to the host from the preload alone, which takes it
 * from a `File`: "constructed in JS and […] not backed by a file on disk" it has none
 * (electronjs.org/docs/latest/api/web-utils), so a script in the page cannot make one up. But
 * `getPathForFile` runs in the page's process (shell/renderer/api/electron_api_web_utils.cc), and
 * Electron's main process cannot find out what the system handed over there. Code that has taken
 * over the whole process may therefore name any path, and this list is what stands in its way. It is
 * short, since everything else may be somebody's upload.
 */
export interface SourceLimits {
  /** By its text alone, before anybody looks at it. */
  readonly ofPath: (path: string) => OffLimits | null
  /**
   * Asks the user, once for each server, before a file of a share of Windows' is looked at: to look
   * at it is to sign in to its server, which a page that was taken over could choose.
   */
  readonly ofServer: (path: string) => Promise<OffLimits | null>
  /** The system handed this path over itself, without the page: nobody is asked about its server. */
  readonly trustServer: (path: string) => void
  /**
   * By where it really is.
   * @param folder the chosen folder that it was given with, out of which no link may lead.
   */
  readonly ofPlace: (path: string, folder: string | null) => Promise<OffLimits | null>
}

/** A host whose page gives no paths. */
export const NO_LIMITS: SourceLimits = {
  ofPath: () => null,
  ofServer: async () => null,
  trustServer: () => undefined,
  ofPlace: async () => null,
}

interface SourceLimitsDeps {
  readonly dataFolder: string
  /** The bucket on this computer keeps its keys there; in the data folder or not. */
  readonly bucketFolder: string
  /** The browser's host may keep keys in the clear in its data folder. */
  readonly browserHostFolder: string
  /** The files in which the AWS tools keep keys; the login shell may name others later. */
  readonly awsFiles: () => readonly string[]
  readonly environment: Environment
  readonly platform: NodeJS.Platform
  /** Whether the user lets Ferry read files of that server. */
  readonly mayReadFrom: (server: string) => Promise<boolean>
  /** Names and addresses of this computer. */
  readonly ownNames?: readonly string[]
  /** Where links lead, in the names that the file system has; rejects for what is not there. */
  readonly follow?: (path: string) => Promise<string>
}

interface ClosedPlace {
  readonly why: Why
  /** As the user is told. */
  readonly place: string
  readonly path: string
}

export function sourceLimits(around: SourceLimitsDeps): SourceLimits {
  const { platform } = around
  const { isAbsolute } = pathOf(platform)
  const follow = around.follow ?? ((path) => asPlainFile(() => realpath(path)))
  const ownNames = new Set(
    (around.ownNames ?? namesOfThisComputer()).map((each) => each.toLowerCase()),
  )
  const trusted = new Set<string>()
  return {
    ofPath: (path) => {
      if (platform === 'win32' && isSidePath(path, ownNames)) return offLimits('device-path', path)
      return isAbsolute(path) && !path.includes('\0') ? null : offLimits('not-a-path', path)
    },
    ofServer: async (path) => {
      const server = serverOf(path, platform)
      if (server === null || trusted.has(server)) return null
      return (await around.mayReadFrom(server)) ? null : offLimits('network-path', `\\\\${server}`)
    },
    trustServer: (path) => {
      const server = serverOf(path, platform)
      if (server !== null) trusted.add(server)
    },
    ofPlace: async (path, folder) => {
      const found = await followed(path, follow)
      if (found === null && platform === 'win32' && SECOND_NAME.test(path)) {
        return offLimits('not-a-path', path)
      }
      const real = found ?? path
      // The login shell may have named other files of keys meanwhile.
      for (const { why, place, path: folderOf } of closedPlaces(around)) {
        const aliases = [folderOf, (await followed(folderOf, follow)) ?? folderOf]
        const isClosed = aliases.some((each) => isWithin(real, each, platform))
        if (isClosed || isWithin(path, folderOf, platform)) return offLimits(why, place)
      }
      if (folder === null) return null
      const inFolder = (await followed(folder, follow)) ?? folder
      if (isWithin(real, inFolder, platform)) return null
      return offLimits('link-out', pathOf(platform).basename(folder))
    },
  }
}

/**
 * `\\?\` and `\\.\`: devices, and paths that Windows does not tidy up, so that one file has many.
 * Source: learn.microsoft.com/windows/win32/fileio/naming-a-file, "Win32 Device Namespaces".
 */
const DEVICE_PATH = /^[\\/]{2}[?.](?:[\\/]|$)|^[\\/]\?\?[\\/]/

/** `C$`: a whole disk, which Windows shares with administrators. */
const ADMIN_SHARE = /^[\\/]{2}[^\\/]+[\\/][a-z]\$(?:[\\/]|$)/i

/** A second path to what has a usual one, by which no closed place would be known. */
function isSidePath(path: string, ownNames: ReadonlySet<string>): boolean {
  if (DEVICE_PATH.test(path) || ADMIN_SHARE.test(path)) return true
  const server = serverOf(path, 'win32')
  if (server === null) return false
  // `server@8080`, `server@SSL`: WebDAV. Windows writes the address of IPv6 as a name.
  const [host = ''] = server.split('@')
  return ownNames.has(host) || /^localhost$|^127\.|\.ipv6-literal\.net$/.test(host)
}

function namesOfThisComputer(): string[] {
  const addresses = Object.values(networkInterfaces()).flatMap((each) => each ?? [])
  return [hostname(), ...addresses.map(({ address }) => address)]
}

/** Null: the path is not of a share (`\\server\share\file`). Servers' names know no case. */
function serverOf(path: string, platform: NodeJS.Platform): string | null {
  const [, server] = (platform === 'win32' && /^[\\/]{2}([^\\/]+)/.exec(path)) || []
  return server?.toLowerCase() ?? null
}

/**
 * A short name (8.3), or a stream's: with it a path can be in a closed place without saying so.
 * Source: learn.microsoft.com/windows/win32/fileio/naming-a-file, "Short vs. Long Names".
 */
const SECOND_NAME = /~\d|^.{2}.*:/s

/**
 * A missing path is not a link; reading the file reports that it is missing. Null: it is there, and
 * its file system does not say where it leads, as those of RAM disks on Windows do not.
 */
async function followed(
  path: string,
  follow: (path: string) => Promise<string>,
): Promise<string | null> {
  try {
    return await follow(path)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null
    return code === 'ENOENT' || code === 'ENOTDIR' ? path : null
  }
}

export function homeOf(environment: Environment): string {
  return environment.HOME || environment.USERPROFILE || homedir()
}

function closedPlaces(around: SourceLimitsDeps): ClosedPlace[] {
  const { dataFolder, bucketFolder, browserHostFolder, environment, platform } = around
  const { join } = pathOf(platform)
  const home = homeOf(environment)
  const atHome = (why: Why, ...names: readonly string[]) =>
    names.map((name) => ({ why, place: `~/${name}`, path: join(home, ...name.split('/')) }))
  const named = around.awsFiles().map((path) => ({ why: 'keys', place: path, path }))
  return [
    { why: 'data-folder', place: dataFolder, path: dataFolder },
    { why: 'data-folder', place: bucketFolder, path: bucketFolder },
    { why: 'data-folder', place: browserHostFolder, path: browserHostFolder },
    ...atHome('keys', '.aws', '.ssh', '.gnupg', ...KEY_STORES[system(platform)]),
    ...(named as readonly ClosedPlace[]),
    ...atHome('browser', ...BROWSERS[system(platform)]),
    ...(system(platform) === 'linux' ? SYSTEM_FOLDERS : []),
  ]
}

/** proc(5), sysfs(5): memory, environments and open files of every process of the user's. */
const SYSTEM_FOLDERS: readonly ClosedPlace[] = ['/proc', '/sys', '/dev'].map((path) => ({
  why: 'system',
  place: path,
  path,
}))

type System = 'linux' | 'macos' | 'windows'

/** Where the system itself keeps passwords. */
const KEY_STORES: Record<System, readonly string[]> = {
  linux: ['.local/share/keyrings', '.local/share/kwalletd'],
  macos: ['Library/Keychains'],
  windows: [
    'AppData/Local/Microsoft/Credentials',
    'AppData/Roaming/Microsoft/Credentials',
    'AppData/Roaming/Microsoft/Protect',
  ],
}

/**
 * Profiles of browsers, with the cookies of every site: chromium.org "User Data Directory"
 * (chromium/src/docs/user_data_dir.md), support.mozilla.org "Profiles".
 */
const BROWSERS: Record<System, readonly string[]> = {
  linux: [
    '.mozilla/firefox',
    'snap/firefox/common/.mozilla',
    '.config/google-chrome',
    '.config/chromium',
    '.config/microsoft-edge',
    '.config/BraveSoftware',
  ],
  macos: [
    'Library/Application Support/Firefox',
    'Library/Application Support/Google/Chrome',
    'Library/Application Support/Chromium',
    'Library/Application Support/Microsoft Edge',
    'Library/Application Support/BraveSoftware',
    'Library/Cookies',
    'Library/Safari',
  ],
  windows: [
    'AppData/Roaming/Mozilla/Firefox',
    'AppData/Local/Google/Chrome/User Data',
    'AppData/Local/Chromium/User Data',
    'AppData/Local/Microsoft/Edge/User Data',
    'AppData/Local/BraveSoftware',
  ],
}

function system(platform: NodeJS.Platform): System {
  if (platform === 'win32') return 'windows'
  return platform === 'darwin' ? 'macos' : 'linux'
}

function pathOf(platform: NodeJS.Platform) {
  return platform === 'win32' ? win32 : posix
}

/**
 * Also for the folder itself. Windows and macOS tell no small letters from capitals, as they come,
 * and macOS ignores characters without a glyph on HFS+. Where two names are the same to one of them,
 * they are the same here; a few are that the systems tell apart, which does no harm.
 */
function isWithin(path: string, folder: string, platform: NodeJS.Platform): boolean {
  const { relative, isAbsolute, sep } = pathOf(platform)
  const isFolded = system(platform) !== 'linux'
  const same = (text: string) => (isFolded ? folded(text) : text)
  const way = relative(same(folder), same(path))
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}

/** By way of capitals, since `ſ` has one and is a small letter already. */
function folded(text: string): string {
  const seen = text.normalize('NFC').replace(/\p{Default_Ignorable_Code_Point}/gu, '')
  return seen.toUpperCase().toLowerCase()
}

function offLimits(why: Why, place: string): OffLimits {
  return { kind: 'source-off-limits', why, place: place.slice(0, 1000).toWellFormed() }
}
