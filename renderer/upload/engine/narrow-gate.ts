import { LineUp } from './line-up.ts'

/** Runs at most `width` acts at once; the others wait in order. */
export class NarrowGate {
  readonly #width: number
  readonly #waiting = new LineUp<() => void>()
  #inside = 0

  constructor(width: number) {
    this.#width = width
  }

  async pass<T>(act: () => Promise<T>): Promise<T> {
    if (this.#inside < this.#width) this.#inside += 1
    else await new Promise<void>((enter) => this.#waiting.join(enter))
    try {
      return await act()
    } finally {
      this.#letNextIn()
    }
  }

  #letNextIn(): void {
    const [next] = this.#waiting.first(1)
    if (next === undefined) {
      this.#inside -= 1
      return
    }
    this.#waiting.leave(next)
    next()
  }
}
