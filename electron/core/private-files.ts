import { randomUUID } from 'node:crypto'
import {
  chmodSync,
  closeSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { StartRefused } from './host/start-refused.ts'
import { hasOwners, proveOurs, proveSafePath, shellQuoted } from './safe-path.ts'

const FOLDER_MODE = 0o700
const FILE_MODE = 0o600
/** The permission bits of the group and of others. */
const SHARED_BITS = 0o077

/**
 * Makes a folder for this user alone, or takes one that exists: others lose the right to look into
 * it. A link to a folder of the user's is followed, for the data may lie on another disk.
 *
 * @throws StartRefused when other users own it, or may change it or a folder above it.
 */
export function claimFolder(folder: string): void {
  // Before and after: it may be missing, and then its parents are made.
  proveSafePath(folder)
  mkdirSync(folder, { recursive: true, mode: FOLDER_MODE })
  proveSafePath(folder)
  if (!hasOwners) return
  proveOurs(folder, statSync(folder))
  tighten(folder, FOLDER_MODE)
}

/**
 * Makes an empty file that only this user may read, or takes one that exists, before anything is
 * written to it. SQLite gives the files beside a database the database's own mode (findCreateFileMode
 * in sqlite.org/src/file/src/os_unix.c), so this covers the journal, too.
 *
 * @throws StartRefused when the file is another user's, may be changed by others, or is a link.
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
  if (!hasOwners) return
  proveOurs(file, stats)
  // The file is not opened: closing any handle of it would give up SQLite's locks on it
  // (sqlite.org/howtocorrupt.html, section 2.2).
  tighten(file, FILE_MODE)
}

/** Replaces a file in one step: whoever reads it sees the old text or the new one. */
export function replaceFile(file: string, text: string): void {
  const next = temporaryName(file)
  try {
    const handle = openSync(next, 'wx', FILE_MODE)
    try {
      writeFileSync(handle, text)
      fsyncSync(handle)
    } finally {
      closeSync(handle)
    }
    renameSync(next, file)
  } catch (error) {
    rmSync(next, { force: true })
    throw error
  }
}

/** In the file's own folder, so that it can be renamed; nobody guesses it and puts a link there. */
export function temporaryName(file: string): string {
  return `${file}.${randomUUID()}.tmp`
}

function tighten(path: string, mode: number): void {
  if (!isShared(path)) return
  try {
    chmodSync(path, mode)
  } catch (error) {
    if (!isErrno(error, 'EPERM', 'ENOTSUP', 'ENOSYS')) throw error
  }
  // FAT and some network drives know no modes, and say so or not.
  if (!isShared(path)) return
  throw new StartRefused(
    `Ferry does not use ${path}: other users of this computer may read it, and its disk keeps no permissions. Choose another folder with --data-dir.`,
  )
}

function isShared(path: string): boolean {
  return (statSync(path).mode & SHARED_BITS) !== 0
}

function isErrno(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code))
}
