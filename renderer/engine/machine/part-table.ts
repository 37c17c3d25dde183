import type { PartOnStore } from '../../../electron/contract/commands/uploads.ts'
import type { Failure } from '../../../electron/contract/failure/kinds.ts'
import { type PartPlan, partCountOf, rangeOfPart } from '../../../electron/contract/part-plan.ts'
import { NO_RETRIES, type RetryCounts } from '../retry-policy.ts'

/** A part that was begun and has not landed. */
export type PartInProgress =
  | { readonly stage: 'in-flight'; readonly spent: RetryCounts }
  | {
      readonly stage: 'waiting'
      readonly spent: RetryCounts
      readonly dueAtMs: number
      readonly failure: Failure
    }
  /** Waited long enough; needs a slot. */
  | { readonly stage: 'due'; readonly spent: RetryCounts }

/**
 * Which parts are sent, under way and still to come. Immutable. Every number below `nextNew` is
 * held, open or landed, so a file of 10,000 parts costs no more per event than one of ten.
 */
export interface PartTable {
  readonly plan: PartPlan
  /** The parts that need not be sent, as the store said when the upload was prepared. */
  readonly onStore: ReadonlySet<number>
  readonly inProgress: ReadonlyMap<number, PartInProgress>
  readonly nextUnsent: number
  /** Held parts included. */
  readonly acknowledgedCount: number
  readonly acknowledgedBytes: number
}

export function newPartTable(plan: PartPlan, held: readonly PartOnStore[]): PartTable {
  const fitting = new Map(
    fittingParts(plan, held).map((part) => [part.partNumber, part.byteLength]),
  )
  const numbers: ReadonlySet<number> = new Set(fitting.keys())
  return {
    plan,
    onStore: numbers,
    inProgress: new Map(),
    nextUnsent: skipStored(numbers, 1),
    acknowledgedCount: fitting.size,
    acknowledgedBytes: [...fitting.values()].reduce((sum, bytes) => sum + bytes, 0),
  }
}

/** A held part counts only if its number and its length fit the plan. */
export function fittingParts(plan: PartPlan, held: readonly PartOnStore[]): readonly PartOnStore[] {
  const last = partCountOf(plan)
  return held.filter(
    ({ partNumber, byteLength }) =>
      partNumber <= last && byteLength === bytesOfPart(plan, partNumber),
  )
}

export function bytesOfPart(plan: PartPlan, partNumber: number): number {
  const { start, end } = rangeOfPart(plan, partNumber)
  return end - start
}

function skipStored(held: ReadonlySet<number>, from: number): number {
  let next = from
  while (held.has(next)) next += 1
  return next
}

export function isAllAcknowledged(ledger: PartTable): boolean {
  return ledger.acknowledgedCount === partCountOf(ledger.plan)
}

/** Nothing is left to start; what is open is under way. */
export function isAllStarted(ledger: PartTable): boolean {
  const isUnderWay = [...ledger.inProgress.values()].every((part) => part.stage === 'in-flight')
  return isUnderWay && ledger.nextUnsent > partCountOf(ledger.plan)
}

export function inFlightCountOf(ledger: PartTable): number {
  return countStage(ledger, 'in-flight')
}

function countStage(ledger: PartTable, stage: PartInProgress['stage']): number {
  let count = 0
  for (const part of ledger.inProgress.values()) if (part.stage === stage) count += 1
  return count
}

/**
 * The parts to send next, due ones first. A waiting part keeps its slot from new ones: else a dead
 * server would burn through the whole file in one breath.
 */
export function partsReady(ledger: PartTable, freeSlots: number): readonly number[] {
  const ready: number[] = []
  for (const [partNumber, part] of ledger.inProgress) {
    if (ready.length < freeSlots && part.stage === 'due') ready.push(partNumber)
  }
  const last = partCountOf(ledger.plan)
  const room = freeSlots - countStage(ledger, 'waiting')
  let next = ledger.nextUnsent
  while (ready.length < room && next <= last) {
    ready.push(next)
    next = skipStored(ledger.onStore, next + 1)
  }
  return ready
}

/** Ignores numbers that are not ready: a part is never sent twice at once. */
export function startParts(
  ledger: PartTable,
  partNumbers: readonly number[],
): { readonly ledger: PartTable; readonly started: readonly number[] } {
  const open = new Map(ledger.inProgress)
  const started: number[] = []
  let { nextUnsent: nextNew } = ledger
  for (const partNumber of partNumbers) {
    const isNew = partNumber === nextNew && partNumber <= partCountOf(ledger.plan)
    const part = open.get(partNumber)
    if (!isNew && part?.stage !== 'due') continue
    open.set(partNumber, { stage: 'in-flight', spent: part?.spent ?? NO_RETRIES })
    started.push(partNumber)
    if (isNew) nextNew = skipStored(ledger.onStore, nextNew + 1)
  }
  return { ledger: { ...ledger, inProgress: open, nextUnsent: nextNew }, started }
}

/** Null: the part is not in flight, so there is nothing to count. */
export function acknowledgePart(ledger: PartTable, partNumber: number): PartTable | null {
  if (ledger.inProgress.get(partNumber)?.stage !== 'in-flight') return null
  const open = new Map(ledger.inProgress)
  open.delete(partNumber)
  return {
    ...ledger,
    inProgress: open,
    acknowledgedCount: ledger.acknowledgedCount + 1,
    acknowledgedBytes: ledger.acknowledgedBytes + bytesOfPart(ledger.plan, partNumber),
  }
}

export function withPartInProgress(
  ledger: PartTable,
  partNumber: number,
  part: PartInProgress,
): PartTable {
  return { ...ledger, inProgress: new Map(ledger.inProgress).set(partNumber, part) }
}

/** The waiting part that is due first, when nothing is under way: why the upload stands still. */
export function standstillOf(ledger: PartTable): (PartInProgress & { stage: 'waiting' }) | null {
  let first: (PartInProgress & { stage: 'waiting' }) | null = null
  for (const part of ledger.inProgress.values()) {
    if (part.stage !== 'waiting') return null
    if (first === null || part.dueAtMs < first.dueAtMs) first = part
  }
  return first
}
