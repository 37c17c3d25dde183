const MEGABIT_BYTES = 1_000_000 / 8
/** Timers have a resolution of a few milliseconds, so shorter waits are skipped. */
const BURST_MS = 5

/** A link with a bandwidth in bits per second, shared by all connections, and a round-trip time. */
export interface Link {
  readonly megabits: number
  readonly latencyMs: number
}

/** Passes bytes, on average, no faster than the link: a token bucket. */
export class LinkBucket {
  readonly #bytesPerMs: number
  #paidUntilMs = 0

  constructor({ megabits }: Link) {
    this.#bytesPerMs = (megabits * MEGABIT_BYTES) / 1000
  }

  /** The time to wait before the next bytes may be read. */
  waitAfter(byteLength: number, nowMs: number): number {
    const earliestMs = nowMs - BURST_MS
    this.#paidUntilMs = Math.max(this.#paidUntilMs, earliestMs) + byteLength / this.#bytesPerMs
    return Math.max(0, this.#paidUntilMs - nowMs)
  }
}
