import type { UploadId } from '../../contract/ids.ts'
import { type PartPlan, rangeOfPart } from '../../contract/part-plan.ts'
import type { PartReceipt } from '../../contract/upload.ts'
import type { Statements } from './database.ts'

const POSITION = '(SELECT position FROM uploads WHERE upload_id = ?)'

/** The receipts of parts that arrived. A memory for the list's numbers; the store knows better. */
export class PartRecords {
  readonly #sql: Statements

  constructor(sql: Statements) {
    this.#sql = sql
  }

  /** @throws RangeError for a part that the plan does not have; nothing is recorded then. */
  add(uploadId: UploadId, plan: PartPlan, receipts: readonly PartReceipt[]): void {
    this.#sql.transaction(() => this.#insert(uploadId, plan, receipts))
  }

  /** Makes the recorded parts those that the store says it holds. */
  replace(uploadId: UploadId, plan: PartPlan, held: readonly PartReceipt[]): void {
    this.#sql.transaction(() => {
      this.clear(uploadId)
      this.#insert(uploadId, plan, held)
    })
  }

  /** Inside the caller's transaction. */
  clear(uploadId: UploadId): void {
    this.#sql.run(`DELETE FROM parts WHERE position = ${POSITION}`, uploadId)
    this.#sum(uploadId)
  }

  /** The ETag the page received; null without a receipt. */
  etagOf(uploadId: UploadId, partNumber: number): string | null {
    const row = this.#sql.first<{ etag: string }>(
      `SELECT etag FROM parts WHERE position = ${POSITION} AND part_number = ?`,
      uploadId,
      partNumber,
    )
    return row?.etag ?? null
  }

  #insert(uploadId: UploadId, plan: PartPlan, receipts: readonly PartReceipt[]): void {
    for (const { partNumber, etag } of receipts) {
      const { start, end } = rangeOfPart(plan, partNumber)
      this.#sql.run(
        `INSERT INTO parts (position, part_number, byte_length, etag)
         SELECT position, ?, ?, ? FROM uploads WHERE upload_id = ?
         ON CONFLICT DO UPDATE SET etag = excluded.etag`,
        partNumber,
        end - start,
        etag,
        uploadId,
      )
    }
    this.#sum(uploadId)
  }

  #sum(uploadId: UploadId): void {
    this.#sql.run(
      `UPDATE uploads SET recorded_bytes =
       (SELECT coalesce(sum(byte_length), 0) FROM parts WHERE parts.position = uploads.position)
       WHERE upload_id = ?`,
      uploadId,
    )
  }
}
