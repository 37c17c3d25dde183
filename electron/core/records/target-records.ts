import type { DestinationId } from '../../contract/ids.ts'
import type { Statements } from './database.ts'
import { type TargetBucket, UNFINISHED } from './stored-upload.ts'

/** Where uploads were begun. `ProgressRecords.setPlan` writes it down, together with the plan. */
export class TargetRecords {
  readonly #sql: Statements

  constructor(sql: Statements) {
    this.#sql = sql
  }

  /**
   * For uploads of a Ferry that did not write their place down. It is most likely the destination's
   * present one: that Ferry let nobody move a destination with parts at the store, and asked it at
   * the present place for everything else. Every later move is then seen.
   */
  adopt(destinationId: DestinationId, place: TargetBucket): void {
    this.#sql.run(
      `UPDATE uploads SET place_endpoint = ?, place_bucket = ?, place_region = ?, place_keys = ?
       WHERE destination_id = ? AND plan_mode IS NOT NULL AND place_endpoint IS NULL`,
      place.endpoint,
      place.bucket,
      place.region,
      place.keys,
      destinationId,
    )
  }

  /**
   * The store has named the bucket's region, and with it another address of the same bucket: what
   * was to begin at the wrong one begins at the right one.
   */
  follow(destinationId: DestinationId, from: TargetBucket, to: TargetBucket): void {
    this.#sql.run(
      `UPDATE uploads SET place_endpoint = ?, place_region = ? WHERE destination_id = ?
       AND place_endpoint = ? AND place_bucket = ? AND store_upload_id IS NULL AND ${UNFINISHED}`,
      to.endpoint,
      to.region,
      destinationId,
      from.endpoint,
      from.bucket,
    )
  }
}
