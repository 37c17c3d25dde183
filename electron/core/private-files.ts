import { chmodSync, closeSync, lstatSync, mkdirSync, openSync, type Stats, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { keepsModes, SHARED_BITS } from './files/keeps-modes.ts'
import { StartRefused } from './host/start-refused.ts'
import { hasOwners, type Privacy, proveOurs, proveSafePath, shellQuoted } from './safe-path.ts'

const FOLDER_MODE = 0o700
const FILE_MODE = 0o600

/**
 * Makes a folder for this user alone, or takes one that exists: others lose the right to look into
 * it. A link to a folder of the user's is followed, for the data may lie on another disk.
 *
 * @returns `open` where its disk keeps no modes. On Windows always `private`: `windows-access.ts`
 * finds out there.
 * @throws StartRefused when other users own it, or may change it or a folder above it, on a disk
 * that keeps modes.
 */
export function claimFolder(folder: string): Privacy {
  // Before and after: it may be missing, and then its parents are made.
  proveSafePath(folder)
  mkdirSync(folder, { recursive: true, mode: FOLDER_MODE })
  const privacy = proveSafePath(folder)
  const stats = statSync(folder)
  if (isPrivate(stats)) return privacy
  if (!keepsModes(folder)) return 'open'
  proveOurs(folder, stats)
  tighten(folder, FOLDER_MODE)
  return privacy
}

/**
 * Makes an empty file that only this user may read, or takes one that exists, before anything is
 * written to it. SQLite gives the files beside a database the database's own mode (findCreateFileMode
 * in sqlite.org/src/file/src/os_unix.c), so this covers the journal, too.
 *
 * @throws StartRefused when the file is another user's, may be changed by others, or is a link. What
 * its disk shows of users and modes does not count where that disk keeps none.
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

/** As `claimFile`, for a file that need not be there. */
export function claimExisting(file: string): void {
  const stats = lstatSync(file, { throwIfNoEntry: false })
  if (stats === undefined) return
  if (stats.isSymbolicLink()) {
    throw new StartRefused(
      `Ferry does not use ${file}: it is a link, which could lead anywhere. Remove it with: rm ${shellQuoted(file)}`,
    )
  }
  if (!stats.isFile()) throw new StartRefused(`Ferry does not use ${file}: it is not a file.`)
  if (isPrivate(stats) || !keepsModes(dirname(file))) return
  proveOurs(file, stats)
  // The file is not opened: closing any handle of it would give up SQLite's locks on it
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
  // Some network drives say that they did, and did not.
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
