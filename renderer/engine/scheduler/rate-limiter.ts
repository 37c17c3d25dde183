import type { DestinationId } from '../../../electron/contract/ids.ts'
import { type Clock, callAfter, type TransferRules } from '../ports.ts'
import { DEFAULT_SMOOTHING, SMOOTHING_MS, type Smoothing } from '../view/progress.ts'

/** So many turns of a part and its pause tell a speed. */
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
  /** A part may begin that could not before. */
  readonly capacityFreed: () => void
  readonly closing: AbortSignal
}

/** Keeps the uploads of each destination together within its speed limit. */
export class RateLimiter {
  readonly #deps: RateLimiterDeps
  readonly #limited = new Map<DestinationId, LimitedDestination>()
  readonly #wakeUps = new Map<DestinationId, WakeUp>()

  constructor(parts: RateLimiterDeps) {
    this.#deps = parts
  }

  /**
   * How many parts may begin now: one at a time under a limit, since each may have to be paid for
   * before the next. Zero: `paid` is called when that has changed.
   */
  roomOf(destinationId: DestinationId): number {
    const account = this.#limitedAt(destinationId)
    if (account === null) return Number.POSITIVE_INFINITY
    const waitMs = msUntilPaid(account.bucket)
    if (waitMs === 0) return 1
    this.#wakeAfter(destinationId, waitMs)
    return 0
  }

  begin(destinationId: DestinationId, byteLength: number): void {
    const account = this.#limitedAt(destinationId)
    if (account === null) return
    account.bucket = withDebt(account.bucket, byteLength)
    account.lastBytes = byteLength
  }

  /** Of a part that failed or was stopped, so many bytes never travelled. */
  refund(destinationId: DestinationId, byteLength: number): void {
    const account = this.#limitedAt(destinationId)
    if (account === null || byteLength === 0) return
    account.bucket = withRefund(account.bucket, byteLength)
    this.#deps.capacityFreed()
  }

  /** How the speed of one of `count` uploads is read while parts and pauses take turns. */
  pacingOf(destinationId: DestinationId, count: number): Smoothing {
    const account = this.#limitedAt(destinationId)
    if (account === null) return DEFAULT_SMOOTHING
    const { bytesPerSecond } = account.bucket
    const turnMs = (account.lastBytes / bytesPerSecond) * 1000 * count
    return {
      smoothingMs: Math.max(SMOOTHING_MS, PARTS_PER_READING * turnMs),
      maxBytesPerSecond: bytesPerSecond / count,
    }
  }

  /** As it is now; null: no limit. */
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
    const account = { bucket: newBucket(bytesPerSecond, nowMs), lastBytes: 0 }
    this.#limited.set(destinationId, account)
    return account
  }

  #wakeAfter(destinationId: DestinationId, waitMs: number): void {
    const { clock, closing, capacityFreed: paid } = this.#deps
    const atMs = clock.now() + waitMs
    const known = this.#wakeUps.get(destinationId)
    // One that comes too early looks again; one that comes too late would cost speed.
    if (known !== undefined && known.atMs <= atMs) return
    known?.controller.abort()
    const controller = new AbortController()
    this.#wakeUps.set(destinationId, { atMs, controller })
    callAfter(clock, waitMs, AbortSignal.any([closing, controller.signal]), () => {
      this.#wakeUps.delete(destinationId)
      paid()
    })
  }
}

/**
 * A speed limit's account: what was begun is owed, and time pays it off. Immutable. A browser
 * cannot slow down a request that is under way, so a part travels as fast as the line is, and the
 * next one begins when it is paid for.
 */
export interface TokenBucket {
  /** Negative: as much is saved. */
  readonly debtBytes: number
  readonly bytesPerSecond: number
  readonly atMs: number
}

/** What may be saved while nothing was sent, so that timers which come late cost no speed. */
export const MAX_SAVED_MS = 1_000

export function newBucket(bytesPerSecond: number, nowMs: number): TokenBucket {
  return { debtBytes: 0, bytesPerSecond, atMs: nowMs }
}

/** What time has paid, at the limit that was; from now on the one that is counts. */
export function bucketAt(bucket: TokenBucket, bytesPerSecond: number, nowMs: number): TokenBucket {
  // A clock that was set back pays nothing, and is believed all the same.
  const elapsedMs = Math.max(0, nowMs - bucket.atMs)
  const owedBytes = bucket.debtBytes - (bucket.bytesPerSecond * elapsedMs) / 1000
  return withinSavings({ debtBytes: owedBytes, bytesPerSecond, atMs: nowMs })
}

export function withDebt(bucket: TokenBucket, byteLength: number): TokenBucket {
  return { ...bucket, debtBytes: bucket.debtBytes + byteLength }
}

/** So many bytes of a part that failed or was stopped never travelled. */
export function withRefund(bucket: TokenBucket, byteLength: number): TokenBucket {
  return withinSavings({ ...bucket, debtBytes: bucket.debtBytes - byteLength })
}

/** Zero: the next part may begin, whatever its length. */
export function msUntilPaid({ debtBytes: owedBytes, bytesPerSecond }: TokenBucket): number {
  return owedBytes <= 0 ? 0 : Math.ceil((owedBytes / bytesPerSecond) * 1000)
}

function withinSavings(bucket: TokenBucket): TokenBucket {
  const mostSaved = (bucket.bytesPerSecond * MAX_SAVED_MS) / 1000
  return { ...bucket, debtBytes: Math.max(-mostSaved, bucket.debtBytes) }
}
