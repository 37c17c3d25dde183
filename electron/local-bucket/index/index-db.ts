import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { claimExisting, claimFile } from '../../files/private-files.ts'
import { setAside } from '../bucket/state-file.ts'
import { errnoOf } from '../http/errors.ts'

const SCHEMA = `
CREATE TABLE objects (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  key BLOB NOT NULL,
  version TEXT NOT NULL,
  latest INTEGER NOT NULL,
  marker INTEGER NOT NULL,
  file TEXT NOT NULL,
  fold TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  etag TEXT NOT NULL,
  modified INTEGER NOT NULL,
  file_time INTEGER NOT NULL,
  headers TEXT NOT NULL,
  checksum TEXT NOT NULL,
  part_bytes TEXT NOT NULL,
  UNIQUE (key, version)
) STRICT;
CREATE UNIQUE INDEX latest_objects ON objects (key) WHERE latest = 1;
CREATE INDEX object_history ON objects (key, sequence DESC);
CREATE INDEX object_folds ON objects (fold);
CREATE TABLE uploads (
  id TEXT PRIMARY KEY,
  key BLOB NOT NULL,
  started INTEGER NOT NULL,
  headers TEXT NOT NULL,
  algorithm TEXT NOT NULL,
  checksum_type TEXT NOT NULL,
  is_explicit INTEGER NOT NULL,
  result TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX uploads_by_key ON uploads (key, started, id);
CREATE TABLE parts (
  upload TEXT NOT NULL REFERENCES uploads (id) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  etag TEXT NOT NULL,
  checksum TEXT NOT NULL,
  modified INTEGER NOT NULL,
  file TEXT NOT NULL,
  PRIMARY KEY (upload, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
`
const FILE_NOTES = `
CREATE TABLE moves (
  key BLOB NOT NULL,
  version TEXT NOT NULL,
  target TEXT NOT NULL,
  PRIMARY KEY (key, version)
) STRICT, WITHOUT ROWID;
CREATE TABLE discarded (
  file TEXT PRIMARY KEY,
  key BLOB NOT NULL,
  bytes INTEGER NOT NULL,
  file_time INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX discarded_by_key ON discarded (key);
PRAGMA user_version = 2;
`
/**
 * In version 1, paths were relative to the objects folder, and those of parts to the parts folder.
 */
const TO_VERSION_2 = `
UPDATE objects SET file = 'objects/' || file, fold = 'objects/' || fold WHERE marker = 0;
UPDATE parts SET file = 'objects/.ferry/parts/' || file;
${FILE_NOTES}
`
const VERSION = 2

/** Another running process has the index open. */
export class IndexInUse extends Error {
  override readonly name = 'IndexInUse'
}

/** The file is not an index that this program can read. */
export class IndexUnreadable extends Error {
  override readonly name = 'IndexUnreadable'
}

/**
 * Opens the index with an exclusive lock until it is closed or the process ends in any way: in
 * SQLite's exclusive locking mode the system keeps the file locked.
 */
export function openIndex(file: string): DatabaseSync {
  const db = openedFile(file)
  try {
    db.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA busy_timeout = 250;')
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;')
    db.exec('BEGIN IMMEDIATE')
    const version = db.prepare('PRAGMA user_version').get()?.user_version
    if (version === 0) db.exec(SCHEMA + FILE_NOTES)
    if (version === 1) db.exec(TO_VERSION_2)
    db.exec('COMMIT')
    if (version !== 0 && version !== 1 && version !== VERSION)
      throw new IndexUnreadable('unknown version')
    const verdict = db.prepare('PRAGMA quick_check(1)').get()?.quick_check
    if (verdict !== 'ok') throw new IndexUnreadable('damaged')
    return db
  } catch (error) {
    db.close()
    throw indexErrorOf(error)
  }
}

function openedFile(file: string): DatabaseSync {
  claimFile(file)
  for (const suffix of ['-wal', '-shm']) claimExisting(file + suffix)
  try {
    return new DatabaseSync(file)
  } catch (error) {
    throw indexErrorOf(error)
  }
}

/** Codes: sqlite.org/rescode.html */
function indexErrorOf(error: unknown): unknown {
  if (!(error instanceof Error) || !('errcode' in error)) return error
  const code = Number(error.errcode) & 0xff
  const [busy, locked, corrupt, notDatabase] = [5, 6, 11, 26]
  if (code === busy || code === locked) return new IndexInUse('the index is in use')
  // A plain SQL error means that the tables are not Ferry's.
  if (code === corrupt || code === notDatabase || code === 1) {
    return new IndexUnreadable('not readable')
  }
  return error
}

/** Runs `work` as one transaction and rolls back when it throws. */
export function inTransaction<T>(db: DatabaseSync, work: () => T): T {
  db.exec('BEGIN IMMEDIATE')
  try {
    const result = work()
    db.exec('COMMIT')
    return result
  } catch (error) {
    db.exec('ROLLBACK')
    throw error
  }
}

const INDEX_FILE = 'index.sqlite'

export interface OpenedIndex {
  readonly db: DatabaseSync
  /** The new name of a damaged index, which an empty one replaced. */
  readonly setAside: string | null
}

/** Opens the folder's index. A damaged index is moved aside and replaced by an empty one. */
export async function openIndexIn(folder: string, now: () => number): Promise<OpenedIndex> {
  const file = path.join(folder, INDEX_FILE)
  try {
    return { db: openIndex(file), setAside: null }
  } catch (error) {
    if (!(error instanceof IndexUnreadable)) throw error
    const aside = await setAside(folder, INDEX_FILE, now())
    // The journal belongs to the damaged file and would be replayed into the new one.
    for (const end of ['-wal', '-shm']) await setAsideIfThere(folder, INDEX_FILE + end, now())
    return { db: openIndex(file), setAside: aside }
  }
}

async function setAsideIfThere(folder: string, name: string, nowMs: number): Promise<void> {
  try {
    await setAside(folder, name, nowMs)
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error
  }
}
