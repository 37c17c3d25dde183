import { LineUp } from './line-up.ts'

/** Bodies may be whole parts in memory: beyond those that are being sent, there are no more. */
export const READ_AT_ONCE = 2

export type ReadingOrder = 'next' | 'idle'

/** Lets few read at once; those that have time wait until nobody else does. */
export class ReadingGate {
  readonly #lines = { next: new LineUp<() => void>(), idle: new LineUp<() => void>() }
  #inside = 0
  #idleInside = 0

  /** Rejects when `signal` is aborted before its turn has come. */
  async pass<T>(order: ReadingOrder, signal: AbortSignal, act: () => Promise<T>): Promise<T> {
    await new Promise<void>((enter) => {
      this.#lines[order].join(enter)
      this.#letIn()
    })
    if (order === 'idle') this.#idleInside += 1
    try {
      signal.throwIfAborted()
      return await act()
    } finally {
      this.#inside -= 1
      if (order === 'idle') this.#idleInside -= 1
      this.#letIn()
    }
  }

  #letIn(): void {
    for (let next = this.#nextIn(); next !== undefined; next = this.#nextIn()) {
      this.#inside += 1
      next()
    }
  }

  #nextIn(): (() => void) | undefined {
    if (this.#inside >= READ_AT_ONCE) return undefined
    return this.#take('next') ?? (this.#idleInside === 0 ? this.#take('idle') : undefined)
  }

  #take(order: ReadingOrder): (() => void) | undefined {
    const [enter] = this.#lines[order].first(1)
    if (enter !== undefined) this.#lines[order].leave(enter)
    return enter
  }
}
