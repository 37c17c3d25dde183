import type { PartOnStore } from '../../../electron/contract/commands/uploads.ts'
import type { Failure } from '../../../electron/contract/failure/kinds.ts'
import { type PartPlan, partCountOf, rangeOfPart } from '../../../electron/contract/part-plan.ts'
import { FRESH_BUDGET, type RetryBudget } from '../retry-policy.ts'

/** A part that was started and is not acknowledged yet. */
export type PartInProgress =
  | { readonly stage: 'in-flight'; readonly budget: RetryBudget }
  | {
      readonly stage: 'waiting'
      readonly budget: RetryBudget
      readonly dueAtMs: number
      readonly failure: Failure
    }
  /** Its wait is over, and it needs a connection. */
  | { readonly stage: 'due'; readonly budget: RetryBudget }

/**
 * Which parts are acknowledged, in progress and still to be sent. Immutable. Every part number
 * below `nextUnsent` is on the store, acknowledged or in progress, so an event costs the same for a
 * file of 10,000 parts as for a file of ten.
 */
export interface PartTable {
  readonly plan: PartPlan
  /** The parts that the store had when the upload was prepared; they need not be sent. */
  readonly onStore: ReadonlySet<number>
  readonly inProgress: ReadonlyMap<number, PartInProgress>
  readonly nextUnsent: number
  /** Includes the parts on the store. */
  readonly acknowledgedCount: number
}

export function newPartTable(plan: PartPlan, stored: readonly PartOnStore[]): PartTable {
  const onStore = new Set(fittingParts(plan, stored).map(({ partNumber }) => partNumber))
  return {
    plan,
    onStore,
    inProgress: new Map(),
    nextUnsent: skipStored(onStore, 1),
    acknowledgedCount: onStore.size,
  }
}

/** A stored part counts only if its number and its length match the plan. */
export function fittingParts(
  plan: PartPlan,
  stored: readonly PartOnStore[],
): readonly PartOnStore[] {
  const last = partCountOf(plan)
  return stored.filter(
    ({ partNumber, byteLength }) =>
      partNumber <= last && byteLength === bytesOfPart(plan, partNumber),
  )
}

export function bytesOfPart(plan: PartPlan, partNumber: number): number {
  const { start, end } = rangeOfPart(plan, partNumber)
  return end - start
}

function skipStored(onStore: ReadonlySet<number>, from: number): number {
  let next = from
  while (onStore.has(next)) next += 1
  return next
}

export function isAllAcknowledged(parts: PartTable): boolean {
  return parts.acknowledgedCount === partCountOf(parts.plan)
}

/** True: every part that is not acknowledged is in flight. */
export function isAllStarted(parts: PartTable): boolean {
  const isInFlight = [...parts.inProgress.values()].every((part) => part.stage === 'in-flight')
  return isInFlight && parts.nextUnsent > partCountOf(parts.plan)
}

export function inFlightCountOf(parts: PartTable): number {
  return countStage(parts, 'in-flight')
}

function countStage(parts: PartTable, stage: PartInProgress['stage']): number {
  let count = 0
  for (const part of parts.inProgress.values()) if (part.stage === stage) count += 1
  return count
}

/**
 * The parts to send next, due parts first. No new part takes the connection of a waiting part;
 * otherwise a dead server would fail every part of the file within a moment.
 */
export function partsReady(parts: PartTable, freeConnections: number): readonly number[] {
  const ready: number[] = []
  for (const [partNumber, part] of parts.inProgress) {
    if (ready.length < freeConnections && part.stage === 'due') ready.push(partNumber)
  }
  const last = partCountOf(parts.plan)
  const room = freeConnections - countStage(parts, 'waiting')
  let next = parts.nextUnsent
  while (ready.length < room && next <= last) {
    ready.push(next)
    next = skipStored(parts.onStore, next + 1)
  }
  return ready
}

/** Ignores numbers that are not ready, so that no part is sent twice at once. */
export function startParts(
  parts: PartTable,
  partNumbers: readonly number[],
): { readonly parts: PartTable; readonly started: readonly number[] } {
  const inProgress = new Map(parts.inProgress)
  const started: number[] = []
  let { nextUnsent } = parts
  for (const partNumber of partNumbers) {
    const isNew = partNumber === nextUnsent && partNumber <= partCountOf(parts.plan)
    const part = inProgress.get(partNumber)
    if (!isNew && part?.stage !== 'due') continue
    inProgress.set(partNumber, { stage: 'in-flight', budget: part?.budget ?? FRESH_BUDGET })
    started.push(partNumber)
    if (isNew) nextUnsent = skipStored(parts.onStore, nextUnsent + 1)
  }
  return { parts: { ...parts, inProgress, nextUnsent }, started }
}

/** Null: the part is not in flight, so there is nothing to count. */
export function acknowledgePart(parts: PartTable, partNumber: number): PartTable | null {
  if (parts.inProgress.get(partNumber)?.stage !== 'in-flight') return null
  const inProgress = new Map(parts.inProgress)
  inProgress.delete(partNumber)
  return { ...parts, inProgress, acknowledgedCount: parts.acknowledgedCount + 1 }
}

export function withPartInProgress(
  parts: PartTable,
  partNumber: number,
  part: PartInProgress,
): PartTable {
  return { ...parts, inProgress: new Map(parts.inProgress).set(partNumber, part) }
}

/**
 * The waiting part that is due first, if nothing is in flight: the reason why the upload stalls.
 */
export function standstillOf(parts: PartTable): (PartInProgress & { stage: 'waiting' }) | null {
  let first: (PartInProgress & { stage: 'waiting' }) | null = null
  for (const part of parts.inProgress.values()) {
    if (part.stage !== 'waiting') return null
    if (first === null || part.dueAtMs < first.dueAtMs) first = part
  }
  return first
}
