import type { DestinationId } from '../../../electron/contract/ids.ts'
import { DEFAULT_SMOOTHING, SMOOTHING_MS, type Smoothing } from '../../engine/view/progress.ts'
import { callAfter } from './delayed.ts'
import type { Clock, TransferRules } from './ports.ts'
import {
  bucketAt,
  msUntilPaid,
  newBucket,
  type TokenBucket,
  withDebt,
  withRefund,
} from './token-bucket.ts'

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
  smoothingOf(destinationId: DestinationId, count: number): Smoothing {
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
    const { clock, closing, capacityFreed } = this.#deps
    const atMs = clock.now() + waitMs
    const known = this.#wakeUps.get(destinationId)
    // One that comes too early looks again; one that comes too late would cost speed.
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
