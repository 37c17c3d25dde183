import type { UploadRecord } from '../../contract/commands/uploads.ts'
import type { DestinationId, UploadId } from '../../contract/ids.ts'
import type { Statements } from './database.ts'
import type { PartRecords } from './part-records.ts'
import {
  existingRow,
  findRow,
  recordOf,
  rowOf,
  UNFINISHED,
  type UploadColumns,
  type UploadRow,
} from './stored-upload.ts'

/** Cancelled uploads, and what the store may still hold of them. */
export class CleaningRecords {
  readonly #parts: PartRecords
  readonly #sql: Statements

  constructor(sql: Statements, parts: PartRecords) {
    this.#sql = sql
    this.#parts = parts
  }

  /** Remembered before the store is asked; `storeIsClean` follows when the store says so. */
  cancel(uploadId: UploadId): UploadRow {
    this.#sql.transaction(() => this.giveUp(uploadId))
    return existingRow(this.#sql, uploadId)
  }

  /** The same for an upload that leaves what the bucket has in its place. */
  skip(uploadId: UploadId): UploadRow {
    this.#sql.transaction(() => {
      this.giveUp(uploadId)
      this.#sql.run("UPDATE uploads SET cancel_why = 'exists' WHERE upload_id = ?", uploadId)
    })
    return existingRow(this.#sql, uploadId)
  }

  /** Inside the caller's transaction: `cancel` for whoever does more in it. */
  giveUp(uploadId: UploadId): void {
    this.#parts.clear(uploadId)
    this.#sql.run(
      `UPDATE uploads SET phase = 'cancelled', failure = NULL, store_is_clean = 0
       WHERE upload_id = ?`,
      uploadId,
    )
  }

  /** Nobody is going to try those again. */
  cancelFailed(destinationId: DestinationId): void {
    this.#sql.transaction(() => {
      const failed = this.#sql.all<UploadColumns>(
        `SELECT * FROM uploads WHERE destination_id = ? AND ${UNFINISHED} AND phase = 'failed'`,
        destinationId,
      )
      for (const columns of failed) this.giveUp(recordOf(columns).uploadId)
    })
  }

  /** Cancelled uploads of which the store may still hold something. */
  toClean(destinationId: DestinationId | null): UploadRow[] {
    return this.#sql
      .all<UploadColumns>(
        `SELECT * FROM uploads WHERE phase = 'cancelled' AND store_is_clean = 0
         AND destination_id = coalesce(?, destination_id) LIMIT 1000`,
        destinationId,
      )
      .map(rowOf)
  }

  /** Null when the row was taken off the list before: it is forgotten now. */
  setStoreClean(uploadId: UploadId): UploadRecord | null {
    this.#sql.transaction(() => {
      this.#sql.run('UPDATE uploads SET store_is_clean = 1 WHERE upload_id = ?', uploadId)
      this.#sql.run('DELETE FROM uploads WHERE upload_id = ? AND is_listed = 0', uploadId)
    })
    return findRow(this.#sql, uploadId)?.record ?? null
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
}
