import type { UploadId } from '../../../electron/contract/ids.ts'
import { MAX_BATCH } from '../../../electron/contract/limits.ts'
import type { PartReceipt } from '../../../electron/contract/upload.ts'
import type { UploadControl } from './ports.ts'

interface Box {
  receipts: PartReceipt[]
  sending: Promise<void> | null
}

/**
 * Tells the host of parts as they land, one call at a time per upload; what lands meanwhile goes
 * with the next. A receipt that does not get through is tried again with the next one; none is
 * indispensable, since the store itself is asked before anything is completed.
 */
export class ReceiptOutbox {
  readonly #control: UploadControl
  readonly #boxes = new Map<UploadId, Box>()

  constructor(control: UploadControl) {
    this.#control = control
  }

  add(uploadId: UploadId, receipt: PartReceipt): void {
    const box = this.#boxes.get(uploadId) ?? { receipts: [], sending: null }
    this.#boxes.set(uploadId, box)
    box.receipts.push(receipt)
    box.sending ??= this.#send(uploadId, box)
  }

  /** Resolves when all were told, or one more attempt failed. */
  async flush(uploadId: UploadId): Promise<void> {
    const box = this.#boxes.get(uploadId)
    if (box === undefined) return
    await box.sending
    if (box.receipts.length > 0) await this.#send(uploadId, box)
  }

  async #send(uploadId: UploadId, box: Box): Promise<void> {
    let isTold = true
    while (isTold && box.receipts.length > 0) {
      const batch = box.receipts.splice(0, MAX_BATCH)
      isTold = (await this.#control.record(uploadId, batch)).ok
      if (!isTold) box.receipts.unshift(...batch)
    }
    box.sending = null
    if (box.receipts.length === 0) this.#boxes.delete(uploadId)
  }
}
