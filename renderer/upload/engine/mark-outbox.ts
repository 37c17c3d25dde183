import type { UploadId } from '../../../electron/contract/ids.ts'
import { delayed } from './delayed.ts'
import type { Clock, UploadControl, UploadMark } from './ports.ts'
import { NarrowGate, type Turnstile } from './turnstile.ts'

/** Marks under way at once; a hundred thousand of them must not crowd out the uploads' own calls. */
const MARKS_AT_ONCE = 2
const HOST_WAIT_MS = 2_000

/**
 * Brings what the person or the engine decided into the host's records. Only the newest mark of
 * an upload counts; while the host is gone, marks wait for it.
 */
export class MarkOutbox {
  readonly #control: UploadControl
  readonly #clock: Clock
  readonly #turnstile: Turnstile
  readonly #closing: AbortSignal
  readonly #marks = new Map<UploadId, UploadMark>()
  readonly #gate = new NarrowGate(MARKS_AT_ONCE)

  constructor(control: UploadControl, clock: Clock, turnstile: Turnstile, closing: AbortSignal) {
    this.#control = control
    this.#clock = clock
    this.#turnstile = turnstile
    this.#closing = closing
  }

  put(uploadId: UploadId, mark: UploadMark): void {
    const isNew = !this.#marks.has(uploadId)
    this.#marks.set(uploadId, mark)
    if (isNew) this.#queue(uploadId)
  }

  drop(uploadId: UploadId): void {
    this.#marks.delete(uploadId)
  }

  /** Sends the upload's mark now, if there is one. Call inside the turnstile. */
  async send(uploadId: UploadId): Promise<void> {
    const mark = this.#marks.get(uploadId)
    if (mark === undefined || this.#closing.aborted) return
    this.#marks.delete(uploadId)
    const told = await this.#control.mark(uploadId, mark)
    // Any other refusal is final: the host knows better what the upload is.
    if (told.ok || told.failure.kind !== 'host-gone' || this.#marks.has(uploadId)) return
    this.#marks.set(uploadId, mark)
    delayed(this.#clock, HOST_WAIT_MS, this.#closing, () => this.#queue(uploadId))
  }

  #queue(uploadId: UploadId): void {
    void this.#gate.pass(() => this.#turnstile.pass(uploadId, () => this.send(uploadId)))
  }
}
