import type { Failure } from '../../../electron/contract/failure/kinds.ts'
import type { DestinationId } from '../../../electron/contract/ids.ts'
import { MAX_CONNECTIONS_PER_HOST } from '../../../electron/contract/limits.ts'
import {
  bytesOfPart,
  inFlightCountOf,
  isAllAcknowledged,
  type PartTable,
  partsReady,
} from '../machine/part-table.ts'
import type { Clock, TransferRules } from '../ports.ts'
import type { Upload } from '../upload.ts'
import type { RateLimiter } from './rate-limiter.ts'

/**
 * How many requests may be under way at once, over all uploads. Chromium opens six connections
 * per host; a store that asks for less gets half, and the rest comes back slowly.
 */
export interface ConcurrencyWindow {
  readonly size: number
  readonly successesSinceChange: number
  readonly halvedAtMs: number
}

export const FULL_WINDOW: ConcurrencyWindow = {
  size: MAX_CONNECTIONS_PER_HOST,
  successesSinceChange: 0,
  halvedAtMs: Number.NEGATIVE_INFINITY,
}

/** With only one, a request whose answer never comes would hold up all uploads for minutes. */
const MIN_WINDOW_SIZE = 2

/** So many parts must land before one slot is given back. */
export const SUCCESSES_PER_INCREASE = 8

/** One throttled burst halves once: requests sent before the last halving say nothing new. */
export function windowAfterThrottle(
  budget: ConcurrencyWindow,
  startedAtMs: number,
  nowMs: number,
): ConcurrencyWindow {
  if (startedAtMs <= budget.halvedAtMs) return budget
  return {
    size: Math.max(MIN_WINDOW_SIZE, Math.floor(budget.size / 2)),
    successesSinceChange: 0,
    halvedAtMs: nowMs,
  }
}

export function windowAfterSuccess(budget: ConcurrencyWindow): ConcurrencyWindow {
  if (budget.size >= MAX_CONNECTIONS_PER_HOST) return budget
  const landedSinceChange = budget.successesSinceChange + 1
  return landedSinceChange < SUCCESSES_PER_INCREASE
    ? { ...budget, successesSinceChange: landedSinceChange }
    : { ...budget, size: budget.size + 1, successesSinceChange: 0 }
}

/** An upload that could use slots now. */
export interface Candidate<T> {
  readonly upload: T
  readonly destinationId: DestinationId
  readonly inFlightCount: number
  /** When it was last given a slot, or admitted: a running number. */
  readonly servedAt: number
  /** In the order in which they are to be sent; may be more than what is granted. */
  readonly ready: readonly number[]
}

export interface Grant<T> {
  readonly upload: T
  readonly partNumbers: readonly number[]
}

/**
 * Shares the free slots: each goes to the destination with the fewest requests under way, there to
 * the upload with the fewest, and among equals to the one that waited longest. So a huge file
 * cannot starve small ones, nor they it, nor one destination another.
 * @param roomOf how many parts to that destination may begin now.
 */
export function partsToStart<T>(
  candidates: readonly Candidate<T>[],
  freeSlots: number,
  roomOf: (destinationId: DestinationId, inFlightCount: number) => number,
): readonly Grant<T>[] {
  const camps = destinationShares(candidates, roomOf)
  const shares = candidates.map((candidate) => ({
    candidate,
    camp: camps.get(candidate.destinationId) ?? NO_SHARE,
    granted: 0,
    turn: candidate.servedAt,
  }))
  let turn = Math.max(0, ...candidates.map((candidate) => candidate.servedAt))
  for (let slot = 0; slot < freeSlots; slot += 1) {
    const hungry = shares.filter(
      ({ candidate, camp, granted }) => camp.room > 0 && granted < candidate.ready.length,
    )
    const [first, ...others] = hungry
    if (first === undefined) break
    const least = others.reduce((best, share) => (isServedLess(share, best) ? share : best), first)
    least.granted += 1
    least.camp.underWay += 1
    least.camp.room -= 1
    turn += 1
    least.turn = turn
  }
  return shares
    .filter((share) => share.granted > 0)
    .map(({ candidate: { upload, ready }, granted }) => ({
      upload,
      partNumbers: ready.slice(0, granted),
    }))
}

/** The uploads to one destination, together. */
interface DestinationShare {
  underWay: number
  room: number
}

const NO_SHARE: DestinationShare = { underWay: 0, room: 0 }

function destinationShares(
  candidates: readonly Candidate<unknown>[],
  roomOf: (destinationId: DestinationId, inFlightCount: number) => number,
): ReadonlyMap<DestinationId, DestinationShare> {
  const counts = new Map<DestinationId, number>()
  for (const { destinationId, inFlightCount } of candidates) {
    counts.set(destinationId, (counts.get(destinationId) ?? 0) + inFlightCount)
  }
  return new Map(
    [...counts].map(([destinationId, underWay]) => [
      destinationId,
      { underWay, room: roomOf(destinationId, underWay) },
    ]),
  )
}

interface UploadShare {
  readonly candidate: { readonly inFlightCount: number }
  readonly camp: DestinationShare
  readonly granted: number
  readonly turn: number
}

function isServedLess(one: UploadShare, other: UploadShare): boolean {
  const byCamp = one.camp.underWay - other.camp.underWay
  if (byCamp !== 0) return byCamp < 0
  const byUpload =
    one.candidate.inFlightCount + one.granted - (other.candidate.inFlightCount + other.granted)
  return byUpload === 0 ? one.turn < other.turn : byUpload < 0
}

/**
 * How many uploads to a destination are live at once, whatever waits behind them. Two lanes, so that neither a
 * few huge files nor a hundred thousand small ones keep the others from beginning. Small files
 * spend most of their time in control calls, so more of them are needed to fill the slots.
 */
export const MAX_LIVE_UPLOADS = { large: 4, small: 12 } as const
export type SizeClass = keyof typeof MAX_LIVE_UPLOADS

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
    const { size: slots } = this.#windowOf(store)
    const candidates = rows.flatMap((row) => candidatesFrom(row, slots))
    const busy = candidates.reduce((sum, each) => sum + each.inFlightCount, 0)
    const grants = partsToStart(candidates, Math.max(0, slots - busy), (destinationId, count) =>
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
    const { rules, rateLimiter: speeds } = this.#deps
    const { parallel } = rules.limitsOf(destinationId)
    return Math.min(
      (parallel ?? Number.POSITIVE_INFINITY) - inFlightCount,
      speeds.roomOf(destinationId),
    )
  }

  #begin({ upload: { record, state }, partNumbers }: Grant<Upload>): void {
    if (state.phase !== 'sending') return
    const { plan } = state.parts
    for (const partNumber of partNumbers) {
      this.#deps.rateLimiter.begin(record.destinationId, bytesOfPart(plan, partNumber))
    }
  }
}

/** What a row could do with slots; nothing, unless it is sending. */
export function candidatesFrom(row: Upload, slots: number): readonly Candidate<Upload>[] {
  const { state } = row
  if (state.phase !== 'sending' || isAllAcknowledged(state.parts)) return []
  const inFlightCount = inFlightCountOf(state.parts)
  const ready = startable(row, state.parts, Math.max(0, slots - inFlightCount))
  const { destinationId } = row.record
  return [{ upload: row, destinationId, inFlightCount, servedAt: row.servedAt, ready }]
}

/** Hashing takes no slot, so what is not summed up yet gets none. New parts keep their order. */
function startable(row: Upload, ledger: PartTable, freeSlots: number): readonly number[] {
  const ready = partsReady(ledger, freeSlots)
  const stock = row.run?.prefetch ?? null
  // Without a file there is nothing to get ready; whoever sends the part will say so.
  if (stock === null) return ready
  const at = ready.findIndex((each) => each >= ledger.nextUnsent && !stock.isReady(each))
  return ready.slice(0, at < 0 ? ready.length : at).filter((each) => stock.isReady(each))
}
