import { existsSync } from 'node:fs'
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { claimExisting, claimFile } from '../../files/private-files.ts'
import { setAside } from '../../files/read-file.ts'
import { fileReason, StartRefused } from '../../files/start-refused.ts'
import { MIGRATIONS } from './migrations.ts'

/** sqlite.org/rescode.html: the file is damaged, or never was a database. */
const DAMAGED = new Set([11, 26])
/**
 * SQLite keeps these beside a database in WAL mode; only older versions of Ferry had the second.
 */
const COMPANIONS = ['-wal', '-shm']

export interface OpenedDatabase {
  readonly database: DatabaseSync
  /** The new name of a file that could not be read; null when all is well. */
  readonly setAside: string | null
}

/**
 * Opens the records, creating or migrating the file. A damaged file, or one that a newer version of
 * Ferry wrote, is moved aside with its journal and a new one is created.
 *
 * @throws StartRefused, which names the file, when SQLite cannot open or write it, when another
 * program holds it, or when another user may have changed it.
 */
export async function openDatabase(file: string, nowMs: number): Promise<OpenedDatabase> {
  try {
    return { database: openSound(file), setAside: null }
  } catch (error) {
    if (!isDamage(error) || !existsSync(file)) throw named(file, error)
  }
  const movedTo = await setAside(file, nowMs, COMPANIONS)
  return { database: openSound(file), setAside: movedTo }
}

function named(file: string, error: unknown): unknown {
  if (!(error instanceof Error) || !('errcode' in error)) return error
  return new StartRefused(
    `Ferry cannot use its list of uploads ${file} (${fileReason(error)}). Mend that, or choose another folder with --data-dir.`,
    { cause: error },
  )
}

class UnreadableRecords extends Error {
  override readonly name = 'UnreadableRecords'
}

function openSound(file: string): DatabaseSync {
  // Before SQLite writes: links are bearer secrets, and the journal contains the newest ones first.
  claimFile(file)
  for (const suffix of COMPANIONS) claimExisting(file + suffix)
  const database = new DatabaseSync(file, { timeout: 2000 })
  try {
    // Exclusive before WAL: SQLite then keeps no -shm file, which needs shared memory, and network
    // drives do not have that (sqlite.org/wal.html#noshm). This host is alone anyway. NORMAL in
    // WAL: a power cut may lose the last moments, never the file, and the store is asked for the
    // truth anyway. 16 MB of cache hold the indexes of a hundred thousand uploads.
    database.exec(`PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
      PRAGMA cache_size = -16000; PRAGMA foreign_keys = ON`)
    const health = database.prepare('PRAGMA quick_check(1)').get()?.quick_check
    if (health !== 'ok') throw new UnreadableRecords('The records are damaged')
    migrate(database)
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

function migrate(database: DatabaseSync): void {
  const version = Number(database.prepare('PRAGMA user_version').get()?.user_version)
  if (version > MIGRATIONS.length) throw new UnreadableRecords('A newer Ferry wrote the records')
  for (const [index, sql] of MIGRATIONS.entries()) {
    if (index < version) continue
    transaction(database, () => database.exec(`${sql}; PRAGMA user_version = ${index + 1}`))
  }
}

/** Runs SQL with each statement prepared once. */
export class Statements {
  readonly #database: DatabaseSync
  readonly #prepared = new Map<string, StatementSync>()

  constructor(database: DatabaseSync) {
    this.#database = database
  }

  run(sql: string, ...values: SQLInputValue[]): void {
    this.#prepare(sql).run(...values)
  }

  /** The caller asserts the type `Row`; STRICT tables keep it true. */
  first<Row>(sql: string, ...values: SQLInputValue[]): Row | null {
    return (this.#prepare(sql).get(...values) as Row | undefined) ?? null
  }

  all<Row>(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.#prepare(sql).all(...values) as Row[]
  }

  transaction<T>(work: () => T): T {
    return transaction(this.#database, work)
  }

  /** For changes that must survive a power cut in the next moment. Not inside a transaction. */
  durably(sql: string, ...values: SQLInputValue[]): void {
    this.#database.exec('PRAGMA synchronous = FULL')
    try {
      this.run(sql, ...values)
    } finally {
      this.#database.exec('PRAGMA synchronous = NORMAL')
    }
  }

  close(): void {
    this.#prepared.clear()
    this.#database.close()
  }

  #prepare(sql: string): StatementSync {
    const known = this.#prepared.get(sql)
    if (known !== undefined) return known
    const made = this.#database.prepare(sql)
    this.#prepared.set(sql, made)
    return made
  }
}

/** All or nothing, even if the disk fills up in the middle. */
function transaction<T>(database: DatabaseSync, work: () => T): T {
  database.exec('BEGIN IMMEDIATE')
  try {
    const result = work()
    database.exec('COMMIT')
    return result
  } catch (error) {
    // SQLite rolls back by itself after some errors (a full disk among them).
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}

function isDamage(error: unknown): boolean {
  if (error instanceof UnreadableRecords) return true
  return (
    error instanceof Error &&
    'errcode' in error &&
    typeof error.errcode === 'number' &&
    DAMAGED.has(error.errcode & 0xff)
  )
}
