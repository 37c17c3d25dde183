import type { Proof } from '../../contract/checksum.ts'
import type { DestinationId, SourceId, UploadId } from '../../contract/ids.ts'
import type { PartPlan } from '../../contract/part-plan.ts'
import type { ShareLink, UploadMark, UploadRecord } from '../../contract/upload.ts'
import type { SourceFacts } from '../ports.ts'
import type { RegisteredSource } from '../sources.ts'
import type { Statements } from './database.ts'
import { PartRecords } from './part-records.ts'
import {
  type IntegrityPlan,
  recordOf,
  rowOf,
  type UploadColumns,
  type UploadRow,
} from './upload-row.ts'

/** As the partial indexes say it: SQLite uses them only where it finds these very words. */
const UNFINISHED = `phase IN ('waiting', 'paused', 'failed')`

export interface NewUpload {
  readonly uploadId: UploadId
  readonly destinationId: DestinationId
  readonly sourceId: SourceId
  readonly source: RegisteredSource
  readonly relativePath: string
  readonly name: string
  readonly folder: string
  readonly key: string
  readonly contentType: string
  readonly token: string
  readonly createdAtMs: number
}

/**
 * Everything Ferry remembers of uploads. Every method is one transaction: after a crash or a full
 * disk the file holds either the state before or the state after it.
 */
export class UploadRecords {
  readonly parts: PartRecords
  readonly #sql: Statements

  constructor(sql: Statements) {
    this.#sql = sql
    this.parts = new PartRecords(sql)
  }

  /** In a browser the files are gone with the page that held them; the rows then wait for them. */
  forgetPathlessSources(): void {
    this.#sql.run('UPDATE uploads SET source_id = NULL WHERE path IS NULL')
  }

  /**
   * Calls `place` just before each is stored, so that it sees the ones before it; null leaves the
   * item out.
   */
  add<T>(items: readonly T[], place: (item: T) => NewUpload | null): UploadRecord[] {
    return this.#sql.transaction(() =>
      items.flatMap((item) => {
        const upload = place(item)
        if (upload === null) return []
        this.#insert(upload)
        return [this.#existing(upload.uploadId).record]
      }),
    )
  }

  find(uploadId: UploadId): UploadRow | null {
    const columns = this.#first('SELECT * FROM uploads WHERE upload_id = ?', uploadId)
    return columns === null ? null : rowOf(columns)
  }

  /** Oldest first. Null for an unknown `after`. */
  page(after: UploadId | null, limit: number) {
    const start =
      after === null ? 0 : this.#first('SELECT * FROM uploads WHERE upload_id = ?', after)
    if (start === null) return null
    const rows = this.#all(
      'SELECT * FROM uploads WHERE position > ? AND is_listed = 1 ORDER BY position LIMIT ?',
      start === 0 ? 0 : start.position,
      limit + 1,
    )
    return { uploads: rows.slice(0, limit).map(recordOf), hasMore: rows.length > limit }
  }

  /** Whether another unfinished upload is going to write this key. */
  isKeyTaken(destinationId: DestinationId, key: string, except: UploadId | null): boolean {
    const found = this.#first(
      `SELECT * FROM uploads WHERE destination_id = ? AND key = ? AND upload_id IS NOT ?
       AND ${UNFINISHED} LIMIT 1`,
      destinationId,
      key,
      except,
    )
    return found !== null
  }

  /** Unfinished uploads of a file of this length and time, oldest first. */
  waitingFor(byteLength: number, modifiedAtMs: number): UploadRow[] {
    return this.#all(
      `SELECT * FROM uploads WHERE byte_length = ? AND modified_at_ms = ? AND ${UNFINISHED}
       ORDER BY position`,
      byteLength,
      modifiedAtMs,
    ).map(rowOf)
  }

  /** The file behind a ticket, as long as its upload is unfinished. */
  sourceFacts(sourceId: string): SourceFacts | null {
    const columns = this.#first(
      `SELECT * FROM uploads WHERE source_id = ? AND ${UNFINISHED} LIMIT 1`,
      sourceId,
    )
    if (columns === null) return null
    const { path, name, byte_length: byteLength, modified_at_ms: modifiedAtMs } = columns
    return { path, name, byteLength, modifiedAtMs }
  }

  /** The file again, as it is now: an earlier ctime would say nothing of it. */
  attachSource(
    uploadId: UploadId,
    sourceId: SourceId,
    source: Pick<RegisteredSource, 'path' | 'changedAtMs'>,
  ): UploadRecord {
    this.#sql.run(
      'UPDATE uploads SET source_id = ?, path = ?, changed_at_ms = ? WHERE upload_id = ?',
      sourceId,
      source.path,
      source.changedAtMs,
      uploadId,
    )
    return this.#existing(uploadId).record
  }

  /**
   * Before the store hears of it: parts of two plans must never meet in one object. Sums by another
   * algorithm than the new one are forgotten.
   */
  setPlan(uploadId: UploadId, plan: PartPlan, integrity: IntegrityPlan): UploadRow {
    this.#sql.transaction(() => {
      const former = this.#existing(uploadId).integrity
      if (former !== null && former.algorithm !== integrity.algorithm) this.parts.clear(uploadId)
      this.#sql.run(
        `UPDATE uploads SET plan_mode = ?, part_bytes = ?, checksum_algorithm = ?, is_checked = ?
         WHERE upload_id = ?`,
        plan.mode,
        plan.mode === 'multipart' ? plan.partBytes : null,
        integrity.algorithm,
        integrity.isChecked ? 1 : 0,
        uploadId,
      )
    })
    return this.#existing(uploadId)
  }

  setKey(uploadId: UploadId, key: string, name: string): UploadRow {
    this.#sql.run('UPDATE uploads SET key = ?, name = ? WHERE upload_id = ?', key, name, uploadId)
    return this.#existing(uploadId)
  }

  /** The store is about to be asked to begin a multipart upload. */
  setBegun(uploadId: UploadId, begunAtMs: number): UploadRow {
    this.#sql.durably('UPDATE uploads SET begun_at_ms = ? WHERE upload_id = ?', begunAtMs, uploadId)
    return this.#existing(uploadId)
  }

  setStoreUpload(uploadId: UploadId, storeUploadId: string): UploadRow {
    // Whoever loses the id leaves parts on the store that nobody finds, and that are paid for.
    const set = 'UPDATE uploads SET store_upload_id = ? WHERE upload_id = ?'
    this.#sql.durably(set, storeUploadId, uploadId)
    return this.#existing(uploadId)
  }

  /** What the store held of it is gone: the plan stays, everything sent is forgotten. */
  forgetProgress(uploadId: UploadId): UploadRow {
    this.#sql.transaction(() => this.#forget(uploadId))
    return this.#existing(uploadId)
  }

  /** The finished object was not the file: nothing of it counts, and how often that was, does. */
  noteDiffering(uploadId: UploadId): UploadRow {
    this.#sql.transaction(() => {
      this.#forget(uploadId)
      this.#sql.run(
        'UPDATE uploads SET differing_count = differing_count + 1 WHERE upload_id = ?',
        uploadId,
      )
    })
    return this.#existing(uploadId)
  }

  /** Uploads that have ended, or are not there any more, stay as they are. */
  mark(marks: readonly { readonly uploadId: UploadId; readonly mark: UploadMark }[]): void {
    const set = `UPDATE uploads SET phase = ?, failure = ?
      WHERE upload_id = ? AND phase IN ('waiting', 'paused', 'failed')`
    this.#sql.transaction(() => {
      for (const { uploadId, mark } of marks) {
        const failure = mark.phase === 'failed' ? JSON.stringify(mark.failure) : null
        this.#sql.run(set, mark.phase, failure, uploadId)
      }
    })
  }

  finish(
    uploadId: UploadId,
    { etag, proof }: { readonly etag: string; readonly proof: Proof | null },
    finishedAtMs: number,
    link: ShareLink,
  ): UploadRecord {
    this.#sql.transaction(() => {
      // The object is whole: nobody will ask for its parts any more.
      this.parts.clear(uploadId)
      this.#sql.run(
        `UPDATE uploads SET phase = 'done', failure = NULL, etag = ?, proof = ?,
         finished_at_ms = ?, recorded_bytes = byte_length WHERE upload_id = ?`,
        etag,
        proof === null ? null : JSON.stringify(proof),
        finishedAtMs,
        uploadId,
      )
      this.setLink(uploadId, link)
    })
    return this.#existing(uploadId).record
  }

  setLink(uploadId: UploadId, link: ShareLink): void {
    this.#sql.run(
      `UPDATE uploads SET link_url = ?, link_created_at_ms = ?, link_expires_at_ms = ?
       WHERE upload_id = ?`,
      link.url,
      link.createdAtMs,
      link.expiresAtMs,
      uploadId,
    )
  }

  /** For links that lead nowhere any more. */
  dropLinks(destinationId: DestinationId): void {
    this.#sql.run('UPDATE uploads SET link_url = NULL WHERE destination_id = ?', destinationId)
  }

  isShareLink(url: string): boolean {
    return this.#first('SELECT * FROM uploads WHERE link_url = ? LIMIT 1', url) !== null
  }

  /** Remembered before the store is asked; `storeIsClean` follows when the store says so. */
  cancel(uploadId: UploadId): UploadRow {
    this.#sql.transaction(() => this.#cancel(uploadId))
    return this.#existing(uploadId)
  }

  /**
   * Puts a new upload into the place of one that is cancelled with it and taken off the list; what
   * the store holds of the old one is then to be cleaned.
   */
  supersede(uploadId: UploadId, upload: NewUpload): UploadRecord {
    this.#sql.transaction(() => {
      const place = this.#first('SELECT * FROM uploads WHERE upload_id = ?', uploadId)
      if (place === null) throw new Error('The upload left the records')
      this.#cancel(uploadId)
      this.#sql.run(
        `UPDATE uploads SET is_listed = 0, source_id = NULL,
           position = (SELECT max(position) + 1 FROM uploads)
         WHERE upload_id = ?`,
        uploadId,
      )
      this.#insert(upload)
      const back = 'UPDATE uploads SET position = ? WHERE upload_id = ?'
      this.#sql.run(back, place.position, upload.uploadId)
    })
    return this.#existing(upload.uploadId).record
  }

  /** Whether another unfinished upload has asked the store to begin under this key, and waits. */
  isBeginning(destinationId: DestinationId, key: string, except: UploadId): boolean {
    const found = this.#first(
      `SELECT * FROM uploads WHERE destination_id = ? AND key = ? AND upload_id IS NOT ?
       AND begun_at_ms IS NOT NULL AND store_upload_id IS NULL AND ${UNFINISHED} LIMIT 1`,
      destinationId,
      key,
      except,
    )
    return found !== null
  }

  /** Whether a multipart upload of the store's is in the records, whosever it is. */
  isKnownAtStore(storeUploadId: string): boolean {
    const known = this.#first(
      'SELECT * FROM uploads WHERE store_upload_id = ? LIMIT 1',
      storeUploadId,
    )
    return known !== null
  }

  /** Null when the row was taken off the list before: it is forgotten now. */
  setStoreClean(uploadId: UploadId): UploadRecord | null {
    this.#sql.run('UPDATE uploads SET store_is_clean = 1 WHERE upload_id = ?', uploadId)
    this.#sql.run('DELETE FROM uploads WHERE upload_id = ? AND is_listed = 0', uploadId)
    return this.find(uploadId)?.record ?? null
  }

  /** Cancelled uploads of which the store may still hold something. */
  toClean(destinationId: DestinationId | null): UploadRow[] {
    return this.#all(
      `SELECT * FROM uploads WHERE phase = 'cancelled' AND store_is_clean = 0
       AND destination_id = coalesce(?, destination_id) LIMIT 1000`,
      destinationId,
    ).map(rowOf)
  }

  /** Takes rows off the list; those of which the store may hold something are kept out of sight. */
  clear(uploadIds: readonly UploadId[]): void {
    this.#sql.transaction(() => {
      for (const uploadId of uploadIds) {
        this.#sql.run('UPDATE uploads SET is_listed = 0 WHERE upload_id = ?', uploadId)
        this.#sql.run(
          `DELETE FROM uploads WHERE upload_id = ?
           AND NOT (phase = 'cancelled' AND store_is_clean = 0)`,
          uploadId,
        )
      }
    })
  }

  /** Gives up what could not be cleaned: nobody has a key to that store any more. */
  abandonCleaning(destinationId: DestinationId): void {
    const out = 'DELETE FROM uploads WHERE destination_id = ? AND is_listed = 0'
    this.#sql.run(out, destinationId)
  }

  /** Whether uploads to it wait, run or are paused. */
  hasLive(destinationId: DestinationId): boolean {
    const found = this.#first(
      `SELECT * FROM uploads WHERE destination_id = ? AND ${UNFINISHED} AND phase <> 'failed' LIMIT 1`,
      destinationId,
    )
    return found !== null
  }

  /** Nobody is going to try those again. */
  cancelFailed(destinationId: DestinationId): void {
    const failed = this.#all(
      `SELECT * FROM uploads WHERE destination_id = ? AND ${UNFINISHED} AND phase = 'failed'`,
      destinationId,
    )
    for (const columns of failed) this.cancel(recordOf(columns).uploadId)
  }

  /** True when the store holds parts for a destination that may be edited. */
  hasBegun(destinationId: DestinationId): boolean {
    const found = this.#first(
      `SELECT * FROM uploads WHERE destination_id = ? AND begun_at_ms IS NOT NULL
       AND ${UNFINISHED} LIMIT 1`,
      destinationId,
    )
    return found !== null
  }

  close(): void {
    this.#sql.close()
  }

  #insert(upload: NewUpload): void {
    this.#sql.run(
      `INSERT INTO uploads (upload_id, destination_id, source_id, path, relative_path,
         modified_at_ms, changed_at_ms, byte_length, name, folder, key, content_type, token, phase,
         created_at_ms)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'waiting', ?)`,
      upload.uploadId,
      upload.destinationId,
      upload.sourceId,
      upload.source.path,
      upload.relativePath,
      upload.source.modifiedAtMs,
      upload.source.changedAtMs,
      upload.source.byteLength,
      upload.name,
      upload.folder,
      upload.key,
      upload.contentType,
      upload.token,
      upload.createdAtMs,
    )
  }

  /** Inside the caller's transaction. */
  #forget(uploadId: UploadId): void {
    this.parts.clear(uploadId)
    this.#sql.run(
      'UPDATE uploads SET begun_at_ms = NULL, store_upload_id = NULL WHERE upload_id = ?',
      uploadId,
    )
  }

  /** Inside the caller's transaction. */
  #cancel(uploadId: UploadId): void {
    this.parts.clear(uploadId)
    this.#sql.run(
      `UPDATE uploads SET phase = 'cancelled', failure = NULL, store_is_clean = 0
       WHERE upload_id = ?`,
      uploadId,
    )
  }

  /** @throws for an upload that was just proven to be there: a bug. */
  #existing(uploadId: UploadId): UploadRow {
    const row = this.find(uploadId)
    if (row === null) throw new Error('The upload left the records')
    return row
  }

  #first(sql: string, ...values: (string | number | null)[]): UploadColumns | null {
    return this.#sql.first<UploadColumns>(sql, ...values)
  }

  #all(sql: string, ...values: (string | number | null)[]): UploadColumns[] {
    return this.#sql.all<UploadColumns>(sql, ...values)
  }
}
