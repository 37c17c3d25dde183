import type { UploadId } from '../contract/ids.ts'

/**
 * Lets the calls that drive one upload through one after the other: a resume must not prepare
 * while the prepare before the pause is under way, nor a mark arrive before an older one.
 */
export class KeyedMutex {
  readonly #last = new Map<UploadId, Promise<void>>()

  /** Runs `act` when all earlier ones of this upload are through, however they ended. */
  async run(uploadId: UploadId, act: () => Promise<void>): Promise<void> {
    const before = this.#last.get(uploadId)
    const turn = before === undefined ? act() : before.then(act, act)
    this.#last.set(uploadId, turn)
    try {
      await turn
    } finally {
      if (this.#last.get(uploadId) === turn) this.#last.delete(uploadId)
    }
  }
}
