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
  const debtBytes = bucket.debtBytes - (bucket.bytesPerSecond * elapsedMs) / 1000
  return withinSavings({ debtBytes, bytesPerSecond, atMs: nowMs })
}

export function withDebt(bucket: TokenBucket, byteLength: number): TokenBucket {
  return { ...bucket, debtBytes: bucket.debtBytes + byteLength }
}

/** So many bytes of a part that failed or was stopped never travelled. */
export function withRefund(bucket: TokenBucket, byteLength: number): TokenBucket {
  return withinSavings({ ...bucket, debtBytes: bucket.debtBytes - byteLength })
}

/** Zero: the next part may begin, whatever its length. */
export function msUntilPaid({ debtBytes, bytesPerSecond }: TokenBucket): number {
  return debtBytes <= 0 ? 0 : Math.ceil((debtBytes / bytesPerSecond) * 1000)
}

function withinSavings(bucket: TokenBucket): TokenBucket {
  const mostSaved = (bucket.bytesPerSecond * MAX_SAVED_MS) / 1000
  return { ...bucket, debtBytes: Math.max(-mostSaved, bucket.debtBytes) }
}
