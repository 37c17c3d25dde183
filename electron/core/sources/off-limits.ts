import { realpath } from 'node:fs/promises'
import { homedir, hostname, networkInterfaces } from 'node:os'
import { posix, win32 } from 'node:path'
import type { Failure } from '../../contract/failure/kinds.ts'
import { asPlainFile } from '../../files/plain-file.ts'
import type { Environment } from '../ports.ts'

type OffLimits = Extract<Failure, { kind: 'source-off-limits' }>
type Why = OffLimits['why']

/**
 * Paths that are never read, whoever asks. A path comes to the host from the preload alone, which
 * takes it from a `File`: if "constructed in JS and […] not backed by a file on disk" it has none
 * (electronjs.org/docs/latest/api/web-utils), so a script in the page cannot make one up. But
 * `getPathForFile` runs in the page's process (shell/renderer/api/electron_api_web_utils.cc), and
 * Electron's main process cannot find out which path the system gave there. Code that has taken
 * over the whole process may therefore name any path, and this list protects against it. It is
 * short, since every other file may be a legitimate upload.
 */
export interface SourceLimits {
  /** Checks the path's text alone, before the file system is touched. */
  readonly ofPath: (path: string) => OffLimits | null
  /**
   * Asks the user, once for each server, before a file on a Windows share is looked at: looking at
   * it means signing in to its server, which a compromised page could choose.
   */
  readonly ofServer: (path: string) => Promise<OffLimits | null>
  /**
   * The system itself passed this path, without the page: the user is not asked about its server.
   */
  readonly trustServer: (path: string) => void
  /**
   * Checks where the file really is.
   * @param folder the chosen folder that it was given with, which no link may leave.
   */
  readonly ofPlace: (path: string, folder: string | null) => Promise<OffLimits | null>
}

/** For a host whose page gives no paths. */
export const NO_LIMITS: SourceLimits = {
  ofPath: () => null,
  ofServer: async () => null,
  trustServer: () => undefined,
  ofPlace: async () => null,
}

interface SourceLimitsDeps {
  readonly dataFolder: string
  /** The local bucket keeps its access keys there, inside the data folder or elsewhere. */
  readonly bucketFolder: string
  /** The browser host may keep access keys in the clear in its data folder. */
  readonly browserHostFolder: string
  /** The files in which the AWS tools keep access keys; the login shell may name others later. */
  readonly awsFiles: () => readonly string[]
  readonly environment: Environment
  readonly platform: NodeJS.Platform
  /** Whether the user lets Ferry read files from that server. */
  readonly mayReadFrom: (server: string) => Promise<boolean>
  /** Names and addresses of this computer. */
  readonly ownNames?: readonly string[]
  /** Resolves links, with names as the file system writes them; rejects for missing paths. */
  readonly follow?: (path: string) => Promise<string>
}

interface ClosedPlace {
  readonly why: Why
  /** The name that the user sees. */
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
      // The login shell may have named other files with access keys meanwhile.
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
 * `\\?\` and `\\.\`: devices, and paths that Windows does not normalise, so that one file has many.
 * Source: learn.microsoft.com/windows/win32/fileio/naming-a-file, "Win32 Device Namespaces".
 */
const DEVICE_PATH = /^[\\/]{2}[?.](?:[\\/]|$)|^[\\/]\?\?[\\/]/

/** `C$`: a whole disk, which Windows shares with administrators. */
const ADMIN_SHARE = /^[\\/]{2}[^\\/]+[\\/][a-z]\$(?:[\\/]|$)/i

/** A second path to a file that has a usual one, which would hide that it is in a closed folder. */
function isSidePath(path: string, ownNames: ReadonlySet<string>): boolean {
  if (DEVICE_PATH.test(path) || ADMIN_SHARE.test(path)) return true
  const server = serverOf(path, 'win32')
  if (server === null) return false
  // `server@8080`, `server@SSL`: WebDAV. Windows writes an IPv6 address as a name.
  const [host = ''] = server.split('@')
  return ownNames.has(host) || /^localhost$|^127\.|\.ipv6-literal\.net$/.test(host)
}

function namesOfThisComputer(): string[] {
  const addresses = Object.values(networkInterfaces()).flatMap((each) => each ?? [])
  return [hostname(), ...addresses.map(({ address }) => address)]
}

/** Null: the path is not on a share (`\\server\share\file`). Server names are case-insensitive. */
function serverOf(path: string, platform: NodeJS.Platform): string | null {
  const [, server] = (platform === 'win32' && /^[\\/]{2}([^\\/]+)/.exec(path)) || []
  return server?.toLowerCase() ?? null
}

/**
 * A short name (8.3), or a stream's name: with it a path can be in a closed folder without showing
 * it. Source: learn.microsoft.com/windows/win32/fileio/naming-a-file, "Short vs. Long Names".
 */
const SECOND_NAME = /~\d|^.{2}.*:/s

/**
 * A missing path is not a link; reading the file reports that it is missing. Null: the file exists,
 * but its file system does not say where it leads, as those of RAM disks on Windows do not.
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

/** proc(5), sysfs(5): memory, environments and open files of every process of the user. */
const SYSTEM_FOLDERS: readonly ClosedPlace[] = ['/proc', '/sys', '/dev'].map((path) => ({
  why: 'system',
  place: path,
  path,
}))

type System = 'linux' | 'macos' | 'windows'

/** The folders where the system itself keeps passwords. */
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
 * Also true for the folder itself. Windows and macOS ignore case by default, and macOS ignores
 * characters without a glyph on HFS+. If two names are equal to one of these systems, they are
 * equal here; for a few names that a system distinguishes, this does no harm.
 */
function isWithin(path: string, folder: string, platform: NodeJS.Platform): boolean {
  const { relative, isAbsolute, sep } = pathOf(platform)
  const isFolded = system(platform) !== 'linux'
  const same = (text: string) => (isFolded ? folded(text) : text)
  const way = relative(same(folder), same(path))
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}

/** Goes through upper case, since `ſ` is lower case already but has an upper-case letter. */
function folded(text: string): string {
  const seen = text.normalize('NFC').replace(/\p{Default_Ignorable_Code_Point}/gu, '')
  return seen.toUpperCase().toLowerCase()
}

function offLimits(why: Why, place: string): OffLimits {
  return { kind: 'source-off-limits', why, place: place.slice(0, 1000).toWellFormed() }
}
