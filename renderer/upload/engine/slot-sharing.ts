import type { Failure } from '../../../electron/contract/failure.ts'
import type { DestinationId } from '../../../electron/contract/ids.ts'
import { candidateOf } from './candidate-of.ts'
import { bytesOfPart } from './part-ledger.ts'
import type { Clock, TransferRules } from './ports.ts'
import {
  budgetAfterLanding,
  budgetAfterThrottle,
  FULL_BUDGET,
  type Grant,
  partsToStart,
  type SlotBudget,
} from './schedule.ts'
import type { SpeedLimits } from './speed-limits.ts'
import type { Row } from './upload-row.ts'

export interface SlotSharingParts {
  readonly clock: Clock
  readonly rules: TransferRules
  readonly speeds: SpeedLimits
}

/** Keeps the budget of every store, and each destination within its rules. */
export class SlotSharing {
  readonly #parts: SlotSharingParts
  readonly #budgets = new Map<string, SlotBudget>()

  constructor(parts: SlotSharingParts) {
    this.#parts = parts
  }

  /** What may start now. It counts as begun. */
  grantsFor(store: string, rows: readonly Row[]): readonly Grant<Row>[] {
    const { slots } = this.#budgetOf(store)
    const candidates = rows.flatMap((row) => candidateOf(row, slots))
    const busy = candidates.reduce((sum, each) => sum + each.inFlightCount, 0)
    const grants = partsToStart(candidates, Math.max(0, slots - busy), (destinationId, count) =>
      this.#roomOf(destinationId, count),
    )
    for (const grant of grants) this.#begin(grant)
    return grants
  }

  partEnded(store: string, failure: Failure | null, startedAtMs: number): void {
    const budget = this.#budgetOf(store)
    if (failure === null) this.#budgets.set(store, budgetAfterLanding(budget))
    if (failure?.kind === 'throttled') {
      this.#budgets.set(store, budgetAfterThrottle(budget, startedAtMs, this.#parts.clock.now()))
    }
  }

  #budgetOf(store: string): SlotBudget {
    return this.#budgets.get(store) ?? FULL_BUDGET
  }

  #roomOf(destinationId: DestinationId, inFlightCount: number): number {
    const { rules, speeds } = this.#parts
    const { parallel } = rules.limitsOf(destinationId)
    return Math.min(
      (parallel ?? Number.POSITIVE_INFINITY) - inFlightCount,
      speeds.roomOf(destinationId),
    )
  }

  #begin({ upload: { record, state }, partNumbers }: Grant<Row>): void {
    if (state.phase !== 'sending') return
    const { plan } = state.ledger
    for (const partNumber of partNumbers) {
      this.#parts.speeds.begin(record.destinationId, bytesOfPart(plan, partNumber))
    }
  }
}
