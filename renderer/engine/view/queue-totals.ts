import { MAX_NAMED_UPLOADS } from '../../../electron/contract/commands/host.ts'
import type { DestinationId, UploadId } from '../../../electron/contract/ids.ts'
import type { UploadPhase } from '../machine/state.ts'
import type { SourceLookup } from '../ports.ts'
import { isAskingUser, isStuck, type Upload } from '../upload.ts'
import {
  DEFAULT_SMOOTHING,
  msLeftAt,
  newEstimate,
  nextEstimate,
  type Smoothing,
  type SpeedEstimate,
  speedOf,
  speedShown,
} from './progress.ts'
import type { QueueTotals } from './queue-view.ts'

type Contribution = Readonly<Record<(typeof COUNTS)[number], number>>

const COUNTS = [
  'uploadCount',
  'unfinishedCount',
  'activeCount',
  'pausedCount',
  'doneCount',
  'stuckCount',
  'failedCount',
  'askingCount',
  'pathlessCount',
  'sentBytes',
  'totalBytes',
] as const

const NO_CONTRIBUTION: Contribution = {
  uploadCount: 0,
  unfinishedCount: 0,
  activeCount: 0,
  pausedCount: 0,
  doneCount: 0,
  stuckCount: 0,
  failedCount: 0,
  askingCount: 0,
  pathlessCount: 0,
  sentBytes: 0,
  totalBytes: 0,
}

/** The uploads to one destination. */
interface DestinationTraffic {
  activeCount: number
  /** Only grows, so that an upload that is removed does not look like negative speed. */
  movedBytes: number
  /** Null while nothing is active. */
  estimate: SpeedEstimate | null
  smoothing: Smoothing
}

/**
 * The totals of the window. They are updated by differences, so that a change of one upload costs
 * the same among ten uploads as among 100,000. Speeds are measured per destination, since each has
 * its own limit.
 */
export class TotalsCounter {
  readonly #contributions = new Map<
    UploadId,
    { readonly contribution: Contribution; readonly traffic: DestinationTraffic }
  >()
  readonly #traffic = new Map<DestinationId, DestinationTraffic>()
  readonly #totalCounts: Record<keyof Contribution, number> = { ...NO_CONTRIBUTION }
  readonly #now: () => number
  readonly #sources: SourceLookup
  readonly #stuck = new Set<UploadId>()
  readonly #pathless = new Set<UploadId>()
  /** The bytes of uploads that finished since the queue was last idle. */
  #finishedBytes = 0
  #finishedCount = 0
  #lastFinished: UploadId | null = null

  constructor(now: () => number, sources: SourceLookup) {
    this.#now = now
    this.#sources = sources
  }

  /** Call this after anything in the upload changed. */
  count(upload: Upload): void {
    const traffic = this.#trafficTo(upload.record.destinationId)
    const before = this.#contributions.get(upload.uploadId)?.contribution ?? NO_CONTRIBUTION
    const isPathless = isInPageAlone(upload, this.#sources)
    const after = contributionOf(upload, isPathless)
    keepIn(this.#stuck, upload.uploadId, after.stuckCount === 1)
    keepIn(this.#pathless, upload.uploadId, isPathless)
    const hasBegun = before.unfinishedCount === 0 && after.unfinishedCount === 1
    // The queue was idle, so earlier uploads do not belong to the work that starts now.
    if (hasBegun && this.#totalCounts.unfinishedCount === 0) this.#finishedBytes = 0
    if (before.unfinishedCount === 1) {
      traffic.movedBytes += Math.max(0, after.sentBytes - before.sentBytes)
      if (upload.state.phase === 'done') {
        this.#finishedBytes += upload.record.byteLength
        this.#finishedCount += 1
        this.#lastFinished = upload.uploadId
      }
    }
    this.#contributions.set(upload.uploadId, { contribution: after, traffic })
    this.#add(before, -1, traffic)
    this.#add(after, 1, traffic)
  }

  remove(uploadId: UploadId): void {
    const known = this.#contributions.get(uploadId)
    if (known === undefined) return
    this.#add(known.contribution, -1, known.traffic)
    this.#contributions.delete(uploadId)
    this.#stuck.delete(uploadId)
    this.#pathless.delete(uploadId)
  }

  /** Measures the speeds; call this at most a few times a second. */
  measure(nowMs: number, smoothingOf: (destinationId: DestinationId) => Smoothing): void {
    for (const [destinationId, traffic] of this.#traffic) {
      const { activeCount, movedBytes, estimate } = traffic
      traffic.smoothing = smoothingOf(destinationId)
      if (activeCount === 0 || estimate === null) traffic.estimate = null
      else traffic.estimate = nextEstimate(estimate, nowMs, movedBytes, traffic.smoothing)
    }
  }

  totals(): QueueTotals {
    const sentBytes = this.#totalCounts.sentBytes + this.#finishedBytes
    const totalBytes = this.#totalCounts.totalBytes + this.#finishedBytes
    const bytesPerSecond = this.#totalCounts.activeCount > 0 ? speedShown(this.#speed()) : null
    const msLeft = msLeftAt(bytesPerSecond, totalBytes - sentBytes)
    return {
      ...this.#totalCounts,
      finishedCount: this.#finishedCount,
      lastFinished: this.#lastFinished,
      firstStuck: firstOf(this.#stuck, 1)[0] ?? null,
      pathless: firstOf(this.#pathless, MAX_NAMED_UPLOADS),
      sentBytes,
      totalBytes,
      bytesPerSecond,
      msLeft,
    }
  }

  /** Null while it is unknown. */
  #speed(): number | null {
    let sum: number | null = null
    for (const { activeCount, estimate, smoothing } of this.#traffic.values()) {
      const speed = activeCount === 0 || estimate === null ? null : speedOf(estimate, smoothing)
      if (speed !== null) sum = (sum ?? 0) + speed
    }
    return sum
  }

  #trafficTo(destinationId: DestinationId): DestinationTraffic {
    const known = this.#traffic.get(destinationId)
    if (known !== undefined) return known
    const added = {
      activeCount: 0,
      movedBytes: 0,
      estimate: null,
      smoothing: DEFAULT_SMOOTHING,
    }
    this.#traffic.set(destinationId, added)
    return added
  }

  #add(contribution: Contribution, sign: 1 | -1, traffic: DestinationTraffic): void {
    for (const name of COUNTS) this.#totalCounts[name] += sign * contribution[name]
    traffic.activeCount += sign * contribution.activeCount
    if (traffic.activeCount === 0) return
    traffic.estimate ??= newEstimate(this.#now(), traffic.movedBytes)
  }
}

/** How a phase counts. `isOver`: its file is no longer needed. */
const PHASES: Readonly<
  Record<
    UploadPhase,
    { readonly isUnfinished: boolean; readonly isActive: boolean; readonly isOver: boolean }
  >
> = {
  queued: { isUnfinished: true, isActive: false, isOver: false },
  preparing: { isUnfinished: true, isActive: true, isOver: false },
  sending: { isUnfinished: true, isActive: true, isOver: false },
  verifying: { isUnfinished: true, isActive: true, isOver: false },
  completing: { isUnfinished: true, isActive: true, isOver: false },
  'retry-waiting': { isUnfinished: true, isActive: true, isOver: false },
  blocked: { isUnfinished: true, isActive: false, isOver: false },
  offline: { isUnfinished: true, isActive: false, isOver: false },
  asleep: { isUnfinished: true, isActive: false, isOver: false },
  paused: { isUnfinished: true, isActive: false, isOver: false },
  'needs-you': { isUnfinished: true, isActive: false, isOver: false },
  failed: { isUnfinished: false, isActive: false, isOver: false },
  cancelling: { isUnfinished: false, isActive: false, isOver: true },
  cancelled: { isUnfinished: false, isActive: false, isOver: true },
  done: { isUnfinished: false, isActive: false, isOver: true },
}

function contributionOf(upload: Upload, isPathless: boolean): Contribution {
  const { state, record, shownBytes } = upload
  if (state.phase === 'cancelled') return NO_CONTRIBUTION
  const { isUnfinished, isActive } = PHASES[state.phase]
  return {
    uploadCount: 1,
    unfinishedCount: isUnfinished ? 1 : 0,
    activeCount: isActive ? 1 : 0,
    pausedCount: state.phase === 'paused' ? 1 : 0,
    doneCount: state.phase === 'done' ? 1 : 0,
    stuckCount: isStuck(upload) ? 1 : 0,
    failedCount: state.phase === 'failed' ? 1 : 0,
    askingCount: isAskingUser(upload) ? 1 : 0,
    pathlessCount: isPathless ? 1 : 0,
    sentBytes: isUnfinished ? shownBytes : 0,
    totalBytes: isUnfinished ? record.byteLength : 0,
  }
}

/** A failed upload counts too: it can be retried only while its file is there. */
function isInPageAlone({ state, record }: Upload, sources: SourceLookup): boolean {
  if (record.isSourceDurable || PHASES[state.phase].isOver) return false
  return sources(record) !== null
}

function keepIn(set: Set<UploadId>, uploadId: UploadId, isIn: boolean): void {
  if (isIn) set.add(uploadId)
  else set.delete(uploadId)
}

/** Totals are computed several times a second, so this does not walk through the whole set. */
function firstOf(set: ReadonlySet<UploadId>, count: number): readonly UploadId[] {
  const first: UploadId[] = []
  for (const uploadId of set) {
    if (first.length === count) break
    first.push(uploadId)
  }
  return first
}
