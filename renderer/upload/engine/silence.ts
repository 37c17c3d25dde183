import type { Failure } from '../../../electron/contract/failure.ts'
import type { UploadId } from '../../../electron/contract/ids.ts'
import type { Clock, UploadControl } from './ports.ts'

/** The parts of an upload fail together; one question is enough for all of them, and a while. */
export const ANSWER_HOLDS_MS = 20_000

/**
 * Finds out why a PUT got no answer. A bucket that does not let the page in looks like a dead
 * network to it, and waiting would not help there.
 */
export class Silence {
  readonly #control: UploadControl
  readonly #clock: Clock
  readonly #asked = new Map<UploadId, { atMs: number; answer: Promise<Failure | null> }>()

  constructor(control: UploadControl, clock: Clock) {
    this.#control = control
    this.#clock = clock
  }

  /** The reason in the place of `no-response`, if there is one; any other failure as it is. */
  async explained(uploadId: UploadId, failure: Failure): Promise<Failure> {
    if (failure.kind !== 'no-response') return failure
    return (await this.#reasonFor(uploadId)) ?? failure
  }

  /** The person acted, or the upload ended: the next silence is asked about anew. */
  forget(uploadId: UploadId): void {
    this.#asked.delete(uploadId)
  }

  #reasonFor(uploadId: UploadId): Promise<Failure | null> {
    const atMs = this.#clock.now()
    const asked = this.#asked.get(uploadId)
    if (asked !== undefined && atMs - asked.atMs < ANSWER_HOLDS_MS) return asked.answer
    const answer = this.#control
      .explainSilence(uploadId)
      .then((explained) => (explained.ok ? explained.value : null))
    this.#asked.set(uploadId, { atMs, answer })
    return answer
  }
}
