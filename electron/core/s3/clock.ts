import { readDate } from './read-date.ts'

/**
 * If wall and monotonic time differ by more than this since the last answer, one of them jumped.
 */
const JUMP_MS = 30_000

/**
 * The time at the store: signatures are judged by the store's clock, and this computer's may be
 * wrong by hours. Learned from the `Date` header of every answer.
 */
export class ServerClock {
  readonly #wallMs: () => number
  readonly #monotonicMs: () => number
  #learned: { readonly offsetMs: number; readonly driftMs: number } | null = null

  /**
   * @param monotonicMs continues steadily when the wall clock is set; its origin does not matter.
   */
  constructor(wallMs: () => number, monotonicMs: () => number) {
    this.#wallMs = wallMs
    this.#monotonicMs = monotonicMs
  }

  /** Store time minus this computer's; 0 until learned. */
  get offsetMs(): number {
    return this.#learned?.offsetMs ?? 0
  }

  nowMs(): number {
    return this.#wallMs() + this.offsetMs
  }

  /**
   * True before the first answer, and after the wall clock was set or the computer slept: then the
   * store has to be asked once before anything is signed for others to send.
   */
  isUnsure(): boolean {
    return this.#learned === null || Math.abs(this.#drift() - this.#learned.driftMs) > JUMP_MS
  }

  /** @param date the answer's `Date` header, as sent; without one the last known offset is kept. */
  learn(date: string | null): void {
    const storeMs = date === null ? null : readDate(date)
    const offsetMs = storeMs === null ? this.offsetMs : storeMs - this.#wallMs()
    // The header counts whole seconds; differences of about that size are noise.
    this.#learned = { offsetMs: Math.abs(offsetMs) < 1500 ? 0 : offsetMs, driftMs: this.#drift() }
  }

  #drift(): number {
    return this.#wallMs() - this.#monotonicMs()
  }
}
