import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { StartRefused } from './start-refused.ts'

/** SQLite result codes, sqlite.org/rescode.html. */
const SQLITE_BUSY = 5
const SQLITE_NOTADB = 26

/** The file that the browser's host locks, too: both hosts may be pointed at one folder. */
const LOCK_FILE = 'host-lock.sqlite'

/**
 * Makes this process the folder's only host until it ends, however it ends, and proves on the way
 * that this Electron carries `node:sqlite` (one Node update of Electron's once lost it,
 * electron#47671).
 *
 * @throws StartRefused when another host has the folder, or SQLite does not work.
 */
export async function lockFolder(folder: string): Promise<{ readonly release: () => void }> {
  const { DatabaseSync: Database } = await loadSqlite()
  const file = join(folder, LOCK_FILE)
  try {
    const database = lockFile(Database, file)
    return { release: () => database.close() }
  } catch (error) {
    throw refusalFor(error, folder)
  }
}

function lockFile(Database: typeof DatabaseSync, file: string): DatabaseSync {
  try {
    return exclusive(new Database(file))
  } catch (error) {
    if (resultCodeOf(error) !== SQLITE_NOTADB) throw error
    // Something else wrote into it; it holds nothing worth keeping.
    rmSync(file)
    return exclusive(new Database(file))
  }
}

function exclusive(database: DatabaseSync): DatabaseSync {
  try {
    database.exec('BEGIN EXCLUSIVE')
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

async function loadSqlite() {
  try {
    return await import('node:sqlite')
  } catch (error) {
    throw new StartRefused(
      `This build of Electron (Node ${process.versions.node}) has no working SQLite, which Ferry keeps its list of uploads in. Install Ferry again, or another version of it.`,
      { cause: error },
    )
  }
}

function refusalFor(error: unknown, folder: string): StartRefused {
  const sentence =
    resultCodeOf(error) === SQLITE_BUSY
      ? `Ferry already runs with the data folder ${folder}, in a browser. Use that window, or start with another --data-dir.`
      : `Ferry cannot lock its data folder ${folder}. Choose another with --data-dir.`
  return new StartRefused(sentence, { cause: error })
}

function resultCodeOf(error: unknown): unknown {
  return error instanceof Error && 'errcode' in error ? error.errcode : undefined
}
