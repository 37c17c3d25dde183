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
    for (let next = this.#nextIn(); next !== undefined; next = this.#nextIn()) next()
  }

  /** Counted as inside at once: whoever was let in comes to it only a moment later. */
  #nextIn(): (() => void) | undefined {
    if (this.#inside >= READ_AT_ONCE) return undefined
    const next = this.#take('next')
    const idle = next === undefined && this.#idleInside === 0 ? this.#take('idle') : undefined
    if (idle !== undefined) this.#idleInside += 1
    const enter = next ?? idle
    if (enter !== undefined) this.#inside += 1
    return enter
  }

  #take(order: ReadingOrder): (() => void) | undefined {
    const [enter] = this.#lines[order].first(1)
    if (enter !== undefined) this.#lines[order].leave(enter)
    return enter
  }
}
