import type { DestinationId } from '../../../electron/contract/ids.ts'
import { MAX_CONNECTIONS_PER_HOST } from '../../../electron/contract/limits.ts'

/**
 * How many requests may be under way at once, over all uploads. Chromium opens six connections
 * per host; a store that asks for less gets half, and the rest comes back slowly.
 */
export interface SlotBudget {
  readonly slots: number
  readonly landedSinceChange: number
  readonly halvedAtMs: number
}

export const FULL_BUDGET: SlotBudget = {
  slots: MAX_CONNECTIONS_PER_HOST,
  landedSinceChange: 0,
  halvedAtMs: Number.NEGATIVE_INFINITY,
}

/** With only one, a request whose answer never comes would hold up all uploads for minutes. */
const LEAST_SLOTS = 2

/** So many parts must land before one slot is given back. */
export const LANDED_PER_SLOT = 8

/** One throttled burst halves once: requests sent before the last halving say nothing new. */
export function budgetAfterThrottle(
  budget: SlotBudget,
  startedAtMs: number,
  nowMs: number,
): SlotBudget {
  if (startedAtMs <= budget.halvedAtMs) return budget
  return {
    slots: Math.max(LEAST_SLOTS, Math.floor(budget.slots / 2)),
    landedSinceChange: 0,
    halvedAtMs: nowMs,
  }
}

export function budgetAfterLanding(budget: SlotBudget): SlotBudget {
  if (budget.slots >= MAX_CONNECTIONS_PER_HOST) return budget
  const landedSinceChange = budget.landedSinceChange + 1
  return landedSinceChange < LANDED_PER_SLOT
    ? { ...budget, landedSinceChange }
    : { ...budget, slots: budget.slots + 1, landedSinceChange: 0 }
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
  const camps = campsOf(candidates, roomOf)
  const shares = candidates.map((candidate) => ({
    candidate,
    camp: camps.get(candidate.destinationId) ?? NOBODY,
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
interface Camp {
  underWay: number
  room: number
}

const NOBODY: Camp = { underWay: 0, room: 0 }

function campsOf(
  candidates: readonly Candidate<unknown>[],
  roomOf: (destinationId: DestinationId, inFlightCount: number) => number,
): ReadonlyMap<DestinationId, Camp> {
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

interface Share {
  readonly candidate: { readonly inFlightCount: number }
  readonly camp: Camp
  readonly granted: number
  readonly turn: number
}

function isServedLess(one: Share, other: Share): boolean {
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
export const LIVE_PLACES = { large: 4, small: 12 } as const
export type Lane = keyof typeof LIVE_PLACES
