import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import * as z from 'zod/mini'
import { boundAbove, keyBytes, keyOf, numberOf, type Row, textOf } from './columns.ts'
import { foldOf, WORK } from './key-path.ts'
import type { StoredObject } from './stored-object.ts'

const Headers = z.record(z.string(), z.string())
const PartBytes = z.array(z.number())
const StoredChecksum = z.nullable(
  z.object({
    algorithm: z.enum(['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256']),
    type: z.enum(['COMPOSITE', 'FULL_OBJECT']),
    value: z.string(),
  }),
)

const IS_MISPLACED = `marker = 0 AND latest = (file >= '${WORK}/' AND file < '${WORK}0')`
const COLUMNS = 'key, version, latest, marker, file, bytes, etag, modified, file_time, headers'

/** The table of objects. It knows nothing of files; each write is part of a larger transaction. */
export class ObjectTable {
  readonly #db: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()

  constructor(db: DatabaseSync) {
    this.#db = db
  }

  /** The newest version, which may be a delete marker. */
  latest(key: string): StoredObject | null {
    return this.#one('WHERE key = ? AND latest = 1', keyBytes(key))
  }

  version(key: string, versionId: string): StoredObject | null {
    return this.#one('WHERE key = ? AND version = ?', keyBytes(key), versionId)
  }

  /** The version that was written last, regardless of the `latest` column. */
  newest(key: string): StoredObject | null {
    return this.#one('WHERE key = ? ORDER BY sequence DESC LIMIT 1', keyBytes(key))
  }

  /** Whether a file system could take another key's path for this one, or for its folder. */
  isPathTaken(path: string, key: string): boolean {
    const fold = foldOf(path)
    const folders = [...fold.matchAll(/\//g)].map((slash) => fold.slice(0, slash.index))
    const marks = folders.map(() => '?').join(', ')
    const row = this.#prepared(
      `SELECT 1 FROM objects WHERE key <> ? AND marker = 0 AND (fold = ? OR fold IN (${marks})
       OR (fold >= ? AND fold < ?)) LIMIT 1`,
    ).get(keyBytes(key), fold, ...folders, `${fold}/`, `${fold}0`)
    return row !== undefined
  }

  ownsFile(file: string): boolean {
    return (
      this.#prepared('SELECT 1 FROM objects WHERE fold = ? LIMIT 1').get(foldOf(file)) !== undefined
    )
  }

  /**
   * Versions of a key whose files are at the wrong path: the newest belongs among the objects, all
   * others out of sight. The newest comes last, because its name may have to be freed first.
   */
  misplaced(key: string): StoredObject[] {
    return this.#many(`WHERE key = ? AND ${IS_MISPLACED} ORDER BY latest`, keyBytes(key))
  }

  keysWithMisplaced(): string[] {
    return this.#prepared(`SELECT DISTINCT key FROM objects WHERE ${IS_MISPLACED}`)
      .all()
      .map((row) => keyOf(row, 'key'))
  }

  /** Every version that has a file. */
  *withFiles(): Generator<StoredObject, void, undefined> {
    const sql = `SELECT ${COLUMNS}, checksum, part_bytes FROM objects WHERE marker = 0`
    for (const row of this.#prepared(sql).all()) yield storedObjectOf(row)
  }

  insert(object: StoredObject): void {
    if (object.isLatest) {
      this.#prepared('UPDATE objects SET latest = 0 WHERE key = ? AND latest = 1').run(
        keyBytes(object.key),
      )
    }
    this.#prepared(
      `INSERT INTO objects (${COLUMNS}, fold, checksum, part_bytes)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ).run(
      keyBytes(object.key),
      object.versionId,
      object.isLatest ? 1 : 0,
      object.isMarker ? 1 : 0,
      object.file,
      object.byteLength,
      object.etag,
      object.modifiedMs,
      object.fileTimeMs,
      JSON.stringify(object.headers),
      foldOf(object.file),
      JSON.stringify(object.checksum),
      JSON.stringify(object.partBytes),
    )
  }

  /** Removes one version. If it was the newest, the previous version takes its place. */
  remove(key: string, versionId: string): void {
    const bytes = keyBytes(key)
    this.#prepared('DELETE FROM objects WHERE key = ? AND version = ?').run(bytes, versionId)
    this.#prepared(
      `UPDATE objects SET latest = 1 WHERE sequence =
       (SELECT max(sequence) FROM objects WHERE key = ?) AND latest = 0`,
    ).run(bytes)
  }

  /** Updates everything that describes the bytes of a changed file. */
  refresh(object: StoredObject): void {
    this.#prepared(
      `UPDATE objects SET bytes = ?, etag = ?, modified = ?, file_time = ?, checksum = ?,
       part_bytes = ? WHERE key = ? AND version = ?`,
    ).run(
      object.byteLength,
      object.etag,
      object.modifiedMs,
      object.fileTimeMs,
      JSON.stringify(object.checksum),
      JSON.stringify(object.partBytes),
      keyBytes(object.key),
      object.versionId,
    )
  }

  moveFile(key: string, versionId: string, file: string): void {
    this.#prepared('UPDATE objects SET file = ?, fold = ? WHERE key = ? AND version = ?').run(
      file,
      foldOf(file),
      keyBytes(key),
      versionId,
    )
  }

  /** Current objects in byte order, starting at `from` and within `prefix`. */
  listLatest(prefix: Buffer, from: Buffer, limit: number): StoredObject[] {
    const [where, values] = rangeOf(prefix, from)
    const sql = `WHERE latest = 1 AND marker = 0 AND ${where} ORDER BY key LIMIT ?`
    return this.#many(sql, ...values, limit)
  }

  /** Every version, newest first within a key. */
  listVersions(prefix: Buffer, from: Buffer, limit: number): StoredObject[] {
    const [where, values] = rangeOf(prefix, from)
    return this.#many(`WHERE ${where} ORDER BY key, sequence DESC LIMIT ?`, ...values, limit)
  }

  /** The versions of a key that are older than the given one. */
  versionsBefore(key: string, versionId: string, limit: number): StoredObject[] {
    const bytes = keyBytes(key)
    const sql = `WHERE key = ? AND sequence < (SELECT sequence FROM objects WHERE key = ? AND
      version = ?) ORDER BY sequence DESC LIMIT ?`
    return this.#many(sql, bytes, bytes, versionId, limit)
  }

  #one(rest: string, ...values: SQLInputValue[]): StoredObject | null {
    return this.#many(rest, ...values)[0] ?? null
  }

  #many(rest: string, ...values: SQLInputValue[]): StoredObject[] {
    const sql = `SELECT ${COLUMNS}, checksum, part_bytes FROM objects ${rest}`
    return this.#prepared(sql)
      .all(...values)
      .map(storedObjectOf)
  }

  #prepared(sql: string): StatementSync {
    const known = this.#statements.get(sql)
    if (known !== undefined) return known
    const statement = this.#db.prepare(sql)
    this.#statements.set(sql, statement)
    return statement
  }
}

function rangeOf(prefix: Buffer, from: Buffer): [where: string, values: SQLInputValue[]] {
  const start = Buffer.compare(prefix, from) > 0 ? prefix : from
  const end = boundAbove(prefix)
  return end === null ? ['key >= ?', [start]] : ['key >= ? AND key < ?', [start, end]]
}

function storedObjectOf(row: Row): StoredObject {
  return {
    key: keyOf(row, 'key'),
    versionId: textOf(row, 'version'),
    isLatest: numberOf(row, 'latest') === 1,
    isMarker: numberOf(row, 'marker') === 1,
    file: textOf(row, 'file'),
    byteLength: numberOf(row, 'bytes'),
    etag: textOf(row, 'etag'),
    modifiedMs: numberOf(row, 'modified'),
    fileTimeMs: numberOf(row, 'file_time'),
    headers: Headers.parse(JSON.parse(textOf(row, 'headers'))),
    checksum: StoredChecksum.parse(JSON.parse(textOf(row, 'checksum'))),
    partBytes: PartBytes.parse(JSON.parse(textOf(row, 'part_bytes'))),
  }
}
