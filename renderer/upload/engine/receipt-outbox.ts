import type { PartReceipt } from '../../../electron/contract/commands/uploads.ts'
import type { UploadId } from '../../../electron/contract/ids.ts'
import { MAX_BATCH } from '../../../electron/contract/limits.ts'
import { callAfter } from './delayed.ts'
import type { Clock, UploadControl } from './ports.ts'

/** Receipts that land within this time go in one call. */
export const BATCH_WINDOW_MS = 1_000

interface PendingReceipts {
  receipts: PartReceipt[]
  isWaiting: boolean
  sending: Promise<void> | null
}

/**
 * Tells the host of parts soon after they landed, one call at a time per upload. A receipt that
 * does not get through goes with the next; none is indispensable, since the store itself is asked
 * before anything is completed.
 */
export class ReceiptOutbox {
  readonly #control: UploadControl
  readonly #clock: Clock
  readonly #closing: AbortSignal
  readonly #pending = new Map<UploadId, PendingReceipts>()

  constructor(control: UploadControl, clock: Clock, closing: AbortSignal) {
    this.#control = control
    this.#clock = clock
    this.#closing = closing
  }

  add(uploadId: UploadId, receipt: PartReceipt): void {
    const box = this.#pending.get(uploadId) ?? { receipts: [], isWaiting: false, sending: null }
    this.#pending.set(uploadId, box)
    box.receipts.push(receipt)
    if (box.isWaiting) return
    box.isWaiting = true
    callAfter(this.#clock, BATCH_WINDOW_MS, this.#closing, () => {
      box.isWaiting = false
      if (box.receipts.length > 0) void this.flush(uploadId)
      else if (box.sending === null) this.#pending.delete(uploadId)
    })
  }

  /** The upload has ended; nobody needs them any more. */
  drop(uploadId: UploadId): void {
    const box = this.#pending.get(uploadId)
    if (box !== undefined) box.receipts = []
  }

  /** Resolves when all were told, or an attempt failed. */
  async flush(uploadId: UploadId): Promise<void> {
    const box = this.#pending.get(uploadId)
    if (box === undefined) return
    await box.sending
    if (box.receipts.length === 0) return
    box.sending ??= this.#send(uploadId, box)
    await box.sending
  }

  async #send(uploadId: UploadId, box: PendingReceipts): Promise<void> {
    let isTold = true
    while (isTold && box.receipts.length > 0) {
      const batch = box.receipts.splice(0, MAX_BATCH)
      isTold = (await this.#control.record(uploadId, batch)).ok
      if (!isTold) box.receipts.unshift(...batch)
    }
    box.sending = null
    if (box.receipts.length === 0 && !box.isWaiting) this.#pending.delete(uploadId)
  }
}
