import type { DestinationId } from '../../../electron/contract/ids.ts'
import { delayed } from './delayed.ts'
import type { Clock, TransferRules } from './ports.ts'
import { FREE_PACING, type Pacing, SMOOTHING_MS } from './progress.ts'
import {
  afterBegin,
  afterReturn,
  bucketAt,
  freshBucket,
  msUntilPaid,
  type TokenBucket,
} from './token-bucket.ts'

/** So many turns of a part and its pause tell a speed. */
const TURNS_TO_TELL = 6

interface Account {
  bucket: TokenBucket
  lastBytes: number
}

interface Alarm {
  readonly atMs: number
  readonly controller: AbortController
}

export interface SpeedLimitParts {
  readonly clock: Clock
  readonly rules: TransferRules
  /** A part may begin that could not before. */
  readonly paid: () => void
  readonly closing: AbortSignal
}

/** Keeps the uploads of each destination together within its speed limit. */
export class SpeedLimits {
  readonly #parts: SpeedLimitParts
  readonly #accounts = new Map<DestinationId, Account>()
  readonly #alarms = new Map<DestinationId, Alarm>()

  constructor(parts: SpeedLimitParts) {
    this.#parts = parts
  }

  /**
   * How many parts may begin now: one at a time under a limit, since each may have to be paid for
   * before the next. Zero: `paid` is called when that has changed.
   */
  roomOf(destinationId: DestinationId): number {
    const account = this.#accountOf(destinationId)
    if (account === null) return Number.POSITIVE_INFINITY
    const waitMs = msUntilPaid(account.bucket)
    if (waitMs === 0) return 1
    this.#wakeAfter(destinationId, waitMs)
    return 0
  }

  begin(destinationId: DestinationId, byteLength: number): void {
    const account = this.#accountOf(destinationId)
    if (account === null) return
    account.bucket = afterBegin(account.bucket, byteLength)
    account.lastBytes = byteLength
  }

  /** Of a part that failed or was stopped, so many bytes never travelled. */
  giveBack(destinationId: DestinationId, byteLength: number): void {
    const account = this.#accountOf(destinationId)
    if (account === null || byteLength === 0) return
    account.bucket = afterReturn(account.bucket, byteLength)
    this.#parts.paid()
  }

  /** How the speed of one of `count` uploads is read while parts and pauses take turns. */
  pacingOf(destinationId: DestinationId, count: number): Pacing {
    const account = this.#accountOf(destinationId)
    if (account === null) return FREE_PACING
    const { bytesPerSecond } = account.bucket
    const turnMs = (account.lastBytes / bytesPerSecond) * 1000 * count
    return {
      smoothingMs: Math.max(SMOOTHING_MS, TURNS_TO_TELL * turnMs),
      mostBytesPerSecond: bytesPerSecond / count,
    }
  }

  /** As it is now; null: no limit. */
  #accountOf(destinationId: DestinationId): Account | null {
    const { clock, rules } = this.#parts
    const { bytesPerSecond } = rules.limitsOf(destinationId)
    if (bytesPerSecond === null) {
      this.#accounts.delete(destinationId)
      return null
    }
    const nowMs = clock.now()
    const known = this.#accounts.get(destinationId)
    if (known !== undefined) {
      known.bucket = bucketAt(known.bucket, bytesPerSecond, nowMs)
      return known
    }
    const account = { bucket: freshBucket(bytesPerSecond, nowMs), lastBytes: 0 }
    this.#accounts.set(destinationId, account)
    return account
  }

  #wakeAfter(destinationId: DestinationId, waitMs: number): void {
    const { clock, closing, paid } = this.#parts
    const atMs = clock.now() + waitMs
    const known = this.#alarms.get(destinationId)
    // One that comes too early looks again; one that comes too late would cost speed.
    if (known !== undefined && known.atMs <= atMs) return
    known?.controller.abort()
    const controller = new AbortController()
    this.#alarms.set(destinationId, { atMs, controller })
    delayed(clock, waitMs, AbortSignal.any([closing, controller.signal]), () => {
      this.#alarms.delete(destinationId)
      paid()
    })
  }
}
