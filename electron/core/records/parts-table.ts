import type { PartOnStore, PartReceipt, PartToSign } from '../../contract/commands/uploads.ts'
import type { UploadId } from '../../contract/ids.ts'
import { type PartPlan, rangeOfPart } from '../../contract/part-plan.ts'
import type { RecordedPart } from '../integrity/part-checksums.ts'
import type { Statements } from './database.ts'

const POSITION = '(SELECT position FROM uploads WHERE upload_id = ?)'

/** The checksums of parts that were announced, and the receipts of those that arrived. */
export class PartsTable {
  readonly #sql: Statements

  constructor(sql: Statements) {
    this.#sql = sql
  }

  /**
   * Called before a part is sent. A part that was announced with another checksum may still arrive
   * with the earlier bytes, so without a receipt its checksum is no longer known.
   * @throws RangeError for a part that is not in the plan; nothing is recorded then.
   */
  announce(uploadId: UploadId, plan: PartPlan, parts: readonly PartToSign[]): void {
    this.#sql.transaction(() => {
      for (const { partNumber, checksum } of parts) {
        this.#put(uploadId, plan, { partNumber, etag: null, checksum }, ANNOUNCED)
      }
      this.#updateRecordedBytes(uploadId)
    })
  }

  /** @throws RangeError for a part that is not in the plan; nothing is recorded then. */
  add(uploadId: UploadId, plan: PartPlan, receipts: readonly PartReceipt[]): void {
    this.#sql.transaction(() => {
      for (const receipt of receipts) this.#put(uploadId, plan, receipt, LISTED)
      this.#updateRecordedBytes(uploadId)
    })
  }

  /**
   * Brings the records in line with the store's list of parts. A part that is not listed keeps its
   * checksum, since it may be on its way.
   * @param unknown numbers of listed parts whose checksum is unknown.
   */
  reconcile(
    uploadId: UploadId,
    plan: PartPlan,
    held: readonly PartOnStore[],
    unknown: readonly number[],
  ): void {
    this.#sql.transaction(() => {
      this.#sql.run(`UPDATE parts SET etag = NULL WHERE position = ${POSITION}`, uploadId)
      for (const part of held) this.#put(uploadId, plan, part, LISTED)
      for (const partNumber of unknown) {
        this.#put(uploadId, plan, { partNumber, etag: null, checksum: null }, LISTED)
      }
      this.#updateRecordedBytes(uploadId)
    })
  }

  /** Inside the caller's transaction. */
  clear(uploadId: UploadId): void {
    this.#sql.run(`DELETE FROM parts WHERE position = ${POSITION}`, uploadId)
    this.#updateRecordedBytes(uploadId)
  }

  all(uploadId: UploadId): ReadonlyMap<number, RecordedPart> {
    const rows = this.#sql.all<RecordedPart>(
      `SELECT part_number AS partNumber, etag, checksum FROM parts WHERE position = ${POSITION}`,
      uploadId,
    )
    return new Map(rows.map((row) => [row.partNumber, row]))
  }

  #put(uploadId: UploadId, plan: PartPlan, part: RecordedPart, onConflict: string): void {
    const { start, end } = rangeOfPart(plan, part.partNumber)
    this.#sql.run(
      `INSERT INTO parts (position, part_number, byte_length, etag, checksum)
       SELECT position, ?, ?, ?, ? FROM uploads WHERE upload_id = ? ${onConflict}`,
      part.partNumber,
      end - start,
      part.etag,
      part.checksum,
      uploadId,
    )
  }

  /** Counts parts with a receipt; parts that were only announced do not count. */
  #updateRecordedBytes(uploadId: UploadId): void {
    this.#sql.run(
      `UPDATE uploads SET recorded_bytes = (SELECT coalesce(sum(byte_length), 0) FROM parts
         WHERE parts.position = uploads.position AND etag IS NOT NULL)
       WHERE upload_id = ?`,
      uploadId,
    )
  }
}

const LISTED = 'ON CONFLICT DO UPDATE SET etag = excluded.etag, checksum = excluded.checksum'

const ANNOUNCED = `ON CONFLICT DO UPDATE SET
  etag = CASE WHEN checksum IS excluded.checksum THEN etag END,
  checksum = CASE WHEN checksum IS excluded.checksum THEN checksum END`
