import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { claimFile } from '../../files/private-files.ts'
import { removeFile, replaceFile } from '../../files/replace-file.ts'
import { StartRefused } from '../../files/start-refused.ts'
import { unwritable } from './data-folder.ts'

/** SQLite result codes, sqlite.org/rescode.html. */
const SQLITE_BUSY = 5
const SQLITE_NOTADB = 26

export interface FolderLock {
  /** Tells a second start where the first host is. The address contains no token. */
  readonly announce: (url: string) => Promise<void>
  readonly release: () => Promise<void>
}

/**
 * Makes this process the folder's only host, since both hosts may be pointed at one folder. The
 * lock is the operating system's own, taken through SQLite because Node has no call for it: it ends
 * with the process, however the process dies. Also proves that `node:sqlite` exists: one Node
 * update of Electron's once lost it (electron#47671).
 *
 * @param patienceMs how long to wait for a host that may be closing. A host that has announced its
 * address is running, and is not waited for.
 * @throws StartRefused if another host has the folder, it cannot be written, or SQLite is missing.
 */
export async function lockFolder(folder: string, patienceMs = 0): Promise<FolderLock> {
  const { DatabaseSync: Database } = await loadSqlite()
  const addressFile = join(folder, 'running-at.txt')
  const database = await takeLockWithin(patienceMs, () => takeLock(Database, folder), addressFile)
  if (database === null) throw alreadyRunning(folder, addressFile)
  return {
    announce: (url) => replaceFile(addressFile, url),
    release: async () => {
      try {
        await removeFile(addressFile)
      } finally {
        database.close()
      }
    },
  }
}

async function loadSqlite() {
  try {
    return await import('node:sqlite')
  } catch (error) {
    throw new StartRefused(
      `This build of Ferry (Node ${process.versions.node}) has no working SQLite, which it keeps its list of uploads in. Install Ferry again, or another version of it.`,
      { cause: error },
    )
  }
}

const LOOK_EVERY_MS = 100
/** A process releases the lock a little before it ends. */
const ENDS_WITHIN_MS = 500

async function takeLockWithin(
  patienceMs: number,
  take: () => Promise<DatabaseSync | null>,
  addressFile: string,
): Promise<DatabaseSync | null> {
  const atOnce = await take()
  if (atOnce !== null) return atOnce
  for (let waitedMs = 0; waitedMs < patienceMs; waitedMs += LOOK_EVERY_MS) {
    if (readAddress(addressFile) !== null) return null
    await sleep(LOOK_EVERY_MS)
    const database = await take()
    if (database === null) continue
    await sleep(ENDS_WITHIN_MS)
    return database
  }
  return null
}

/** Null: another process has it. */
async function takeLock(
  Database: typeof DatabaseSync,
  folder: string,
): Promise<DatabaseSync | null> {
  const lockFile = join(folder, 'host-lock.sqlite')
  try {
    return exclusive(Database, lockFile)
  } catch (error) {
    if (resultCodeOf(error) === SQLITE_BUSY) return null
    if (error instanceof StartRefused) throw error
    if (resultCodeOf(error) !== SQLITE_NOTADB) throw unwritable(folder, error)
    // Something else wrote into the lock file; it contains nothing worth keeping.
    await removeFile(lockFile)
    return exclusive(Database, lockFile)
  }
}

function exclusive(Database: typeof DatabaseSync, lockFile: string): DatabaseSync {
  claimFile(lockFile)
  const database = new Database(lockFile)
  try {
    database.exec('BEGIN EXCLUSIVE')
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

function resultCodeOf(error: unknown): unknown {
  return error instanceof Error && 'errcode' in error ? error.errcode : undefined
}

function alreadyRunning(folder: string, addressFile: string): StartRefused {
  const address = readAddress(addressFile)
  const where = address === null ? '' : ` at ${address}`
  return new StartRefused(
    `Ferry is already running with the data folder ${folder}${where}. Use that window (--new-address prints an address of it), or start a second Ferry with another --data-dir.`,
  )
}

function readAddress(addressFile: string): string | null {
  try {
    const text = readFileSync(addressFile, 'utf8').trim()
    return /^http:\/\/[0-9a-f]{32}\.localhost:\d+\/?$/.test(text) ? text : null
  } catch {
    // The desktop app announces none; a browser's host may not have announced its own yet.
    return null
  }
}
