import type { Failure } from '../../../electron/contract/failure.ts'
import { type PartPlan, partCountOf, rangeOfPart } from '../../../electron/contract/part-plan.ts'
import type { HeldPart } from '../../../electron/contract/upload.ts'
import { NOTHING_SPENT, type Spent } from './recovery.ts'

/** A part that was begun and has not landed. */
export type OpenPart =
  | { readonly stage: 'in-flight'; readonly spent: Spent }
  | {
      readonly stage: 'waiting'
      readonly spent: Spent
      readonly dueAtMs: number
      readonly failure: Failure
    }
  /** Waited long enough; needs a slot. */
  | { readonly stage: 'due'; readonly spent: Spent }

/**
 * Which parts are sent, under way and still to come. Immutable. Every number below `nextNew` is
 * held, open or landed, so a file of 10,000 parts costs no more per event than one of ten.
 */
export interface PartLedger {
  readonly plan: PartPlan
  /** The parts that need not be sent, as the store said when the upload was prepared. */
  readonly held: ReadonlySet<number>
  readonly open: ReadonlyMap<number, OpenPart>
  readonly nextNew: number
  /** Held parts included. */
  readonly landedCount: number
  readonly landedBytes: number
}

export function openLedger(plan: PartPlan, held: readonly HeldPart[]): PartLedger {
  const fitting = new Map(
    fittingParts(plan, held).map((part) => [part.partNumber, part.byteLength]),
  )
  const numbers: ReadonlySet<number> = new Set(fitting.keys())
  return {
    plan,
    held: numbers,
    open: new Map(),
    nextNew: skipHeld(numbers, 1),
    landedCount: fitting.size,
    landedBytes: [...fitting.values()].reduce((sum, bytes) => sum + bytes, 0),
  }
}

/** A held part counts only if its number and its length fit the plan. */
export function fittingParts(plan: PartPlan, held: readonly HeldPart[]): readonly HeldPart[] {
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

function skipHeld(held: ReadonlySet<number>, from: number): number {
  let next = from
  while (held.has(next)) next += 1
  return next
}

export function hasAllLanded(ledger: PartLedger): boolean {
  return ledger.landedCount === partCountOf(ledger.plan)
}

/** Nothing is left to start; what is open is under way. */
export function hasAllStarted(ledger: PartLedger): boolean {
  const isUnderWay = [...ledger.open.values()].every((part) => part.stage === 'in-flight')
  return isUnderWay && ledger.nextNew > partCountOf(ledger.plan)
}

export function inFlightCountOf(ledger: PartLedger): number {
  return countStage(ledger, 'in-flight')
}

function countStage(ledger: PartLedger, stage: OpenPart['stage']): number {
  let count = 0
  for (const part of ledger.open.values()) if (part.stage === stage) count += 1
  return count
}

/**
 * The parts to send next, due ones first. A waiting part keeps its slot from new ones: else a dead
 * server would burn through the whole file in one breath.
 */
export function partsReady(ledger: PartLedger, freeSlots: number): readonly number[] {
  const ready: number[] = []
  for (const [partNumber, part] of ledger.open) {
    if (ready.length < freeSlots && part.stage === 'due') ready.push(partNumber)
  }
  const last = partCountOf(ledger.plan)
  const room = freeSlots - countStage(ledger, 'waiting')
  let next = ledger.nextNew
  while (ready.length < room && next <= last) {
    ready.push(next)
    next = skipHeld(ledger.held, next + 1)
  }
  return ready
}

/** Ignores numbers that are not ready: a part is never sent twice at once. */
export function startParts(
  ledger: PartLedger,
  partNumbers: readonly number[],
): { readonly ledger: PartLedger; readonly started: readonly number[] } {
  const open = new Map(ledger.open)
  const started: number[] = []
  let { nextNew } = ledger
  for (const partNumber of partNumbers) {
    const isNew = partNumber === nextNew && partNumber <= partCountOf(ledger.plan)
    const part = open.get(partNumber)
    if (!isNew && part?.stage !== 'due') continue
    open.set(partNumber, { stage: 'in-flight', spent: part?.spent ?? NOTHING_SPENT })
    started.push(partNumber)
    if (isNew) nextNew = skipHeld(ledger.held, nextNew + 1)
  }
  return { ledger: { ...ledger, open, nextNew }, started }
}

/** Null: the part is not in flight, so there is nothing to count. */
export function landPart(ledger: PartLedger, partNumber: number): PartLedger | null {
  if (ledger.open.get(partNumber)?.stage !== 'in-flight') return null
  const open = new Map(ledger.open)
  open.delete(partNumber)
  return {
    ...ledger,
    open,
    landedCount: ledger.landedCount + 1,
    landedBytes: ledger.landedBytes + bytesOfPart(ledger.plan, partNumber),
  }
}

export function withOpenPart(ledger: PartLedger, partNumber: number, part: OpenPart): PartLedger {
  return { ...ledger, open: new Map(ledger.open).set(partNumber, part) }
}

/** The waiting part that is due first, when nothing is under way: why the upload stands still. */
export function standstillOf(ledger: PartLedger): (OpenPart & { stage: 'waiting' }) | null {
  let first: (OpenPart & { stage: 'waiting' }) | null = null
  for (const part of ledger.open.values()) {
    if (part.stage !== 'waiting') return null
    if (first === null || part.dueAtMs < first.dueAtMs) first = part
  }
  return first
}
