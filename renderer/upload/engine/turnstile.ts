import type { UploadId } from '../../../electron/contract/ids.ts'
import { LineUp } from './line-up.ts'

/**
 * Lets the calls that drive one upload through one after the other: a resume must not prepare
 * while the prepare before the pause is under way, nor a mark arrive before an older one.
 */
export class Turnstile {
  readonly #last = new Map<UploadId, Promise<void>>()

  /** Runs `act` when all earlier ones of this upload are through, however they ended. */
  async pass(uploadId: UploadId, act: () => Promise<void>): Promise<void> {
    const before = this.#last.get(uploadId)
    const turn = before === undefined ? act() : before.then(act, act)
    this.#last.set(uploadId, turn)
    try {
      await turn
    } finally {
      if (this.#last.get(uploadId) === turn) this.#last.delete(uploadId)
    }
  }
}

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
