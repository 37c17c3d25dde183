import type { DestinationId, UploadId } from '../../contract/ids.ts'
import type { PartPlan } from '../../contract/part-plan.ts'
import type { IntegrityPlan } from '../integrity/store-integrity.ts'
import type { Statements } from './database.ts'
import { type TargetBucket, UNFINISHED } from './stored-upload.ts'

const OWN = 'position = (SELECT position FROM uploads WHERE upload_id = ?)'

/**
 * The state of uploads at their store: the plan, the bucket, and the multipart upload there. An
 * upload has a row from its first preparation on.
 */
export class TransfersTable {
  readonly #sql: Statements

  constructor(sql: Statements) {
    this.#sql = sql
  }

  /** Inside the caller's transaction. */
  setPlan(
    uploadId: UploadId,
    plan: PartPlan,
    { algorithm, isChecked }: IntegrityPlan,
    target: TargetBucket,
  ): void {
    this.#sql.run(
      `INSERT INTO transfers (position, plan_mode, part_bytes, checksum_algorithm, is_checked,
         target_endpoint, target_bucket, target_region, target_keys)
       SELECT position, ?, ?, ?, ?, ?, ?, ?, ? FROM uploads WHERE upload_id = ?
       ON CONFLICT DO UPDATE SET plan_mode = excluded.plan_mode, part_bytes = excluded.part_bytes,
         checksum_algorithm = excluded.checksum_algorithm, is_checked = excluded.is_checked,
         target_endpoint = excluded.target_endpoint, target_bucket = excluded.target_bucket,
         target_region = excluded.target_region, target_keys = excluded.target_keys`,
      plan.mode,
      plan.mode === 'multipart' ? plan.partBytes : null,
      algorithm,
      isChecked ? 1 : 0,
      target.endpoint,
      target.bucket,
      target.region,
      target.keys,
      uploadId,
    )
  }

  /** The store is about to be asked to create a multipart upload. */
  setBegun(uploadId: UploadId, begunAtMs: number): void {
    this.#sql.durably(`UPDATE transfers SET begun_at_ms = ? WHERE ${OWN}`, begunAtMs, uploadId)
  }

  /** @param encryption as the store named it. */
  setStoreUpload(uploadId: UploadId, storeUploadId: string, encryption: string | null): void {
    // Without the ID nobody finds the parts on the store, and they cost money.
    this.#sql.durably(
      `UPDATE transfers SET store_upload_id = ?, encryption = ? WHERE ${OWN}`,
      storeUploadId,
      encryption,
      uploadId,
    )
  }

  /** @param completingAtMs null: it is known whether the object exists. */
  setCompleting(uploadId: UploadId, completingAtMs: number | null): void {
    // Forgetting it would send the whole file again although the object is about to appear.
    this.#sql.durably(
      `UPDATE transfers SET completing_at_ms = ? WHERE ${OWN}`,
      completingAtMs,
      uploadId,
    )
  }

  /**
   * Inside the caller's transaction: the store has nothing of the upload any more; the plan stays.
   */
  forgetProgress(uploadId: UploadId): void {
    this.#sql.run(
      `UPDATE transfers SET begun_at_ms = NULL, store_upload_id = NULL, completing_at_ms = NULL
       WHERE ${OWN}`,
      uploadId,
    )
  }

  /** Inside the caller's transaction. */
  countDiffering(uploadId: UploadId): void {
    this.#sql.run(
      `UPDATE transfers SET differing_count = differing_count + 1 WHERE ${OWN}`,
      uploadId,
    )
  }

  /**
   * Whether another unfinished upload has asked the store to begin under this key and waits for the
   * answer.
   */
  isBeginning(destinationId: DestinationId, key: string, except: UploadId): boolean {
    const found = this.#sql.first(
      `SELECT 1 FROM uploads JOIN transfers USING (position)
       WHERE destination_id = ? AND key = ? AND upload_id IS NOT ? AND ${UNFINISHED}
       AND begun_at_ms IS NOT NULL AND store_upload_id IS NULL LIMIT 1`,
      destinationId,
      key,
      except,
    )
    return found !== null
  }

  /** Whether the records know this multipart upload of a store. */
  isKnownAtStore(storeUploadId: string): boolean {
    const known = this.#sql.first(
      'SELECT 1 FROM transfers WHERE store_upload_id = ? LIMIT 1',
      storeUploadId,
    )
    return known !== null
  }

  /** Whether the store may have parts of an unfinished upload to this destination. */
  hasBegun(destinationId: DestinationId): boolean {
    const found = this.#sql.first(
      `SELECT 1 FROM uploads JOIN transfers USING (position)
       WHERE destination_id = ? AND ${UNFINISHED} AND begun_at_ms IS NOT NULL LIMIT 1`,
      destinationId,
    )
    return found !== null
  }

  /**
   * For uploads from a version of Ferry that did not record their bucket. It is most likely the
   * destination's present one, since that version did not allow moving a destination with parts at
   * the store. From then on every move is noticed.
   */
  adoptTarget(destinationId: DestinationId, target: TargetBucket): void {
    this.#sql.run(
      `UPDATE transfers SET target_endpoint = ?, target_bucket = ?, target_region = ?, target_keys = ?
       WHERE target_endpoint IS NULL
       AND position IN (SELECT position FROM uploads WHERE destination_id = ?)`,
      target.endpoint,
      target.bucket,
      target.region,
      target.keys,
      destinationId,
    )
  }

  /**
   * The store has named the bucket's region, and with it another address of the same bucket;
   * uploads that have not begun use it from now on.
   */
  followTarget(destinationId: DestinationId, from: TargetBucket, to: TargetBucket): void {
    this.#sql.run(
      `UPDATE transfers SET target_endpoint = ?, target_region = ?
       WHERE target_endpoint = ? AND target_bucket = ? AND store_upload_id IS NULL
       AND position IN (SELECT position FROM uploads WHERE destination_id = ? AND ${UNFINISHED})`,
      to.endpoint,
      to.region,
      from.endpoint,
      from.bucket,
      destinationId,
    )
  }
}
