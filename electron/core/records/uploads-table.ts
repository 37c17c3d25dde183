import type { UploadMark, UploadRecord } from '../../contract/commands/uploads.ts'
import type { DestinationId, UploadId } from '../../contract/ids.ts'
import type { ConflictDecision } from '../../contract/rules/upload-rules.ts'
import type { Guard } from '../s3/put-headers.ts'
import type { Statements } from './database.ts'
import {
  existingRow,
  type KeyOrigin,
  recordOf,
  rowOf,
  SELECT_UPLOADS,
  UNFINISHED,
  type UploadColumns,
  type UploadRow,
} from './stored-upload.ts'

/** The number of listed uploads in a phase; failed uploads are counted per kind of failure. */
export interface PhaseCount {
  readonly phase: string
  readonly failureKind: string | null
  readonly count: number
}

interface KeyFields {
  readonly key: string
  readonly folder: string
  readonly name: string
}

/** Null for no failure, and for one that cannot be read. */
const FAILURE_KIND = "iif(json_valid(failure), json_extract(failure, '$.kind'), NULL)"

/** The list of uploads: key, type and status of each. */
export class UploadsTable {
  readonly #sql: Statements

  constructor(sql: Statements) {
    this.#sql = sql
  }

  /** Oldest first. Null for an unknown `after`. */
  page(after: UploadId | null, limit: number) {
    const start = after === null ? 0 : this.positionOf(after)
    if (start === null) return null
    const rows = this.#sql.all<UploadColumns>(
      `${SELECT_UPLOADS} WHERE uploads.position > ? AND is_listed = 1
       ORDER BY uploads.position LIMIT ?`,
      start,
      limit + 1,
    )
    return { uploads: rows.slice(0, limit).map(recordOf), hasMore: rows.length > limit }
  }

  positionOf(uploadId: UploadId): number | null {
    const one = 'SELECT position FROM uploads WHERE upload_id = ?'
    return this.#sql.first<Pick<UploadColumns, 'position'>>(one, uploadId)?.position ?? null
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
      `SELECT 1 FROM uploads WHERE destination_id = ? AND key = ? AND upload_id IS NOT ?
       AND ${UNFINISHED} LIMIT 1`,
      destinationId,
      key,
      except,
    )
    return found !== null
  }

  /** Whether uploads to it are waiting, running or paused. */
  hasLive(destinationId: DestinationId): boolean {
    const found = this.#sql.first(
      `SELECT 1 FROM uploads WHERE destination_id = ? AND ${UNFINISHED} AND phase <> 'failed' LIMIT 1`,
      destinationId,
    )
    return found !== null
  }

  /** Uploads that have ended, or have left the records, stay as they are. */
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

  /** The key store may be unlocked at the next start, so these uploads try again then. */
  retryLocked(): void {
    this.#sql.run(
      `UPDATE uploads SET phase = 'waiting', failure = NULL
       WHERE phase = 'failed' AND ${FAILURE_KIND} = 'secret-store-unavailable'`,
    )
  }

  /** For an upload that has not begun: the rules have changed since it was queued. */
  setKeyByRules(
    uploadId: UploadId,
    { key, folder, name }: KeyFields,
    origin: KeyOrigin,
  ): UploadRow {
    this.#sql.run(
      `UPDATE uploads SET key = ?, folder = ?, name = ?, key_template = ?, wanted_key = ?
       WHERE upload_id = ?`,
      key,
      folder,
      name,
      origin.keyTemplate,
      origin.wantedKey,
      uploadId,
    )
    return existingRow(this.#sql, uploadId)
  }

  /** The guard belongs to the key, so both are set together. */
  setKey(uploadId: UploadId, key: string, name: string, guard: Guard): UploadRow {
    const set = 'UPDATE uploads SET key = ?, name = ?, guard = ? WHERE upload_id = ?'
    this.#sql.run(set, key, name, guard, uploadId)
    return existingRow(this.#sql, uploadId)
  }

  setContentType(uploadId: UploadId, contentType: string): UploadRow {
    const set = 'UPDATE uploads SET content_type = ? WHERE upload_id = ?'
    this.#sql.run(set, contentType, uploadId)
    return existingRow(this.#sql, uploadId)
  }

  /** All or none; skips uploads that have ended or have left the records. */
  decide(uploadIds: readonly UploadId[], decision: ConflictDecision): UploadRecord[] {
    const one = `SELECT 1 FROM uploads WHERE upload_id = ? AND ${UNFINISHED}`
    const set = 'UPDATE uploads SET conflict_decision = ? WHERE upload_id = ?'
    return this.#sql.transaction(() =>
      uploadIds.flatMap((uploadId) => {
        if (this.#sql.first(one, uploadId) === null) return []
        this.#sql.run(set, decision, uploadId)
        return [existingRow(this.#sql, uploadId).record]
      }),
    )
  }

  /** Cancelled uploads from which the store may still hold something. */
  toClean(destinationId: DestinationId | null): UploadRow[] {
    return this.#sql
      .all<UploadColumns>(
        `${SELECT_UPLOADS} WHERE phase = 'cancelled' AND store_is_clean = 0
         AND uploads.destination_id = coalesce(?, uploads.destination_id) LIMIT 1000`,
        destinationId,
      )
      .map(rowOf)
  }

  /** Removes uploads from the list; uploads that still have to be cleaned up are hidden instead. */
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

  /** Gives up on uncleaned uploads: there are no credentials for that store any more. */
  abandonCleanup(destinationId: DestinationId): void {
    const out = 'DELETE FROM uploads WHERE destination_id = ? AND is_listed = 0'
    this.#sql.run(out, destinationId)
  }
}
