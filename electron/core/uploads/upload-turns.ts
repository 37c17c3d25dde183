import type { UploadId } from '../../contract/ids.ts'

/**
 * One thing at a time per upload: a cancel must not meet a prepare that is just making the very
 * multipart upload it wants to abort.
 */
export class UploadTurns {
  readonly #tails = new Map<UploadId, Promise<unknown>>()
  readonly #running = new Map<UploadId, Set<AbortController>>()

  /** Runs `work` after whatever was asked before it for this upload. */
  async take<T>(uploadId: UploadId, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const controller = new AbortController()
    const controllers = this.#running.get(uploadId) ?? new Set()
    this.#running.set(uploadId, controllers.add(controller))
    const before = this.#tails.get(uploadId) ?? Promise.resolve()
    const turn = before.then(() => work(controller.signal))
    // The next one waits for this one's end, however it ends; the caller hears of a failure.
    const tail = turn.catch(() => undefined)
    this.#tails.set(uploadId, tail)
    try {
      return await turn
    } finally {
      controllers.delete(controller)
      if (this.#tails.get(uploadId) === tail) {
        this.#tails.delete(uploadId)
        this.#running.delete(uploadId)
      }
    }
  }

  /** Aborts what runs or waits for this upload, so that the next turn comes soon. */
  interrupt(uploadId: UploadId): void {
    for (const controller of this.#running.get(uploadId) ?? []) controller.abort()
  }

  /** Aborts everything and waits until it has ended. */
  async end(): Promise<void> {
    for (const uploadId of this.#running.keys()) this.interrupt(uploadId)
    await Promise.all(this.#tails.values())
  }
}
