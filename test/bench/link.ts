const MEGABIT_BYTES = 1_000_000 / 8
/** Timers are no finer than a few milliseconds; what comes within them goes through at once. */
const BURST_MS = 5

/** A line of so many bits a second, shared by all connections, with a way to the store and back. */
export interface Link {
  readonly megabits: number
  readonly latencyMs: number
}

/** Lets bytes through no faster, on average, than the line: a token bucket. */
export class LinkBucket {
  readonly #bytesPerMs: number
  #paidUntilMs = 0

  constructor({ megabits }: Link) {
    this.#bytesPerMs = (megabits * MEGABIT_BYTES) / 1000
  }

  /** How long to wait before the next bytes may be taken. */
  waitAfter(byteLength: number, nowMs: number): number {
    const earliestMs = nowMs - BURST_MS
    this.#paidUntilMs = Math.max(this.#paidUntilMs, earliestMs) + byteLength / this.#bytesPerMs
    return Math.max(0, this.#paidUntilMs - nowMs)
  }
}
