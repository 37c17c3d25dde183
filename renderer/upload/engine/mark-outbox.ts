import type { UploadId } from '../../../electron/contract/ids.ts'
import { MAX_BATCH } from '../../../electron/contract/limits.ts'
import type { UploadMark } from '../../../electron/contract/upload.ts'
import { LineUp } from './line-up.ts'
import type { Clock, UploadControl } from './ports.ts'
import { isWorthTellingAgain } from './recovery.ts'
import type { Turnstile } from './turnstile.ts'

/** Marks under way at once: as many as one call to the host takes. */
const MARKS_AT_ONCE = MAX_BATCH
/** While the host is gone, or its disk full, it is asked so seldom. */
export const HOST_WAIT_MS = 2_000

interface Letter {
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
  readonly #turnstile: Turnstile
  readonly #closing: AbortSignal
  readonly #letters = new Map<UploadId, Letter>()
  readonly #line = new LineUp<Letter>()
  #carrierCount = 0

  constructor(control: UploadControl, clock: Clock, turnstile: Turnstile, closing: AbortSignal) {
    this.#control = control
    this.#clock = clock
    this.#turnstile = turnstile
    this.#closing = closing
  }

  put(uploadId: UploadId, mark: UploadMark): void {
    this.drop(uploadId)
    const letter = { uploadId, mark }
    this.#letters.set(uploadId, letter)
    this.#line.join(letter)
    if (this.#carrierCount < Math.min(MARKS_AT_ONCE, this.#letters.size)) void this.#carry()
  }

  drop(uploadId: UploadId): void {
    const letter = this.#letters.get(uploadId)
    if (letter === undefined) return
    this.#letters.delete(uploadId)
    this.#line.leave(letter)
  }

  /**
   * Sends the upload's mark now, if there is one, ahead of all others. Call inside the turnstile.
   * Answers whether the host can keep it.
   */
  async send(uploadId: UploadId): Promise<boolean> {
    const letter = this.#letters.get(uploadId)
    if (letter === undefined) return true
    this.#line.leave(letter)
    const told = await this.#control.mark(uploadId, letter.mark)
    // Any other refusal is final: the host knows better what the upload is.
    const isLost = !told.ok && isWorthTellingAgain(told.failure)
    // Another letter took its place meanwhile, or none is wanted any more.
    if (this.#letters.get(uploadId) !== letter) return !isLost
    if (isLost) this.put(uploadId, letter.mark)
    else this.#letters.delete(uploadId)
    return !isLost
  }

  async #carry(): Promise<void> {
    this.#carrierCount += 1
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      const { uploadId } = next
      let isHostThere = true
      await this.#turnstile.pass(uploadId, async () => {
        isHostThere = await this.send(uploadId)
      })
      if (!isHostThere) {
        // Rejects only when the queue is closed, which `#next` sees.
        await this.#clock.sleep(HOST_WAIT_MS, this.#closing).catch(() => undefined)
      }
    }
    this.#carrierCount -= 1
  }

  #next(): Letter | undefined {
    const [next] = this.#closing.aborted ? [] : this.#line.first(1)
    if (next !== undefined) this.#line.leave(next)
    return next
  }
}
