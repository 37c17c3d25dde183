import type { UploadMark } from '../../../electron/contract/commands/uploads.ts'
import type { UploadId } from '../../../electron/contract/ids.ts'
import { MAX_BATCH } from '../../../electron/contract/limits.ts'
import { Fifo } from '../../../electron/lib/fifo.ts'
import type { KeyedMutex } from '../../../electron/lib/keyed-mutex.ts'
import { isWorthResending } from '../../engine/retry-policy.ts'
import type { Clock, UploadControl } from './ports.ts'

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
  readonly #mutex: KeyedMutex
  readonly #closing: AbortSignal
  readonly #pending = new Map<UploadId, PendingMark>()
  readonly #order = new Fifo<PendingMark>()
  #senderCount = 0

  constructor(control: UploadControl, clock: Clock, turnstile: KeyedMutex, closing: AbortSignal) {
    this.#control = control
    this.#clock = clock
    this.#mutex = turnstile
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
   * Sends the upload's mark now, if there is one, ahead of all others. Call inside the turnstile.
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
