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
 * How many requests to one endpoint may be in flight at once, over all uploads. Chromium opens six
 * connections per host. When a store asks to slow down, the number is halved, and grows again one
 * by one. Immutable.
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

/** With only one connection, a request without an answer would hold up all uploads for minutes. */
const MIN_WINDOW_SIZE = 2

export const SUCCESSES_PER_INCREASE = 8

/**
 * A burst of throttled requests halves the window once: requests sent before that carry no news.
 */
export function windowAfterThrottle(
  window: ConcurrencyWindow,
  startedAtMs: number,
  nowMs: number,
): ConcurrencyWindow {
  if (startedAtMs <= window.halvedAtMs) return window
  return {
    size: Math.max(MIN_WINDOW_SIZE, Math.floor(window.size / 2)),
    successesSinceChange: 0,
    halvedAtMs: nowMs,
  }
}

export function windowAfterSuccess(window: ConcurrencyWindow): ConcurrencyWindow {
  if (window.size >= MAX_CONNECTIONS_PER_HOST) return window
  const successesSinceChange = window.successesSinceChange + 1
  return successesSinceChange < SUCCESSES_PER_INCREASE
    ? { ...window, successesSinceChange }
    : { ...window, size: window.size + 1, successesSinceChange: 0 }
}

/** An upload that could use connections now. */
export interface Candidate<T> {
  readonly upload: T
  readonly destinationId: DestinationId
  readonly inFlightCount: number
  /** A serial number: the lower it is, the longer the upload has waited since it was last served. */
  readonly servedAt: number
  /** In the order in which they are to be sent; may be more than are granted. */
  readonly ready: readonly number[]
}

export interface Grant<T> {
  readonly upload: T
  readonly partNumbers: readonly number[]
}

/**
 * Shares the free connections. Each goes to the destination with the fewest requests in flight,
 * then to its upload with the fewest, and among equals to the one that has waited longest. So no
 * huge file starves small ones, small files starve no huge one, and no destination starves another.
 * @param roomOf how many parts to that destination may start now.
 */
export function partsToStart<T>(
  candidates: readonly Candidate<T>[],
  freeConnections: number,
  roomOf: (destinationId: DestinationId, inFlightCount: number) => number,
): readonly Grant<T>[] {
  const destinations = destinationShares(candidates, roomOf)
  const shares = candidates.map((candidate) => ({
    candidate,
    destination: destinations.get(candidate.destinationId) ?? NO_SHARE,
    grantedCount: 0,
    servedAt: candidate.servedAt,
  }))
  let serial = Math.max(0, ...candidates.map((candidate) => candidate.servedAt))
  for (let connection = 0; connection < freeConnections; connection += 1) {
    const eligible = shares.filter(
      ({ candidate, destination, grantedCount }) =>
        destination.room > 0 && grantedCount < candidate.ready.length,
    )
    const [first, ...others] = eligible
    if (first === undefined) break
    const least = others.reduce((best, share) => (isServedLess(share, best) ? share : best), first)
    least.grantedCount += 1
    least.destination.inFlightCount += 1
    least.destination.room -= 1
    serial += 1
    least.servedAt = serial
  }
  return shares
    .filter((share) => share.grantedCount > 0)
    .map(({ candidate: { upload, ready }, grantedCount }) => ({
      upload,
      partNumbers: ready.slice(0, grantedCount),
    }))
}

/** All uploads to one destination. */
interface DestinationShare {
  inFlightCount: number
  room: number
}

const NO_SHARE: DestinationShare = { inFlightCount: 0, room: 0 }

function destinationShares(
  candidates: readonly Candidate<unknown>[],
  roomOf: (destinationId: DestinationId, inFlightCount: number) => number,
): ReadonlyMap<DestinationId, DestinationShare> {
  const counts = new Map<DestinationId, number>()
  for (const { destinationId, inFlightCount } of candidates) {
    counts.set(destinationId, (counts.get(destinationId) ?? 0) + inFlightCount)
  }
  return new Map(
    [...counts].map(([destinationId, inFlightCount]) => [
      destinationId,
      { inFlightCount, room: roomOf(destinationId, inFlightCount) },
    ]),
  )
}

interface UploadShare {
  readonly candidate: { readonly inFlightCount: number }
  readonly destination: DestinationShare
  readonly grantedCount: number
  readonly servedAt: number
}

function isServedLess(one: UploadShare, other: UploadShare): boolean {
  const byDestination = one.destination.inFlightCount - other.destination.inFlightCount
  if (byDestination !== 0) return byDestination < 0
  const byUpload =
    one.candidate.inFlightCount +
    one.grantedCount -
    (other.candidate.inFlightCount + other.grantedCount)
  return byUpload === 0 ? one.servedAt < other.servedAt : byUpload < 0
}

export interface PartSchedulerDeps {
  readonly clock: Clock
  readonly rules: TransferRules
  readonly rateLimiter: RateLimiter
}

/** Decides which parts start: within each endpoint's window and each destination's rules. */
export class PartScheduler {
  readonly #deps: PartSchedulerDeps
  readonly #windows = new Map<string, ConcurrencyWindow>()
  readonly #servedAt = new WeakMap<Upload, number>()
  #serial = 0

  constructor(deps: PartSchedulerDeps) {
    this.#deps = deps
  }

  /** The parts that start now; they count as started. */
  grantsFor(endpoint: string, uploads: readonly Upload[]): readonly Grant<Upload>[] {
    const { size } = this.#windowOf(endpoint)
    const candidates = uploads.flatMap((upload) =>
      candidatesFrom(upload, size, this.#servedAt.get(upload) ?? 0),
    )
    const busy = candidates.reduce((sum, each) => sum + each.inFlightCount, 0)
    const grants = partsToStart(candidates, Math.max(0, size - busy), (destinationId, count) =>
      this.#roomOf(destinationId, count),
    )
    for (const grant of grants) this.#begin(grant)
    return grants
  }

  /** The upload was admitted or may send parts: other uploads have now waited longer. */
  served(upload: Upload): void {
    this.#serial += 1
    this.#servedAt.set(upload, this.#serial)
  }

  /** `failure` null: the part is acknowledged. */
  partEnded(endpoint: string, failure: Failure | null, startedAtMs: number): void {
    const window = this.#windowOf(endpoint)
    if (failure === null) this.#windows.set(endpoint, windowAfterSuccess(window))
    if (failure?.kind === 'throttled') {
      this.#windows.set(endpoint, windowAfterThrottle(window, startedAtMs, this.#deps.clock.now()))
    }
  }

  #windowOf(endpoint: string): ConcurrencyWindow {
    return this.#windows.get(endpoint) ?? FULL_WINDOW
  }

  #roomOf(destinationId: DestinationId, inFlightCount: number): number {
    const { rules, rateLimiter } = this.#deps
    const { parallel } = rules.limitsOf(destinationId)
    return Math.min(
      (parallel ?? Number.POSITIVE_INFINITY) - inFlightCount,
      rateLimiter.roomOf(destinationId),
    )
  }

  #begin({ upload, partNumbers }: Grant<Upload>): void {
    this.served(upload)
    const { record, state } = upload
    if (state.phase !== 'sending') return
    const { plan } = state.parts
    for (const partNumber of partNumbers) {
      this.#deps.rateLimiter.begin(record.destinationId, bytesOfPart(plan, partNumber))
    }
  }
}

/** The parts an upload could send; none unless it is in `sending`. */
export function candidatesFrom(
  upload: Upload,
  windowSize: number,
  servedAt: number,
): readonly Candidate<Upload>[] {
  const { state } = upload
  if (state.phase !== 'sending' || isAllAcknowledged(state.parts)) return []
  const inFlightCount = inFlightCountOf(state.parts)
  const ready = startable(upload, state.parts, Math.max(0, windowSize - inFlightCount))
  const { destinationId } = upload.record
  return [{ upload, destinationId, inFlightCount, servedAt, ready }]
}

/** A part gets no connection before its checksum is known. New parts keep their order. */
function startable(upload: Upload, parts: PartTable, freeConnections: number): readonly number[] {
  const ready = partsReady(parts, freeConnections)
  const prefetch = upload.run?.prefetch ?? null
  // Without a source there is nothing to prefetch; sending the part will fail and say why.
  if (prefetch === null) return ready
  const at = ready.findIndex((each) => each >= parts.nextUnsent && !prefetch.isReady(each))
  return ready.slice(0, at < 0 ? ready.length : at).filter((each) => prefetch.isReady(each))
}
