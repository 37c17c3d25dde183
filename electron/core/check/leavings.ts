import type { Log } from '../ports.ts'
import type { Store } from '../s3/request.ts'
import { cleanUp, type Probes } from './clean-up.ts'

const FIRST_PAUSE_MS = 1000
/** After that it is as old as what a killed check left, which the next one sweeps away. */
const LONGEST_PAUSE_MS = 5 * 60_000
const ROUND_MS = 10_000

/**
 * What checks could not take out of a bucket again, since the line was dead or their keys may not:
 * tried again with growing pauses, and at once when the next check begins.
 */
export class Leavings {
  readonly #log: Log
  readonly #left = new Set<Probes>()
  readonly #closed = new AbortController()
  #pauseMs = FIRST_PAUSE_MS
  #timer: NodeJS.Timeout | null = null
  #round: Promise<void> | null = null

  constructor(log: Log) {
    this.#log = log
  }

  /** Takes over the client of their store. */
  keep(probes: Probes): void {
    this.#left.add(probes)
    this.#pauseMs = FIRST_PAUSE_MS
    this.#schedule()
  }

  isKept(store: Store): boolean {
    return [...this.#left].some((probes) => probes.store === store)
  }

  /** Something may have been mended. */
  hurry(): void {
    this.#pauseMs = FIRST_PAUSE_MS
    this.#begin()
  }

  async close(): Promise<void> {
    this.#closed.abort()
    this.#stopTimer()
    await this.#round
    for (const probes of this.#left) this.#drop(probes)
  }

  #begin(): void {
    if (this.#round !== null || this.#left.size === 0) return
    this.#stopTimer()
    this.#round = this.#sweep()
      .catch((error: unknown) => this.#log.error({ error }, 'Cleaning up after a check failed'))
      .finally(() => {
        this.#round = null
        this.#schedule()
      })
  }

  async #sweep(): Promise<void> {
    const signal = AbortSignal.any([this.#closed.signal, AbortSignal.timeout(ROUND_MS)])
    const isLast = this.#pauseMs > LONGEST_PAUSE_MS
    await Promise.all(
      [...this.#left].map(async (probes) => {
        const cleaned = await cleanUp(probes, signal)
        if (cleaned.ok || isLast) this.#drop(probes)
      }),
    )
  }

  #drop(probes: Probes): void {
    this.#left.delete(probes)
    probes.store.client.destroy()
  }

  #schedule(): void {
    const isOver = this.#closed.signal.aborted || this.#left.size === 0
    if (isOver || this.#timer !== null || this.#round !== null) return
    this.#timer = setTimeout(() => this.#begin(), this.#pauseMs)
    // Waiting must not keep Ferry alive.
    this.#timer.unref()
    this.#pauseMs *= 2
  }

  #stopTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
  }
}
