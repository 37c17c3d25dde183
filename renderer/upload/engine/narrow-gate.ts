import { Fifo } from '../../../electron/lib/fifo.ts'

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
