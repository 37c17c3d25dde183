/**
 * Work that several callers wait for: the first one starts it, the others share it, and the last
 * one to leave ends it.
 */
export class SingleFlight<T> {
  #running: Running<T> | null = null

  /**
   * Null if `signal` was aborted first. The last caller to leave aborts the work and waits until it
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
    // Every caller has already received the result, or has left.
    await running.work.catch(() => undefined)
    if (this.#running === running) this.#running = null
  }
}

interface Running<T> {
  readonly controller: AbortController
  readonly work: Promise<T>
  waiting: number
}
