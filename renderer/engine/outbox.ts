import type { PartReceipt, UploadMark } from '../../electron/contract/commands/uploads.ts'
import type { UploadId } from '../../electron/contract/ids.ts'
import { MAX_BATCH } from '../../electron/contract/limits.ts'
import { Fifo } from '../../electron/lib/fifo.ts'
import type { KeyedMutex } from '../../electron/lib/keyed-mutex.ts'
import { type Clock, callAfter, type UploadControl } from './ports.ts'
import { isWorthResending } from './retry-policy.ts'

/** Marks under way at once: as many as one call to the host takes. */
const MAX_CONCURRENT_MARKS = MAX_BATCH
/** While the host is gone, or its disk full, it is asked so seldom. */
export const HOST_WAIT_MS = 2_000

interface PendingMark {
  readonly uploadId: UploadId
  readonly mark: UploadMark
}

/**
 * Brings what the person or the engine decided into the host's records. Only the newest mark of
 * an upload counts; while the host is gone, marks wait for it.
 */
export class MarkOutbox {
  readonly #control: UploadControl
  readonly #clock: Clock
  readonly #mutex: KeyedMutex<UploadId>
  readonly #closing: AbortSignal
  readonly #pending = new Map<UploadId, PendingMark>()
  readonly #order = new Fifo<PendingMark>()
  #senderCount = 0

  constructor(
    control: UploadControl,
    clock: Clock,
    mutex: KeyedMutex<UploadId>,
    closing: AbortSignal,
  ) {
    this.#control = control
    this.#clock = clock
    this.#mutex = mutex
    this.#closing = closing
  }

  put(uploadId: UploadId, mark: UploadMark): void {
    this.drop(uploadId)
    const letter = { uploadId, mark }
    this.#pending.set(uploadId, letter)
    this.#order.add(letter)
    if (this.#senderCount < Math.min(MAX_CONCURRENT_MARKS, this.#pending.size))
      void this.#sendPending()
  }

  drop(uploadId: UploadId): void {
    const letter = this.#pending.get(uploadId)
    if (letter === undefined) return
    this.#pending.delete(uploadId)
    this.#order.delete(letter)
  }

  /**
   * Sends the upload's mark now, if there is one, ahead of all others. Call inside the mutex.
   * Answers whether the host can keep it.
   */
  async send(uploadId: UploadId): Promise<boolean> {
    const letter = this.#pending.get(uploadId)
    if (letter === undefined) return true
    this.#order.delete(letter)
    const told = await this.#control.mark(uploadId, letter.mark)
    // Any other refusal is final: the host knows better what the upload is.
    const isLost = !told.ok && isWorthResending(told.failure)
    // Another letter took its place meanwhile, or none is wanted any more.
    if (this.#pending.get(uploadId) !== letter) return !isLost
    if (isLost) this.put(uploadId, letter.mark)
    else this.#pending.delete(uploadId)
    return !isLost
  }

  async #sendPending(): Promise<void> {
    this.#senderCount += 1
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      const { uploadId } = next
      let isHostThere = true
      await this.#mutex.run(uploadId, async () => {
        isHostThere = await this.send(uploadId)
      })
      if (!isHostThere) {
        // Rejects only when the queue is closed, which `#next` sees.
        await this.#clock.sleep(HOST_WAIT_MS, this.#closing).catch(() => undefined)
      }
    }
    this.#senderCount -= 1
  }

  #next(): PendingMark | undefined {
    const [next] = this.#closing.aborted ? [] : this.#order.first(1)
    if (next !== undefined) this.#order.delete(next)
    return next
  }
}

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

export interface ClearDeps {
  readonly control: UploadControl
  readonly clock: Clock
  readonly mutex: KeyedMutex<UploadId>
  readonly marks: MarkOutbox
  readonly closing: AbortSignal
}

/**
 * Takes rows off the host's list. What the host refuses stays in its records and is on the list
 * again at the next start; while it is gone, this waits for it.
 */
export async function clearRecords(
  ports: ClearDeps,
  uploadIds: readonly UploadId[],
): Promise<void> {
  for (let from = 0; from < uploadIds.length; from += MAX_BATCH) {
    const batch = uploadIds.slice(from, from + MAX_BATCH)
    await sendMarks(ports, batch)
    if (ports.closing.aborted) return
    if (await clearBatch(ports, batch)) continue
    const rest = uploadIds.slice(from)
    callAfter(ports.clock, HOST_WAIT_MS, ports.closing, () => void clearRecords(ports, rest))
    return
  }
}

/** The host clears only what it knows to have ended, so it must hear of that first. */
async function sendMarks({ mutex, marks }: ClearDeps, uploadIds: readonly UploadId[]) {
  const tell = (uploadId: UploadId) =>
    mutex.run(uploadId, async () => {
      await marks.send(uploadId)
    })
  await Promise.all(uploadIds.map(tell))
}

/** Answers whether the host could do it now. It clears all or none, so one odd row is singled out. */
async function clearBatch(ports: ClearDeps, uploadIds: readonly UploadId[]): Promise<boolean> {
  const cleared = await ports.control.clear(uploadIds)
  if (cleared.ok) return true
  if (isWorthResending(cleared.failure)) return false
  if (uploadIds.length < 2) return true
  const middle = Math.ceil(uploadIds.length / 2)
  const isThere = await clearBatch(ports, uploadIds.slice(0, middle))
  return isThere && clearBatch(ports, uploadIds.slice(middle))
}
