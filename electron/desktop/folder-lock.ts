import { join } from 'node:path'
import { StartRefused } from './start-refused.ts'

/** SQLite result code, sqlite.org/rescode.html. */
const SQLITE_BUSY = 5

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
  const { DatabaseSync } = await loadSqlite()
  const database = new DatabaseSync(join(folder, LOCK_FILE))
  try {
    database.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    throw refusalFor(error, folder)
  }
  return { release: () => database.close() }
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
  const code = error instanceof Error && 'errcode' in error ? error.errcode : undefined
  const sentence =
    code === SQLITE_BUSY
      ? `Ferry already runs with the data folder ${folder}, in a browser. Use that window, or start with another --data-dir.`
      : `Ferry cannot lock its data folder ${folder}. Choose another with --data-dir.`
  return new StartRefused(sentence, { cause: error })
}
