import { Fifo } from './fifo.ts'

/** `idle`: one at a time, and only while no `next` task waits. */
export type Priority = 'next' | 'idle'

interface RunOptions {
  readonly priority?: Priority
  readonly signal?: AbortSignal
}

/** Runs at most `permits` tasks at once; the others wait in order. */
export class Semaphore {
  readonly #permits: number
  readonly #waiting = { next: new Fifo<() => void>(), idle: new Fifo<() => void>() }
  #runningCount = 0
  #idleCount = 0

  constructor(permits: number) {
    this.#permits = permits
  }

  /** Rejects, without running the task, when `signal` is aborted before its turn. */
  async run<T>(task: () => Promise<T>, { priority = 'next', signal }: RunOptions = {}): Promise<T> {
    await new Promise<void>((begin) => {
      this.#waiting[priority].add(begin)
      this.#beginWaiting()
    })
    try {
      signal?.throwIfAborted()
      return await task()
    } finally {
      this.#runningCount -= 1
      if (priority === 'idle') this.#idleCount -= 1
      this.#beginWaiting()
    }
  }

  #beginWaiting(): void {
    for (let begin = this.#nextToBegin(); begin !== undefined; begin = this.#nextToBegin()) begin()
  }

  /** Counts the task as running at once, though its code continues only in a later microtask. */
  #nextToBegin(): (() => void) | undefined {
    if (this.#runningCount >= this.#permits) return undefined
    const next = this.#waiting.next.shift()
    const idle =
      next === undefined && this.#idleCount === 0 ? this.#waiting.idle.shift() : undefined
    if (idle !== undefined) this.#idleCount += 1
    const begin = next ?? idle
    if (begin !== undefined) this.#runningCount += 1
    return begin
  }
}
