/** A write in progress may still arrive, so it gets a moment to finish. */
const CANCEL_GRACE_MS = 3000
const CLOSE_GRACE_MS = 200
/** The cleanup must be complete, but a silent store must not block anybody forever. */
const CLEAN_MS = 10_000
const CLOSE_CLEAN_MS = 1000

/** Cancels one check, from its first request to its cleanup. */
export class CheckCancellation {
  readonly #reading = new AbortController()
  readonly #writing = new AbortController()
  readonly #cleaning = new AbortController()
  readonly #timers: NodeJS.Timeout[] = []

  get reading(): AbortSignal {
    return this.#reading.signal
  }

  get writing(): AbortSignal {
    return this.#writing.signal
  }

  get isCancelled(): boolean {
    return this.#reading.signal.aborted
  }

  /** For requests to the store after the check is over. */
  startCleaning(): AbortSignal {
    this.#end(this.#cleaning, CLEAN_MS)
    return this.#cleaning.signal
  }

  cancel(): void {
    this.#reading.abort()
    this.#end(this.#writing, CANCEL_GRACE_MS)
  }

  /** Like `cancel`, but with less patience, because the user waits for Ferry to stop. */
  close(): void {
    this.#reading.abort()
    this.#end(this.#writing, CLOSE_GRACE_MS)
    this.#end(this.#cleaning, CLOSE_GRACE_MS + CLOSE_CLEAN_MS)
  }

  end(): void {
    for (const timer of this.#timers) clearTimeout(timer)
  }

  #end(controller: AbortController, afterMs: number): void {
    this.#timers.push(setTimeout(() => controller.abort(), afterMs))
  }
}
