import type { Failure } from '../../../electron/contract/failure/kinds.ts'
import type { DestinationId } from '../../../electron/contract/ids.ts'
import { bytesOfPart } from '../../engine/machine/part-table.ts'
import type { Upload } from '../../engine/upload.ts'
import { candidatesFrom } from './candidate-of.ts'
import type { Clock, TransferRules } from './ports.ts'
import {
  type ConcurrencyWindow,
  FULL_WINDOW,
  type Grant,
  partsToStart,
  windowAfterSuccess,
  windowAfterThrottle,
} from './schedule.ts'
import type { RateLimiter } from './speed-limits.ts'

export interface PartSchedulerDeps {
  readonly clock: Clock
  readonly rules: TransferRules
  readonly rateLimiter: RateLimiter
}

/** Keeps the budget of every store, and each destination within its rules. */
export class PartScheduler {
  readonly #deps: PartSchedulerDeps
  readonly #windows = new Map<string, ConcurrencyWindow>()

  constructor(parts: PartSchedulerDeps) {
    this.#deps = parts
  }

  /** What may start now. It counts as begun. */
  grantsFor(store: string, rows: readonly Upload[]): readonly Grant<Upload>[] {
    const { size } = this.#windowOf(store)
    const candidates = rows.flatMap((row) => candidatesFrom(row, size))
    const busy = candidates.reduce((sum, each) => sum + each.inFlightCount, 0)
    const grants = partsToStart(candidates, Math.max(0, size - busy), (destinationId, count) =>
      this.#roomOf(destinationId, count),
    )
    for (const grant of grants) this.#begin(grant)
    return grants
  }

  partEnded(store: string, failure: Failure | null, startedAtMs: number): void {
    const budget = this.#windowOf(store)
    if (failure === null) this.#windows.set(store, windowAfterSuccess(budget))
    if (failure?.kind === 'throttled') {
      this.#windows.set(store, windowAfterThrottle(budget, startedAtMs, this.#deps.clock.now()))
    }
  }

  #windowOf(store: string): ConcurrencyWindow {
    return this.#windows.get(store) ?? FULL_WINDOW
  }

  #roomOf(destinationId: DestinationId, inFlightCount: number): number {
    const { rules, rateLimiter } = this.#deps
    const { parallel } = rules.limitsOf(destinationId)
    return Math.min(
      (parallel ?? Number.POSITIVE_INFINITY) - inFlightCount,
      rateLimiter.roomOf(destinationId),
    )
  }

  #begin({ upload: { record, state }, partNumbers }: Grant<Upload>): void {
    if (state.phase !== 'sending') return
    const { plan } = state.ledger
    for (const partNumber of partNumbers) {
      this.#deps.rateLimiter.begin(record.destinationId, bytesOfPart(plan, partNumber))
    }
  }
}
