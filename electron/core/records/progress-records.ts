import type { Proof } from '../../contract/checksum.ts'
import type { ShareLink, UploadRecord } from '../../contract/commands/uploads.ts'
import type { DestinationId, UploadId } from '../../contract/ids.ts'
import type { PartPlan } from '../../contract/part-plan.ts'
import type { Statements } from './database.ts'
import type { LinkRecords } from './link-records.ts'
import type { PartRecords } from './part-records.ts'
import {
  existingRow,
  type IntegrityPlan,
  type TargetBucket,
  UNFINISHED,
  type UploadRow,
} from './stored-upload.ts'

/** How far uploads have come at the store: the plan, what was begun there, and the end. */
export class ProgressRecords {
  readonly #parts: PartRecords
  readonly #links: LinkRecords
  readonly #sql: Statements

  constructor(sql: Statements, parts: PartRecords, links: LinkRecords) {
    this.#sql = sql
    this.#parts = parts
    this.#links = links
  }

  /**
   * Before the store hears of it: parts of two plans must never meet in one object. Sums by another
   * algorithm than the new one are forgotten. From here on the upload belongs to `place`.
   */
  setPlan(
    uploadId: UploadId,
    plan: PartPlan,
    integrity: IntegrityPlan,
    place: TargetBucket,
  ): UploadRow {
    this.#sql.transaction(() => {
      const former = existingRow(this.#sql, uploadId).integrity
      if (former !== null && former.algorithm !== integrity.algorithm) this.#parts.clear(uploadId)
      this.#sql.run(
        `UPDATE uploads SET plan_mode = ?, part_bytes = ?, checksum_algorithm = ?, is_checked = ?,
           place_endpoint = ?, place_bucket = ?, place_region = ?, place_keys = ?
         WHERE upload_id = ?`,
        plan.mode,
        plan.mode === 'multipart' ? plan.partBytes : null,
        integrity.algorithm,
        integrity.isChecked ? 1 : 0,
        place.endpoint,
        place.bucket,
        place.region,
        place.keys,
        uploadId,
      )
    })
    return existingRow(this.#sql, uploadId)
  }

  /** The store is about to be asked to begin a multipart upload. */
  setBegun(uploadId: UploadId, begunAtMs: number): UploadRow {
    this.#sql.durably('UPDATE uploads SET begun_at_ms = ? WHERE upload_id = ?', begunAtMs, uploadId)
    return existingRow(this.#sql, uploadId)
  }

  /** @param encryption as the store named it. */
  setStoreUpload(uploadId: UploadId, storeUploadId: string, encryption: string | null): UploadRow {
    // Whoever loses the id leaves parts on the store that nobody finds, and that are paid for.
    const set = 'UPDATE uploads SET store_upload_id = ?, encryption = ? WHERE upload_id = ?'
    this.#sql.durably(set, storeUploadId, encryption, uploadId)
    return existingRow(this.#sql, uploadId)
  }

  /** Null: whether the object is there is settled. */
  setCompleting(uploadId: UploadId, completingAtMs: number | null): UploadRow {
    const set = 'UPDATE uploads SET completing_at_ms = ? WHERE upload_id = ?'
    // Whoever forgets it sends the whole file again, though the object is about to show.
    this.#sql.durably(set, completingAtMs, uploadId)
    return existingRow(this.#sql, uploadId)
  }

  /** Whether another unfinished upload has asked the store to begin under this key, and waits. */
  isBeginning(destinationId: DestinationId, key: string, except: UploadId): boolean {
    const found = this.#sql.first(
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
    const known = this.#sql.first(
      'SELECT * FROM uploads WHERE store_upload_id = ? LIMIT 1',
      storeUploadId,
    )
    return known !== null
  }

  /** True when the store holds parts for a destination that may be edited. */
  hasBegun(destinationId: DestinationId): boolean {
    const found = this.#sql.first(
      `SELECT * FROM uploads WHERE destination_id = ? AND begun_at_ms IS NOT NULL
       AND ${UNFINISHED} LIMIT 1`,
      destinationId,
    )
    return found !== null
  }

  /** What the store held of it is gone: the plan stays, everything sent is forgotten. */
  forgetProgress(uploadId: UploadId): UploadRow {
    this.#sql.transaction(() => this.#forget(uploadId))
    return existingRow(this.#sql, uploadId)
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
    return existingRow(this.#sql, uploadId)
  }

  finish(
    uploadId: UploadId,
    { etag, proof }: { readonly etag: string; readonly proof: Proof | null },
    finishedAtMs: number,
    link: ShareLink,
  ): UploadRecord {
    this.#sql.transaction(() => {
      // The object is whole: nobody will ask for its parts any more.
      this.#parts.clear(uploadId)
      this.#sql.run(
        `UPDATE uploads SET phase = 'done', failure = NULL, etag = ?, proof = ?,
         finished_at_ms = ?, recorded_bytes = byte_length WHERE upload_id = ?`,
        etag,
        proof === null ? null : JSON.stringify(proof),
        finishedAtMs,
        uploadId,
      )
      this.#links.setLink(uploadId, link)
    })
    return existingRow(this.#sql, uploadId).record
  }

  /** Inside the caller's transaction. */
  #forget(uploadId: UploadId): void {
    this.#parts.clear(uploadId)
    this.#sql.run(
      `UPDATE uploads SET begun_at_ms = NULL, store_upload_id = NULL, completing_at_ms = NULL
       WHERE upload_id = ?`,
      uploadId,
    )
  }
}
