import { accessSync, constants, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { unwritable } from './data-folder.ts'
import { StartRefused } from './start-refused.ts'

/** SQLite result codes, sqlite.org/rescode.html. */
const SQLITE_BUSY = 5
const SQLITE_NOTADB = 26

export interface FolderLock {
  /** Tells a second start where the first one is to be found. The address has no token in it. */
  readonly announce: (url: string) => void
  readonly release: () => void
}

/**
 * Makes this process the folder's only host. The lock is the operating system's own, taken through
 * SQLite since Node has no call for it: it ends with the process, however that dies.
 *
 * @throws StartRefused when another host has the folder, or it cannot be written.
 */
export function lockFolder(folder: string): FolderLock {
  const addressFile = join(folder, 'running-at.txt')
  const database = takeLock(folder, addressFile)
  return {
    announce: (url) => writeFileSync(addressFile, url, { mode: 0o600 }),
    release: () => {
      rmSync(addressFile, { force: true })
      database.close()
    },
  }
}

function takeLock(folder: string, addressFile: string): DatabaseSync {
  const lockFile = join(folder, 'host-lock.sqlite')
  try {
    accessSync(folder, constants.W_OK)
    return exclusive(lockFile)
  } catch (error) {
    if (resultCodeOf(error) === SQLITE_BUSY) throw alreadyRunning(folder, addressFile)
    if (resultCodeOf(error) !== SQLITE_NOTADB) throw unwritable(folder, error)
    // Something else wrote into the lock's file; it holds nothing worth keeping.
    rmSync(lockFile)
    return exclusive(lockFile)
  }
}

function exclusive(lockFile: string): DatabaseSync {
  const database = new DatabaseSync(lockFile)
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
    `Ferry already runs with the data folder ${folder}${where}. Use that window, or start a second Ferry with another --data-dir.`,
  )
}

function readAddress(addressFile: string): string | null {
  try {
    const text = readFileSync(addressFile, 'utf8').trim()
    return /^http:\/\/127\.0\.0\.1:\d+\/?$/.test(text) ? text : null
  } catch {
    // The other host has not come as far as announcing itself.
    return null
  }
}
