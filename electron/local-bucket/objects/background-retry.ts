const RETRY_PAUSE_MS = { first: 250, longest: 300_000 } as const

/**
 * Retries work in the background with increasing pauses for as long as the bucket is open: a video
 * player may keep a file open for as long as the film runs. It never keeps the process alive.
 */
export class BackgroundRetry {
  readonly #work: (name: string) => void
  readonly #names = new Set<string>()
  #timer: NodeJS.Timeout | null = null
  #isClosed = false

  /** `work` throws when it must be retried. */
  constructor(work: (name: string) => void) {
    this.#work = work
  }

  add(name: string): void {
    this.#names.add(name)
    this.#schedule(RETRY_PAUSE_MS.first)
  }

  /** Runs the work now and retries it later when it throws. */
  attempt(name: string, work: () => void): void {
    try {
      work()
    } catch {
      this.add(name)
    }
  }

  close(): void {
    this.#isClosed = true
    if (this.#timer !== null) clearTimeout(this.#timer)
  }

  #schedule(ms: number): void {
    if (this.#isClosed || this.#timer !== null || this.#names.size === 0) return
    this.#timer = setTimeout(() => {
      this.#timer = null
      for (const name of [...this.#names]) if (this.#isDone(name)) this.#names.delete(name)
      this.#schedule(Math.min(ms * 2, RETRY_PAUSE_MS.longest))
    }, ms).unref()
  }

  #isDone(name: string): boolean {
    try {
      this.#work(name)
      return true
    } catch {
      return false
    }
  }
}
