import {
  chmodSync,
  closeSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readlinkSync,
  rmSync,
  type Stats,
  statSync,
} from 'node:fs'
import { userInfo } from 'node:os'
import { dirname, join, parse, resolve, sep } from 'node:path'
import { temporaryName } from './replace-file.ts'
import { StartRefused } from './start-refused.ts'

const FOLDER_MODE = 0o700
const FILE_MODE = 0o600

/**
 * Creates a folder for this user alone, or takes an existing one and removes other users' right to
 * look into it. A link to a folder of the user's is followed, because the data may be on another
 * disk.
 *
 * @returns `open` if its disk keeps no modes. On Windows always `private`: `windows-access.ts`
 * finds out there.
 * @throws StartRefused if other users own it, or may change it or a folder above it, on a disk that
 * keeps modes.
 */
export function claimFolder(folder: string): Privacy {
  // Before and after: if the folder is missing, its parents are created in between.
  assertSafePath(folder)
  mkdirSync(folder, { recursive: true, mode: FOLDER_MODE })
  const privacy = assertSafePath(folder)
  const stats = statSync(folder)
  if (isPrivate(stats)) return privacy
  if (!storesPermissions(folder)) return 'open'
  assertOwnedByUser(folder, stats)
  tighten(folder, FOLDER_MODE)
  return privacy
}

/**
 * Creates an empty file that only this user may read, or takes an existing one, before anything is
 * written to it. SQLite gives the files beside a database the database's own mode
 * (findCreateFileMode in sqlite.org/src/file/src/os_unix.c), so this also covers the journal.
 *
 * @throws StartRefused if the file belongs to another user, may be changed by others, or is a link.
 * Users and modes do not count on a disk that does not keep them.
 */
export function claimFile(file: string): void {
  try {
    // Exclusive creation follows no link: open(2), O_EXCL.
    closeSync(openSync(file, 'wx', FILE_MODE))
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw error
    claimExisting(file)
  }
}

/** Like `claimFile`, for a file that need not exist. */
export function claimExisting(file: string): void {
  const stats = lstatSync(file, { throwIfNoEntry: false })
  if (stats === undefined) return
  if (stats.isSymbolicLink()) {
    throw new StartRefused(
      `Ferry does not use ${file}: it is a link, which could lead anywhere. Remove it with: rm ${shellQuoted(file)}`,
    )
  }
  if (!stats.isFile()) throw new StartRefused(`Ferry does not use ${file}: it is not a file.`)
  if (isPrivate(stats) || !storesPermissions(dirname(file))) return
  assertOwnedByUser(file, stats)
  // The file is not opened: closing any handle of it would release SQLite's locks on it
  // (sqlite.org/howtocorrupt.html, section 2.2).
  tighten(file, FILE_MODE)
}

function tighten(path: string, mode: number): void {
  if (!isShared(path)) return
  try {
    chmodSync(path, mode)
  } catch (error) {
    if (!isErrno(error, 'EPERM', 'ENOTSUP', 'ENOSYS')) throw error
  }
  // Some network drives report success without changing the mode.
  if (!isShared(path)) return
  throw new StartRefused(
    `Ferry does not use ${path}: other users of this computer may read it, and its disk keeps no permissions. Choose another folder with --data-dir.`,
  )
}

function isShared(path: string): boolean {
  return (statSync(path).mode & SHARED_BITS) !== 0
}

function isPrivate({ uid, mode }: Stats): boolean {
  return !hasOwners || (uid === process.geteuid?.() && (mode & SHARED_BITS) === 0)
}

function isErrno(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code))
}

/**
 * False on Windows, where a file's mode means nothing and the folder's access list decides: below
 * the profile it keeps other users out, elsewhere it may not.
 */
const hasOwners = process.geteuid !== undefined

/** `open`: other users of this computer may read or change the contents of a folder. */
export type Privacy = 'private' | 'open'

const ROOT_UID = 0
const OTHERS_WRITE = 0o002
const GROUP_WRITES = 0o020
const STICKY = 0o1000
/** As many links as the system itself follows: path_resolution(7). */
const MAX_LINKS = 40

/**
 * Proves that only this user and root can replace `path` with another folder: no folder on the path
 * may be writable by others, unless its sticky bit protects our entries (/tmp). OpenSSH requires
 * the same of the path to its keys (sshd_config(5), StrictModes).
 *
 * For a path that does not exist, the existing part is checked. A disk that keeps no modes (a
 * stick, a share) admits everybody who can reach it: the result says so, and the user is told.
 *
 * @throws StartRefused
 */
function assertSafePath(path: string): Privacy {
  let privacy: Privacy = 'private'
  if (!hasOwners) return privacy
  const absolute = resolve(path)
  const ahead = namesOf(absolute)
  let folder = parse(absolute).root
  for (let links = 0; ; ) {
    const name = ahead.shift()
    if (name === undefined) return privacy
    const here = join(folder, name)
    const stats = lstatSync(here, { throwIfNoEntry: false })
    if (assertNotReplaceable(folder, here, stats) === 'open') privacy = 'open'
    if (stats === undefined) return privacy
    if (stats.isSymbolicLink()) {
      links += 1
      if (links > MAX_LINKS)
        throw new StartRefused(`Ferry does not use ${path}: its links go round.`)
      const target = resolve(folder, readlinkSync(here))
      ahead.unshift(...namesOf(target))
      folder = parse(target).root
    } else {
      folder = here
    }
  }
}

/**
 * Applies to root as well: a user can change at any time what they own.
 *
 * @throws StartRefused if `path` does not belong to this user, or others may change it.
 */
export function assertOwnedByUser(path: string, stats: Stats): void {
  if (stats.uid !== process.geteuid?.()) {
    throw new StartRefused(
      `Ferry does not use ${path}: it belongs to another user of this computer. Start Ferry as that user, or choose another folder with --data-dir.`,
    )
  }
  if (!othersMayWrite(stats)) return
  throw new StartRefused(
    `Ferry does not use ${path}: other users of this computer may change it. If you trust what is in it, take that right from them with: chmod go-w ${shellQuoted(path)} or choose another folder with --data-dir.`,
  )
}

/** For a command that the user copies into a shell. */
function shellQuoted(path: string): string {
  return `'${path.replaceAll("'", "'\\''")}'`
}

/** `stats` of the entry; absent if the entry is missing, and this user is about to create it. */
function assertNotReplaceable(folder: string, entry: string, stats: Stats | undefined): Privacy {
  const parent = lstatSync(folder)
  if (!othersMayWrite(parent)) return 'private'
  // In a sticky folder only its owner, the entry's owner and root may rename or remove the entry.
  if ((parent.mode & STICKY) !== 0) {
    if (stats === undefined || [ROOT_UID, process.geteuid?.()].includes(stats.uid)) return 'private'
    throw new StartRefused(
      `Ferry does not use ${entry}: it belongs to another user of this computer. Choose another folder with --data-dir.`,
    )
  }
  if (!storesPermissions(folder)) return 'open'
  throw new StartRefused(
    `Ferry does not keep its data below ${folder}: other users of this computer may change that folder. Take that right from them with: chmod go-w ${shellQuoted(folder)} or choose another folder with --data-dir.`,
  )
}

/**
 * If each user has a group of their own, umask 002 is usual and write access for the group is
 * harmless (Debian's OpenSSH makes the same exception).
 */
function othersMayWrite({ mode, gid }: Stats): boolean {
  if ((mode & OTHERS_WRITE) !== 0) return true
  return (mode & GROUP_WRITES) !== 0 && !isOwnGroup(gid)
}

/** A group with the user's name and no other member: group(5). */
function isOwnGroup(gid: number): boolean {
  try {
    const { username } = userInfo()
    const lines = readFileSync('/etc/group', 'utf8').split('\n')
    return lines.some((line) => {
      const [name, , id, members = ''] = line.split(':')
      const others = members.split(',').filter((member) => member !== '' && member !== username)
      return Number(id) === gid && name === username && others.length === 0
    })
  } catch {
    // There is no such file, or the user has no name: then the group may have any members.
    return false
  }
}

function namesOf(absolute: string): string[] {
  return absolute
    .slice(parse(absolute).root.length)
    .split(sep)
    .filter((name) => name !== '')
}

/** The permission bits of the group and of others. */
const SHARED_BITS = 0o077

/**
 * Whether the disk keeps modes and owners. FAT and exFAT, and mostly the Linux drivers of NTFS and
 * SMB, show one owner and one mode for everything, as they were mounted, and refuse a change of
 * mode or forget it (mount(8), fat; mount.cifs(8), file_mode). A new file shows it, whoever owns
 * the folder: if modes are kept, the file is readable by this user alone, since a umask only takes
 * rights away.
 *
 * True if no file can be created: then the folder's own mode and owner are the reason.
 */
function storesPermissions(folder: string): boolean {
  const probe = temporaryName(join(folder, 'probe'))
  try {
    const handle = openSync(probe, 'wx', 0o600)
    try {
      const { uid, mode } = fstatSync(handle)
      return uid === process.geteuid?.() && (mode & SHARED_BITS) === 0
    } finally {
      closeSync(handle)
    }
  } catch {
    return true
  } finally {
    discardProbe(probe)
  }
}

/**
 * Writes a file and removes it: Windows' `access` ignores access lists (nodejs.org/api/fs.html,
 * fs.access), and a network drive may refuse for reasons of its own.
 *
 * @throws the file system's error.
 */
export function assertWritable(folder: string): void {
  const probe = temporaryName(join(folder, 'probe'))
  closeSync(openSync(probe, 'wx', 0o600))
  discardProbe(probe)
}

function discardProbe(probe: string): void {
  try {
    rmSync(probe, { force: true })
  } catch {
    // A scanner holds it; the next start removes it by its name: deletion-queue.ts.
  }
}
