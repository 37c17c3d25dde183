import type { DestinationId } from '../../../electron/contract/ids.ts'
import { type Clock, callAfter, type TransferRules } from '../ports.ts'
import { DEFAULT_SMOOTHING, SMOOTHING_MS, type Smoothing } from '../view/progress.ts'

/** The speed under a limit is averaged over this many parts, each with the pause after it. */
const PARTS_PER_READING = 6

interface LimitedDestination {
  bucket: TokenBucket
  lastBytes: number
}

interface WakeUp {
  readonly atMs: number
  readonly controller: AbortController
}

export interface RateLimiterDeps {
  readonly clock: Clock
  readonly rules: TransferRules
  /** Called when a part may begin that could not before. */
  readonly capacityFreed: () => void
  readonly closing: AbortSignal
}

/** Keeps all uploads of a destination together within its speed limit. */
export class RateLimiter {
  readonly #deps: RateLimiterDeps
  readonly #limited = new Map<DestinationId, LimitedDestination>()
  readonly #wakeUps = new Map<DestinationId, WakeUp>()

  constructor(deps: RateLimiterDeps) {
    this.#deps = deps
  }

  /**
   * How many parts may start now. Under a limit it is one at a time, since each part's debt has to
   * be paid off before the next. After a zero, `capacityFreed` is called when that has changed.
   */
  roomOf(destinationId: DestinationId): number {
    const limited = this.#limitedAt(destinationId)
    if (limited === null) return Number.POSITIVE_INFINITY
    const waitMs = msUntilPaid(limited.bucket)
    if (waitMs === 0) return 1
    this.#wakeAfter(destinationId, waitMs)
    return 0
  }

  begin(destinationId: DestinationId, byteLength: number): void {
    const limited = this.#limitedAt(destinationId)
    if (limited === null) return
    limited.bucket = withDebt(limited.bucket, byteLength)
    limited.lastBytes = byteLength
  }

  /** A part failed or was stopped before this many of its bytes were sent. */
  refund(destinationId: DestinationId, byteLength: number): void {
    const limited = this.#limitedAt(destinationId)
    if (limited === null || byteLength === 0) return
    limited.bucket = withRefund(limited.bucket, byteLength)
    this.#deps.capacityFreed()
  }

  /** How to average the speed of one of `count` uploads when pauses follow parts. */
  smoothingOf(destinationId: DestinationId, count: number): Smoothing {
    const limited = this.#limitedAt(destinationId)
    if (limited === null) return DEFAULT_SMOOTHING
    const { bytesPerSecond } = limited.bucket
    const partMs = (limited.lastBytes / bytesPerSecond) * 1000 * count
    return {
      smoothingMs: Math.max(SMOOTHING_MS, PARTS_PER_READING * partMs),
      maxBytesPerSecond: bytesPerSecond / count,
    }
  }

  /** The destination's token bucket at this moment; null: it has no limit. */
  #limitedAt(destinationId: DestinationId): LimitedDestination | null {
    const { clock, rules } = this.#deps
    const { bytesPerSecond } = rules.limitsOf(destinationId)
    if (bytesPerSecond === null) {
      this.#limited.delete(destinationId)
      return null
    }
    const nowMs = clock.now()
    const known = this.#limited.get(destinationId)
    if (known !== undefined) {
      known.bucket = bucketAt(known.bucket, bytesPerSecond, nowMs)
      return known
    }
    const added = { bucket: newBucket(bytesPerSecond, nowMs), lastBytes: 0 }
    this.#limited.set(destinationId, added)
    return added
  }

  #wakeAfter(destinationId: DestinationId, waitMs: number): void {
    const { clock, closing, capacityFreed } = this.#deps
    const atMs = clock.now() + waitMs
    const known = this.#wakeUps.get(destinationId)
    // A timer that fires too early does no harm; one that fires too late would cost speed.
    if (known !== undefined && known.atMs <= atMs) return
    known?.controller.abort()
    const controller = new AbortController()
    this.#wakeUps.set(destinationId, { atMs, controller })
    callAfter(clock, waitMs, AbortSignal.any([closing, controller.signal]), () => {
      this.#wakeUps.delete(destinationId)
      capacityFreed()
    })
  }
}

/**
 * A token bucket that may go into debt. Immutable. A browser cannot slow down a running request, so
 * a part is sent as fast as the network allows and leaves a debt; the next part starts once time
 * has paid it off.
 */
export interface TokenBucket {
  /** Negative: saved bytes. */
  readonly debtBytes: number
  readonly bytesPerSecond: number
  readonly atMs: number
}

/** The most that may be saved while nothing is sent, so that late timers cost no speed. */
export const MAX_SAVED_MS = 1_000

export function newBucket(bytesPerSecond: number, nowMs: number): TokenBucket {
  return { debtBytes: 0, bytesPerSecond, atMs: nowMs }
}

/** Pays off debt for the elapsed time at the old limit; the new limit applies from now on. */
export function bucketAt(bucket: TokenBucket, bytesPerSecond: number, nowMs: number): TokenBucket {
  // A clock that was set back pays off nothing, and its new time still counts.
  const elapsedMs = Math.max(0, nowMs - bucket.atMs)
  const debtBytes = bucket.debtBytes - (bucket.bytesPerSecond * elapsedMs) / 1000
  return withinSavings({ debtBytes, bytesPerSecond, atMs: nowMs })
}

export function withDebt(bucket: TokenBucket, byteLength: number): TokenBucket {
  return { ...bucket, debtBytes: bucket.debtBytes + byteLength }
}

export function withRefund(bucket: TokenBucket, byteLength: number): TokenBucket {
  return withinSavings({ ...bucket, debtBytes: bucket.debtBytes - byteLength })
}

/** Zero: the next part may start, whatever its length. */
export function msUntilPaid({ debtBytes, bytesPerSecond }: TokenBucket): number {
  return debtBytes <= 0 ? 0 : Math.ceil((debtBytes / bytesPerSecond) * 1000)
}

function withinSavings(bucket: TokenBucket): TokenBucket {
  const maxSaved = (bucket.bytesPerSecond * MAX_SAVED_MS) / 1000
  return { ...bucket, debtBytes: Math.max(-maxSaved, bucket.debtBytes) }
}
