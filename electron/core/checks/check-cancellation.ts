/** A write that is under way may still arrive, so it gets a moment to say how it ended. */
const CANCEL_GRACE_MS = 3000
const CLOSE_GRACE_MS = 200
/** Nothing is left behind; but a store that is silent must not hold anybody up for ever. */
const CLEAN_MS = 10_000
const CLOSE_CLEAN_MS = 1000

/** One check from its beginning to its cleaning, and how it is ended early. */
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

  /** For what is asked of the store when the check is over. */
  startCleaning(): AbortSignal {
    this.#end(this.#cleaning, CLEAN_MS)
    return this.#cleaning.signal
  }

  cancel(): void {
    this.#reading.abort()
    this.#end(this.#writing, CANCEL_GRACE_MS)
  }

  /** As `cancel`, with less patience: whoever stops Ferry waits. */
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
