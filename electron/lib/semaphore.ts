import { Fifo } from './fifo.ts'

/** Runs at most `width` acts at once; the others wait in order. */
export class Semaphore {
  readonly #permits: number
  readonly #waiting = new Fifo<() => void>()
  #held = 0

  constructor(width: number) {
    this.#permits = width
  }

  async run<T>(act: () => Promise<T>): Promise<T> {
    if (this.#held < this.#permits) this.#held += 1
    else await new Promise<void>((enter) => this.#waiting.add(enter))
    try {
      return await act()
    } finally {
      this.#release()
    }
  }

  #release(): void {
    const [next] = this.#waiting.first(1)
    if (next === undefined) {
      this.#held -= 1
      return
    }
    this.#waiting.delete(next)
    next()
  }
}

/** Bodies may be whole parts in memory: beyond those that are being sent, there are no more. */
export const MAX_CONCURRENT_READS = 2

export type Priority = 'next' | 'idle'

/** Lets few read at once; those that have time wait until nobody else does. */
export class PrioritySemaphore {
  readonly #queues = { next: new Fifo<() => void>(), idle: new Fifo<() => void>() }
  #held = 0
  #idleHeld = 0

  /** Rejects when `signal` is aborted before its turn has come. */
  async run<T>(order: Priority, signal: AbortSignal, act: () => Promise<T>): Promise<T> {
    await new Promise<void>((enter) => {
      this.#queues[order].add(enter)
      this.#grant()
    })
    try {
      signal.throwIfAborted()
      return await act()
    } finally {
      this.#held -= 1
      if (order === 'idle') this.#idleHeld -= 1
      this.#grant()
    }
  }

  #grant(): void {
    for (let next = this.#nextGranted(); next !== undefined; next = this.#nextGranted()) next()
  }

  /** Counted as inside at once: whoever was let in comes to it only a moment later. */
  #nextGranted(): (() => void) | undefined {
    if (this.#held >= MAX_CONCURRENT_READS) return undefined
    const next = this.#take('next')
    const idle = next === undefined && this.#idleHeld === 0 ? this.#take('idle') : undefined
    if (idle !== undefined) this.#idleHeld += 1
    const enter = next ?? idle
    if (enter !== undefined) this.#held += 1
    return enter
  }

  #take(order: Priority): (() => void) | undefined {
    const [enter] = this.#queues[order].first(1)
    if (enter !== undefined) this.#queues[order].delete(enter)
    return enter
  }
}
