import { statfsSync } from 'node:fs'
import { join } from 'node:path'
import type { HostNotice } from '../../contract/commands/host.ts'
import {
  assertWritable,
  claimExisting,
  claimFolder,
  type Privacy,
} from '../../files/private-files.ts'
import { fileReason, StartRefused } from '../../files/start-refused.ts'
import type { Environment } from '../ports.ts'
import { narrowToUser, type RunProgram } from './windows-access.ts'

/** Ferry's own files in the data folder, with the files that SQLite keeps beside a database. */
const OWN_FILES = [
  ...['records.sqlite', 'host-lock.sqlite'].flatMap((name) =>
    ['', '-wal', '-shm', '-journal'].map((suffix) => name + suffix),
  ),
  'settings.json',
  'window.json',
  'secrets.json',
  'secrets-to-wipe.json',
  'to-delete.json',
  'sessions.json',
  'running-at.txt',
  'control.json',
]

/**
 * Room for the longest path below the folder that SQLite opens: `local-bucket/index.sqlite-journal`
 * and a little more.
 */
const ROOM_BELOW = 48
/** MAX_PATHNAME of sqlite.org/src/file/src/os_unix.c, in bytes of UTF-8. */
const SQLITE_PATH_BYTES = 512
/** Windows' MAX_PATH, which SQLite observes: sqlite.org/src/file/src/os_win.c. In UTF-16 units. */
const WINDOWS_PATH_UNITS = 260

/**
 * Creates the folder for this user alone, or removes other users' access to it and to Ferry's files
 * in it.
 *
 * @returns `open` if its disk keeps no modes. Windows' access lists are handled separately.
 * @throws StartRefused if it cannot be created or written, if its path is too long, or if other
 * users may have changed it.
 */
export function makeDataFolder(
  folder: string,
  platform: NodeJS.Platform = process.platform,
): Privacy {
  refuseLongPath(folder, platform)
  try {
    const privacy = claimFolder(folder)
    assertWritable(folder)
    for (const name of OWN_FILES) claimExisting(join(folder, name))
    return privacy
  } catch (error) {
    if (error instanceof StartRefused) throw error
    throw unwritable(folder, error)
  }
}

export function unwritable(folder: string, error: unknown): StartRefused {
  return new StartRefused(
    `Ferry cannot write to its data folder ${folder} (${fileReason(error)}). Choose another with --data-dir.`,
    { cause: error },
  )
}

/** SQLite would only say that it cannot open its file. */
function refuseLongPath(folder: string, platform: NodeJS.Platform): void {
  const [length, unit, most] =
    platform === 'win32'
      ? [folder.length, 'characters', WINDOWS_PATH_UNITS - ROOM_BELOW]
      : [Buffer.byteLength(folder), 'bytes', SQLITE_PATH_BYTES - ROOM_BELOW]
  if (length <= most) return
  throw new StartRefused(
    `Ferry cannot use the data folder ${folder}: its path is too long (${length} ${unit}, and at most ${most} work). Choose a folder with a shorter path with --data-dir.`,
  )
}

export interface FolderFacts {
  /** Others may have access: no secret may be written there in the clear. */
  readonly isOpen: boolean
  readonly notices: readonly HostNotice[]
}

export interface FolderDeps {
  readonly folder: string
  /** The result of `makeDataFolder`. */
  readonly privacy: Privacy
  readonly platform: NodeJS.Platform
  readonly environment: Environment
  /** Runs `icacls` and `whoami` on Windows. */
  readonly run?: RunProgram
}

/**
 * Finds out who else has access to the data folder, and where it is. On Windows it first removes
 * other users' access to a folder outside the profile.
 */
export async function inspectDataFolder(deps: FolderDeps): Promise<FolderFacts> {
  const { folder, privacy, platform } = deps
  const isOpen = platform === 'win32' ? !(await narrowToUser(folder, deps)) : privacy === 'open'
  const why = platform === 'win32' ? 'access-list' : 'disk'
  const notices: HostNotice[] = []
  if (isOpen) notices.push({ kind: 'folder-open', folder, why })
  if (isOnNetwork(folder, platform)) notices.push({ kind: 'folder-on-network', folder })
  return { isOpen, notices }
}

/**
 * Linux's numbers of network file systems (statfs(2)): NFS, SMB, CIFS, SMB 2, AFS, Ceph, 9P. FUSE
 * is not included, since most of its file systems are on this computer.
 */
const NETWORK_TYPES = new Set([
  0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x5346414f, 0x00c36400, 0x01021997,
])

/**
 * Whether a folder is visibly on another computer. On Windows that is a share by its own name
 * (`\\server\share`); a drive letter that is mapped to a share looks like a disk. On macOS it is
 * never known: the numbers there are assigned at each start.
 */
export function isOnNetwork(
  folder: string,
  platform: NodeJS.Platform,
  typeOf: (folder: string) => number = (path) => statfsSync(path).type,
): boolean {
  if (platform === 'win32') return isShare(folder)
  if (platform !== 'linux') return false
  try {
    // Some of the numbers have the highest bit set, which makes a signed field negative.
    return NETWORK_TYPES.has(typeOf(folder) >>> 0)
  } catch {
    return false
  }
}

/** `\\?\C:\…` and `\\.\…` are this computer's: learn.microsoft.com, "Naming Files, Paths". */
function isShare(path: string): boolean {
  if (/^[\\/]{2}[?.][\\/]/.test(path)) return /^[\\/]{2}\?[\\/]UNC[\\/]/i.test(path)
  return /^[\\/]{2}[^\\/]/.test(path)
}
