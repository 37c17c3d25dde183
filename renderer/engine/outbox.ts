import type { PartReceipt, UploadMark } from '../../electron/contract/commands/uploads.ts'
import type { CommandInput } from '../../electron/contract/commands.ts'
import type { UploadId } from '../../electron/contract/ids.ts'
import { MAX_BATCH } from '../../electron/contract/limits.ts'
import type { Outcome } from '../../electron/contract/outcome.ts'
import { Fifo } from '../../electron/lib/fifo.ts'
import type { KeyedMutex } from '../../electron/lib/keyed-mutex.ts'
import { type Clock, callAfter, type UploadControl } from './ports.ts'
import { isWorthResending } from './retry-policy.ts'

/** Receipts that arrive within this time are sent in one call. */
export const BATCH_WINDOW_MS = 1_000
/** The time between attempts while the host is gone or its disk is full. */
export const HOST_WAIT_MS = 2_000
/** The number of uploads that fit into one call. */
const MAX_CONCURRENT_SENDS = MAX_BATCH

export interface OutboxDeps {
  readonly control: Pick<UploadControl, 'syncUploads'>
  readonly clock: Clock
  /** Marks and removals of an upload wait until its other calls to the host have ended. */
  readonly mutex: KeyedMutex<UploadId>
  readonly closing: AbortSignal
}

/** Changes of one upload that the host does not know yet. */
interface Pending {
  readonly uploadId: UploadId
  /** Only the newest mark counts. */
  mark: UploadMark | null
  isCleared: boolean
  receipts: PartReceipt[]
  /** Set while a call with receipts is running. */
  sending: Promise<void> | null
}

type Changes = CommandInput<'syncUploads'>

interface Batch {
  readonly changes: Changes
  readonly answer: Promise<Outcome<unknown>>
}

/**
 * Sends to the host's records what the user and the engine decided (marks), which parts the store
 * acknowledged (receipts), and which uploads leave the list. Changes made at the same moment go in
 * one call; while the host is gone, all of them wait for it.
 */
export class Outbox {
  readonly #deps: OutboxDeps
  readonly #pending = new Map<UploadId, Pending>()
  /** Uploads that have a mark or a removal to send. */
  readonly #queue = new Fifo<Pending>()
  #senderCount = 0
  #isStarting = false
  #isReceiptTimerSet = false
  #batch: Batch | null = null

  constructor(deps: OutboxDeps) {
    this.#deps = deps
  }

  mark(uploadId: UploadId, mark: UploadMark): void {
    const pending = this.#pendingOf(uploadId)
    pending.mark = mark
    this.#enqueue(pending)
  }

  /**
   * The uploads leave the host's list. Uploads that the host refuses to remove are listed again at
   * the next start.
   */
  clear(uploadIds: readonly UploadId[]): void {
    for (const uploadId of uploadIds) {
      const pending = this.#pendingOf(uploadId)
      pending.isCleared = true
      this.#enqueue(pending)
    }
  }

  /**
   * Sent soon. Losing a receipt does no harm, since the store is asked before anything is
   * completed.
   */
  addReceipt(uploadId: UploadId, receipt: PartReceipt): void {
    this.#pendingOf(uploadId).receipts.push(receipt)
    this.#setReceiptTimer(BATCH_WINDOW_MS)
  }

  /** The host needs no more news of this upload. */
  drop(uploadId: UploadId): void {
    const pending = this.#pending.get(uploadId)
    if (pending === undefined) return
    this.#pending.delete(uploadId)
    this.#queue.delete(pending)
    pending.receipts = []
  }

  /**
   * Sends everything about the upload now, ahead of all others. Call this inside the mutex.
   * Resolves when the host has received it or an attempt failed.
   */
  async flush(uploadId: UploadId): Promise<void> {
    const pending = this.#pending.get(uploadId)
    if (pending === undefined) return
    await Promise.all([this.#sendChange(pending), this.#flushReceipts(pending)])
  }

  /** Sends the receipts of the upload now. */
  async flushReceipts(uploadId: UploadId): Promise<void> {
    const pending = this.#pending.get(uploadId)
    if (pending !== undefined) await this.#flushReceipts(pending)
  }

  #pendingOf(uploadId: UploadId): Pending {
    const known = this.#pending.get(uploadId)
    if (known !== undefined) return known
    const pending = { uploadId, mark: null, isCleared: false, receipts: [], sending: null }
    this.#pending.set(uploadId, pending)
    return pending
  }

  #forgetIfEmpty(pending: Pending): void {
    const { uploadId, mark, isCleared, receipts, sending } = pending
    const isEmpty = mark === null && !isCleared && receipts.length === 0 && sending === null
    if (isEmpty && this.#pending.get(uploadId) === pending) this.#pending.delete(uploadId)
  }

  /** Sends within the current task, but after all changes that are made at the same moment. */
  #enqueue(pending: Pending): void {
    this.#queue.add(pending)
    if (this.#isStarting) return
    this.#isStarting = true
    void Promise.resolve().then(() => {
      this.#isStarting = false
      this.#startSenders()
    })
  }

  #startSenders(): void {
    while (this.#senderCount < MAX_CONCURRENT_SENDS && this.#queue.first(1).length > 0) {
      if (this.#deps.closing.aborted) return
      void this.#sendNext()
    }
  }

  async #sendNext(): Promise<void> {
    const { clock, closing, mutex } = this.#deps
    this.#senderCount += 1
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      const pending = next
      const isKept = await mutex.run(pending.uploadId, () => this.#sendChange(pending))
      // Rejects only when the queue is closed, which `#next` sees.
      if (!isKept) await clock.sleep(HOST_WAIT_MS, closing).catch(() => undefined)
    }
    this.#senderCount -= 1
  }

  #next(): Pending | undefined {
    return this.#deps.closing.aborted ? undefined : this.#queue.shift()
  }

  /** Returns false if the change has to be sent again. */
  async #sendChange(pending: Pending): Promise<boolean> {
    const { uploadId, mark, isCleared } = pending
    if (mark === null && !isCleared) return true
    this.#queue.delete(pending)
    const answer = await this.#send({
      marks: mark === null ? [] : [{ uploadId, mark }],
      cleared: isCleared ? [uploadId] : [],
      receipts: [],
    })
    if (!answer.ok && isWorthResending(answer.failure)) {
      this.#sendLater(pending)
      return false
    }
    // Any other refusal is final, since the host knows better what happened to the upload.
    if (pending.mark === mark) pending.mark = null
    if (isCleared) pending.isCleared = false
    this.#forgetIfEmpty(pending)
    return true
  }

  #sendLater(pending: Pending): void {
    if (this.#pending.get(pending.uploadId) !== pending) return
    this.#queue.add(pending)
    // A running sender waits for the host and continues by itself.
    if (this.#senderCount > 0) return
    callAfter(this.#deps.clock, HOST_WAIT_MS, this.#deps.closing, () => this.#startSenders())
  }

  #setReceiptTimer(ms: number): void {
    if (this.#isReceiptTimerSet) return
    this.#isReceiptTimerSet = true
    callAfter(this.#deps.clock, ms, this.#deps.closing, () => {
      this.#isReceiptTimerSet = false
      for (const pending of this.#pending.values()) void this.#flushReceipts(pending)
    })
  }

  /** One call at a time per upload. */
  async #flushReceipts(pending: Pending): Promise<void> {
    if (pending.sending !== null) await pending.sending
    if (pending.receipts.length === 0) return
    pending.sending ??= this.#sendReceipts(pending)
    await pending.sending
  }

  async #sendReceipts(pending: Pending): Promise<void> {
    const { uploadId } = pending
    let isKept = true
    while (isKept && pending.receipts.length > 0) {
      const receipts = pending.receipts.splice(0, MAX_BATCH)
      const changes = receipts.map((receipt) => ({ uploadId, receipt }))
      const answer = await this.#send({ receipts: changes, marks: [], cleared: [] })
      isKept = answer.ok || !isWorthResending(answer.failure)
      if (!isKept && this.#pending.get(uploadId) === pending) {
        pending.receipts.unshift(...receipts)
        this.#setReceiptTimer(HOST_WAIT_MS)
      }
    }
    pending.sending = null
    this.#forgetIfEmpty(pending)
  }

  /** Joins the call that is about to be made. */
  #send(changes: Changes): Promise<Outcome<unknown>> {
    if (this.#batch === null || !hasRoom(this.#batch.changes, changes)) {
      this.#batch = this.#beginBatch()
    }
    const { changes: joined, answer } = this.#batch
    joined.receipts.push(...changes.receipts)
    joined.marks.push(...changes.marks)
    joined.cleared.push(...changes.cleared)
    return answer
  }

  #beginBatch(): Batch {
    const changes: Changes = { receipts: [], marks: [], cleared: [] }
    // Not in a later task, since the user may close the window right after clicking "Pause".
    const answer = Promise.resolve().then(() => {
      if (this.#batch === batch) this.#batch = null
      return this.#deps.control.syncUploads(changes)
    })
    const batch = { changes, answer }
    return batch
  }
}

function hasRoom(batch: Changes, changes: Changes): boolean {
  return (
    batch.receipts.length + changes.receipts.length <= MAX_BATCH &&
    batch.marks.length + changes.marks.length <= MAX_BATCH &&
    batch.cleared.length + changes.cleared.length <= MAX_BATCH
  )
}
