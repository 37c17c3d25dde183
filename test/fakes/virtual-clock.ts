import type { Clock } from '../../renderer/engine/ports.ts'

interface Sleeper {
  readonly wakeAtMs: number
  readonly order: number
  readonly wake: () => void
}

/** A clock that advances only when told to, and then wakes every sleeper in order. */
export class VirtualClock implements Clock {
  #nowMs = Date.UTC(2026, 10, 20)
  #order = 0
  readonly #sleepers = new Set<Sleeper>()
  /** The result of `jitter`; 1 makes every wait as long as possible. */
  chance = 0.5

  readonly now = () => this.#nowMs
  readonly jitter = () => this.chance

  readonly sleep = (ms: number, signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason)
        return
      }
      this.#order += 1
      const sleeper = { wakeAtMs: this.#nowMs + ms, order: this.#order, wake: resolve }
      this.#sleepers.add(sleeper)
      signal.addEventListener(
        'abort',
        () => {
          this.#sleepers.delete(sleeper)
          reject(signal.reason)
        },
        { once: true },
      )
    })

  get sleeperCount(): number {
    return this.#sleepers.size
  }

  /** Runs everything that needs no time. */
  async settle(): Promise<void> {
    for (let round = 0; round < 2; round += 1) await new Promise((resolve) => setImmediate(resolve))
  }

  /** Advances the time by `ms`. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms
    await this.settle()
    for (let next = this.#next(); next !== null && next.wakeAtMs <= untilMs; next = this.#next()) {
      await this.#wake(next)
    }
    this.#nowMs = untilMs
  }

  /** The computer sleeps this long, so sleepers wake up late. */
  oversleep(ms: number): void {
    this.#nowMs += ms
  }

  /** Advances the time until `isReached`; fails if nothing is left to wait for. */
  async until(isReached: () => boolean, limitMs = 24 * 3600_000): Promise<void> {
    const endMs = this.#nowMs + limitMs
    await this.settle()
    while (!isReached()) {
      const next = this.#next()
      if (next === null) throw new Error('Everything stands still')
      if (next.wakeAtMs > endMs) throw new Error(`Not reached within ${limitMs} ms`)
      await this.#wake(next)
    }
  }

  #next(): Sleeper | null {
    let first: Sleeper | null = null
    for (const sleeper of this.#sleepers) {
      const isEarlier =
        first === null ||
        sleeper.wakeAtMs < first.wakeAtMs ||
        (sleeper.wakeAtMs === first.wakeAtMs && sleeper.order < first.order)
      if (isEarlier) first = sleeper
    }
    return first
  }

  async #wake(sleeper: Sleeper): Promise<void> {
    this.#sleepers.delete(sleeper)
    this.#nowMs = Math.max(this.#nowMs, sleeper.wakeAtMs)
    sleeper.wake()
    await this.settle()
  }
}
