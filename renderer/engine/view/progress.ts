/** The progress of one upload beyond what is acknowledged. Immutable. */
export interface Progress {
  /** The bytes handed to the network, for each part in flight. */
  readonly inFlight: ReadonlyMap<number, number>
  /**
   * The bytes shown to the user. Never falls, although the bytes of a failed attempt are lost,
   * until the store reports its parts again (`progressFrom`).
   */
  readonly shownBytes: number
}

/** The store reports which parts it has. */
export function progressFrom(acknowledgedBytes: number): Progress {
  return { inFlight: new Map(), shownBytes: acknowledgedBytes }
}

/** `sentBytes` of one attempt of one part, as the transport reports them. */
export function withSentBytes(
  progress: Progress,
  partNumber: number,
  sentBytes: number,
  acknowledgedBytes: number,
): Progress {
  const inFlight = new Map(progress.inFlight).set(partNumber, sentBytes)
  return shown({ ...progress, inFlight }, acknowledgedBytes)
}

/** `acknowledgedBytes` of the whole upload, including this part. */
export function withAcknowledgedPart(
  progress: Progress,
  partNumber: number,
  acknowledgedBytes: number,
): Progress {
  return shown(withoutPart(progress, partNumber), acknowledgedBytes)
}

/** The attempt failed, so none of its bytes count. */
export function withoutPart(progress: Progress, partNumber: number): Progress {
  const inFlight = new Map(progress.inFlight)
  inFlight.delete(partNumber)
  return { ...progress, inFlight }
}

export function withoutInFlight(progress: Progress): Progress {
  return { ...progress, inFlight: new Map() }
}

function shown(progress: Progress, acknowledgedBytes: number): Progress {
  let bytes = acknowledgedBytes
  for (const sentBytes of progress.inFlight.values()) bytes += sentBytes
  return { ...progress, shownBytes: Math.max(progress.shownBytes, bytes) }
}

/** A smoothed speed. Immutable. */
export interface SpeedEstimate {
  readonly sinceMs: number
  readonly atMs: number
  readonly bytes: number
  /** Null until there are two readings far enough apart. */
  readonly bytesPerSecond: number | null
}

/** How measurements become a speed. */
export interface Smoothing {
  /** After this time, two thirds of the speed come from newer measurements. */
  readonly smoothingMs: number
  /**
   * Under a limit, the pause after a burst makes up for it, so a burst is not the speed; null: no
   * limit.
   */
  readonly maxBytesPerSecond: number | null
}

/** Readings closer together than this only add noise. */
const MIN_READING_INTERVAL_MS = 200
export const SMOOTHING_MS = 4_000
export const DEFAULT_SMOOTHING: Smoothing = { smoothingMs: SMOOTHING_MS, maxBytesPerSecond: null }
/** A connection this slow counts as standing still; the remaining time would promise nothing. */
const MIN_SHOWN_BYTES_PER_SECOND = 100
const MAX_SHOWN_MS_LEFT = 30 * 24 * 60 * 60_000

export function newEstimate(nowMs: number, bytes: number): SpeedEstimate {
  return { sinceMs: nowMs, atMs: nowMs, bytes, bytesPerSecond: null }
}

/** `bytes` is a running total; when it falls, the lost bytes do not count as speed. */
export function nextEstimate(
  pace: SpeedEstimate,
  nowMs: number,
  bytes: number,
  { smoothingMs }: Smoothing = DEFAULT_SMOOTHING,
): SpeedEstimate {
  const elapsedMs = nowMs - pace.atMs
  if (elapsedMs < MIN_READING_INTERVAL_MS) return pace
  const measured = (Math.max(0, bytes - pace.bytes) / elapsedMs) * 1000
  const before = pace.bytesPerSecond ?? measured
  // A speed that is smoothed over minutes is the plain mean until those minutes have passed.
  const least = smoothingMs > SMOOTHING_MS ? elapsedMs / (nowMs - pace.sinceMs) : 0
  const weight = Math.max(least, 1 - Math.exp(-elapsedMs / smoothingMs))
  return { ...pace, atMs: nowMs, bytes, bytesPerSecond: before + weight * (measured - before) }
}

/** The speed, capped by the limit. */
export function speedOf(
  { bytesPerSecond }: SpeedEstimate,
  { maxBytesPerSecond: mostBytesPerSecond }: Smoothing,
): number | null {
  if (bytesPerSecond === null) return null
  return Math.min(bytesPerSecond, mostBytesPerSecond ?? bytesPerSecond)
}

/** The speed to show; null while it is unknown and while nothing moves. */
export function speedShown(bytesPerSecond: number | null): number | null {
  return bytesPerSecond !== null && bytesPerSecond >= MIN_SHOWN_BYTES_PER_SECOND
    ? bytesPerSecond
    : null
}

/** Null while the speed is unknown, or too low to promise anything. */
export function msLeftAt(bytesPerSecond: number | null, bytesLeft: number): number | null {
  if (bytesPerSecond === null || bytesPerSecond < 1) return null
  const msLeft = (Math.max(0, bytesLeft) / bytesPerSecond) * 1000
  return msLeft > MAX_SHOWN_MS_LEFT ? null : msLeft
}
