import type { DatabaseSync } from 'node:sqlite'
import * as z from 'zod/mini'
import {
  CHECKSUM_ALGORITHMS,
  type ChecksumAlgorithm,
  type ChecksumType,
} from '../http/checksums.ts'
import { boundAbove, keyBytes, keyOf, numberOf, type Row, textOf } from './columns.ts'

/** A multipart upload. */
export interface StoredUpload {
  readonly uploadId: string
  readonly key: string
  readonly startedMs: number
  /** Headers of the finished object. */
  readonly headers: Readonly<Record<string, string>>
  readonly algorithm: ChecksumAlgorithm
  readonly checksumType: ChecksumType
  /** True when the client chose the checksum; otherwise S3 adds one by itself. */
  readonly isExplicit: boolean
  /** The answer to CompleteMultipartUpload, kept so that a repeated request gets the same one. */
  readonly result: string | null
}

export interface StoredPart {
  readonly partNumber: number
  readonly byteLength: number
  readonly etag: string
  /** Base64, computed with the upload's algorithm. */
  readonly checksum: string
  readonly modifiedMs: number
  /** The stored path, such as `work/5f…`. */
  readonly file: string
}

const Headers = z.record(z.string(), z.string())
const Algorithm = z.enum(CHECKSUM_ALGORITHMS)
const Type = z.enum(['COMPOSITE', 'FULL_OBJECT'])
const RESULT_LIFE_MS = 24 * 60 * 60_000

export class UploadTable {
  readonly #db: DatabaseSync

  constructor(db: DatabaseSync) {
    this.#db = db
  }

  find(uploadId: string): StoredUpload | null {
    const row = this.#db.prepare('SELECT * FROM uploads WHERE id = ?').get(uploadId)
    return row === undefined ? null : uploadOf(row)
  }

  begin(upload: StoredUpload): void {
    this.#db
      .prepare('INSERT INTO uploads VALUES (?, ?, ?, ?, ?, ?, ?, ?)')
      .run(
        upload.uploadId,
        keyBytes(upload.key),
        upload.startedMs,
        JSON.stringify(upload.headers),
        upload.algorithm,
        upload.checksumType,
        upload.isExplicit ? 1 : 0,
        upload.result ?? '',
      )
  }

  remove(uploadId: string): void {
    this.#db.prepare('DELETE FROM uploads WHERE id = ?').run(uploadId)
  }

  /** Deletes the parts and keeps the answer for a day. */
  finish(uploadId: string, result: string): void {
    this.#db.prepare('DELETE FROM parts WHERE upload = ?').run(uploadId)
    this.#db.prepare('UPDATE uploads SET result = ? WHERE id = ?').run(result, uploadId)
  }

  forgetResults(nowMs: number): void {
    this.#db
      .prepare("DELETE FROM uploads WHERE result <> '' AND started < ?")
      .run(nowMs - RESULT_LIFE_MS)
  }

  part(uploadId: string, partNumber: number): StoredPart | null {
    const row = this.#db
      .prepare('SELECT * FROM parts WHERE upload = ? AND number = ?')
      .get(uploadId, partNumber)
    return row === undefined ? null : partOf(row)
  }

  putPart(uploadId: string, part: StoredPart): void {
    this.#db
      .prepare('INSERT OR REPLACE INTO parts VALUES (?, ?, ?, ?, ?, ?, ?)')
      .run(
        uploadId,
        part.partNumber,
        part.byteLength,
        part.etag,
        part.checksum,
        part.modifiedMs,
        part.file,
      )
  }

  /** In order, with numbers greater than `after`. */
  parts(uploadId: string, after: number, limit: number): StoredPart[] {
    return this.#db
      .prepare('SELECT * FROM parts WHERE upload = ? AND number > ? ORDER BY number LIMIT ?')
      .all(uploadId, after, limit)
      .map(partOf)
  }

  allParts(): { readonly uploadId: string; readonly part: StoredPart }[] {
    return this.#db
      .prepare('SELECT * FROM parts')
      .all()
      .map((row) => ({ uploadId: textOf(row, 'upload'), part: partOf(row) }))
  }

  isPartFile(file: string): boolean {
    return this.#db.prepare('SELECT 1 FROM parts WHERE file = ?').get(file) !== undefined
  }

  /**
   * Unfinished uploads by key, then by age, starting at `from` and, within that key, after
   * `afterId`.
   */
  list(prefix: string, from: Buffer, afterId: string | null, limit: number): StoredUpload[] {
    const low = keyBytes(prefix)
    const start = Buffer.compare(low, from) > 0 ? low : from
    const end = boundAbove(low)
    const rows = this.#db
      .prepare(
        `SELECT * FROM uploads WHERE result = '' AND key >= ?1 AND (?2 IS NULL OR key < ?2)
         AND (?3 IS NULL OR key > ?1 OR (started, id) >
           (SELECT started, id FROM uploads WHERE id = ?3))
         ORDER BY key, started, id LIMIT ?4`,
      )
      .all(start, end, afterId, limit)
    return rows.map(uploadOf)
  }
}

function uploadOf(row: Row): StoredUpload {
  const result = textOf(row, 'result')
  return {
    uploadId: textOf(row, 'id'),
    key: keyOf(row, 'key'),
    startedMs: numberOf(row, 'started'),
    headers: Headers.parse(JSON.parse(textOf(row, 'headers'))),
    algorithm: Algorithm.parse(textOf(row, 'algorithm')),
    checksumType: Type.parse(textOf(row, 'checksum_type')),
    isExplicit: numberOf(row, 'is_explicit') === 1,
    result: result === '' ? null : result,
  }
}

function partOf(row: Row): StoredPart {
  return {
    partNumber: numberOf(row, 'number'),
    byteLength: numberOf(row, 'bytes'),
    etag: textOf(row, 'etag'),
    checksum: textOf(row, 'checksum'),
    modifiedMs: numberOf(row, 'modified'),
    file: textOf(row, 'file'),
  }
}
