import type { UploadMark, UploadRecord } from '../../contract/commands/uploads.ts'
import type { TextEncoding } from '../../contract/content-type.ts'
import type { DestinationId, SourceId, UploadId } from '../../contract/ids.ts'
import type { ConflictDecision } from '../../contract/rules/upload-rules.ts'
import type { RegisteredSource } from '../sources/source-registry.ts'
import { CleaningRecords } from './cleaning-records.ts'
import type { Statements } from './database.ts'
import { LinkRecords } from './link-records.ts'
import { PartRecords } from './part-records.ts'
import { ProgressRecords } from './progress-records.ts'
import { RuleRecords } from './rule-records.ts'
import { SourceRecords } from './source-records.ts'
import {
  existingRow,
  findRow,
  type KeyOrigin,
  recordOf,
  UNFINISHED,
  type UploadColumns,
  type UploadRow,
} from './stored-upload.ts'
import { TargetRecords } from './target-records.ts'

/** How many listed uploads are in a phase, the failed ones by what failed. */
export interface PhaseCount {
  readonly phase: string
  readonly failureKind: string | null
  readonly count: number
}

/** Null for none, and for one that cannot be read. */
const FAILURE_KIND = "iif(json_valid(failure), json_extract(failure, '$.kind'), NULL)"

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
  readonly placed: KeyOrigin
  readonly hash8: string | null
  readonly statedType: string | null
  readonly encoding: TextEncoding | null
  readonly decision: ConflictDecision | null
}

/**
 * The list of uploads, and beside it everything else that Ferry remembers of them. Every method is
 * one transaction: after a crash or a full disk the file holds either the state before or the state
 * after it.
 */
export class UploadRecords {
  readonly parts: PartRecords
  readonly links: LinkRecords
  readonly sources: SourceRecords
  readonly progress: ProgressRecords
  readonly cleaning: CleaningRecords
  readonly rules: RuleRecords
  readonly targets: TargetRecords
  readonly #sql: Statements

  constructor(sql: Statements) {
    this.#sql = sql
    this.parts = new PartRecords(sql)
    this.links = new LinkRecords(sql)
    this.sources = new SourceRecords(sql)
    this.progress = new ProgressRecords(sql, this.parts, this.links)
    this.cleaning = new CleaningRecords(sql, this.parts)
    this.rules = new RuleRecords(sql)
    this.targets = new TargetRecords(sql)
  }

  /** Several changes that are made all or none. */
  inOneGo(change: () => void): void {
    this.#sql.transaction(change)
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
        return [existingRow(this.#sql, upload.uploadId).record]
      }),
    )
  }

  /**
   * Puts a new upload into the place of one that is cancelled with it and taken off the list; what
   * the store holds of the old one is then to be cleaned.
   */
  supersede(uploadId: UploadId, upload: NewUpload): UploadRecord {
    this.#sql.transaction(() => {
      const place = this.#position(uploadId)
      if (place === null) throw new Error('The upload left the records')
      this.cleaning.giveUp(uploadId)
      this.#sql.run(
        `UPDATE uploads SET is_listed = 0, source_id = NULL,
           position = (SELECT max(position) + 1 FROM uploads)
         WHERE upload_id = ?`,
        uploadId,
      )
      this.#insert(upload)
      const back = 'UPDATE uploads SET position = ? WHERE upload_id = ?'
      this.#sql.run(back, place, upload.uploadId)
    })
    return existingRow(this.#sql, upload.uploadId).record
  }

  find(uploadId: UploadId): UploadRow | null {
    return findRow(this.#sql, uploadId)
  }

  /** Oldest first. Null for an unknown `after`. */
  page(after: UploadId | null, limit: number) {
    const start = after === null ? 0 : this.#position(after)
    if (start === null) return null
    const rows = this.#sql.all<UploadColumns>(
      'SELECT * FROM uploads WHERE position > ? AND is_listed = 1 ORDER BY position LIMIT ?',
      start,
      limit + 1,
    )
    return { uploads: rows.slice(0, limit).map(recordOf), hasMore: rows.length > limit }
  }

  countPhases(): readonly PhaseCount[] {
    return this.#sql.all<PhaseCount>(
      `SELECT phase, ${FAILURE_KIND} AS failureKind, count(*) AS count
       FROM uploads WHERE is_listed = 1 GROUP BY 1, 2 ORDER BY 1, 2`,
    )
  }

  /** Whether another unfinished upload is going to write this key. */
  isKeyTaken(destinationId: DestinationId, key: string, except: UploadId | null): boolean {
    const found = this.#sql.first(
      `SELECT * FROM uploads WHERE destination_id = ? AND key = ? AND upload_id IS NOT ?
       AND ${UNFINISHED} LIMIT 1`,
      destinationId,
      key,
      except,
    )
    return found !== null
  }

  /** Whether uploads to it wait, run or are paused. */
  hasLive(destinationId: DestinationId): boolean {
    const found = this.#sql.first(
      `SELECT * FROM uploads WHERE destination_id = ? AND ${UNFINISHED} AND phase <> 'failed' LIMIT 1`,
      destinationId,
    )
    return found !== null
  }

  /** Uploads that have ended, or are not there any more, stay as they are. */
  mark(marks: readonly { readonly uploadId: UploadId; readonly mark: UploadMark }[]): void {
    const set = `UPDATE uploads SET phase = ?, failure = ?
      WHERE upload_id = ? AND ${UNFINISHED}`
    this.#sql.transaction(() => {
      for (const { uploadId, mark } of marks) {
        const failure = mark.phase === 'failed' ? JSON.stringify(mark.failure) : null
        this.#sql.run(set, mark.phase, failure, uploadId)
      }
    })
  }

  /** A key store that was locked is asked again by the Ferry that starts next. */
  retryLocked(): void {
    this.#sql.run(
      `UPDATE uploads SET phase = 'waiting', failure = NULL
       WHERE phase = 'failed' AND ${FAILURE_KIND} = 'secret-store-unavailable'`,
    )
  }

  close(): void {
    this.#sql.close()
  }

  #position(uploadId: UploadId): number | null {
    const one = 'SELECT * FROM uploads WHERE upload_id = ?'
    return this.#sql.first<UploadColumns>(one, uploadId)?.position ?? null
  }

  /** Inside the caller's transaction. */
  #insert(upload: NewUpload): void {
    this.#sql.run(
      `INSERT INTO uploads (upload_id, destination_id, source_id, path, relative_path,
         modified_at_ms, changed_at_ms, byte_length, name, folder, key, content_type, token, phase,
         created_at_ms, key_template, wanted_key, hash8, stated_type, text_encoding,
         conflict_decision)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'waiting', ?, ?, ?, ?, ?, ?, ?)`,
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
      upload.placed.keyTemplate,
      upload.placed.wantedKey,
      upload.hash8,
      upload.statedType,
      upload.encoding,
      upload.decision,
    )
  }
}
