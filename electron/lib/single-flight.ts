/** Work that several wait for: begun by the first, shared by the others, ended with the last. */
export class SingleFlight<T> {
  #running: Running<T> | null = null

  /**
   * Null when `signal` was aborted first. The last one to leave aborts the work and waits until it
   * has cleaned up; the others leave at once.
   */
  async join(signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T | null> {
    if (signal.aborted) return null
    const running = this.#join(work)
    let leave = () => {}
    const left = new Promise<null>((resolve) => {
      leave = () => resolve(null)
    })
    signal.addEventListener('abort', leave, { once: true })
    try {
      const outcome = await Promise.race([running.work, left])
      return outcome
    } finally {
      signal.removeEventListener('abort', leave)
      running.waiting -= 1
      if (running.waiting === 0) await this.#end(running)
    }
  }

  #join(work: (signal: AbortSignal) => Promise<T>): Running<T> {
    const isEnding = this.#running?.controller.signal.aborted === true
    const running = this.#running !== null && !isEnding ? this.#running : this.#begin(work)
    running.waiting += 1
    return running
  }

  #begin(work: (signal: AbortSignal) => Promise<T>): Running<T> {
    const controller = new AbortController()
    const before = this.#running?.work.catch(() => undefined)
    const begun = (async () => {
      await before
      return work(controller.signal)
    })()
    this.#running = { controller, work: begun, waiting: 0 }
    return this.#running
  }

  async #end(running: Running<T>): Promise<void> {
    running.controller.abort()
    // Whoever waited has been told how it ended, or no longer wants to know.
    await running.work.catch(() => undefined)
    if (this.#running === running) this.#running = null
  }
}

interface Running<T> {
  readonly controller: AbortController
  readonly work: Promise<T>
  waiting: number
}
