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

/** What goes to one destination. */
interface DestinationTraffic {
  activeCount: number
  /** Only grows, so that a row that leaves does not look like negative speed. */
  movedBytes: number
  /** Null while nothing is active. */
  pace: SpeedEstimate | null
  pacing: Smoothing
}

/**
 * The window's sum, kept up by differences: a change of one row costs the same among ten rows and
 * among a hundred thousand. Speeds are read per destination, since each has a limit of its own.
 */
export class TotalsCounter {
  readonly #contributions = new Map<
    UploadId,
    { readonly share: Contribution; readonly stream: DestinationTraffic }
  >()
  readonly #traffic = new Map<DestinationId, DestinationTraffic>()
  readonly #totalCounts: Record<keyof Contribution, number> = { ...NO_CONTRIBUTION }
  readonly #now: () => number
  readonly #sources: SourceLookup
  readonly #stuck = new Set<UploadId>()
  readonly #pathless = new Set<UploadId>()
  /** Of uploads that finished since the queue was last idle. */
  #finishedBytes = 0
  #finishedCount = 0
  #lastFinished: UploadId | null = null

  constructor(now: () => number, sources: SourceLookup) {
    this.#now = now
    this.#sources = sources
  }

  /** Call after anything of the row changed. */
  count(row: Upload): void {
    const stream = this.#trafficTo(row.record.destinationId)
    const before = this.#contributions.get(row.uploadId)?.share ?? NO_CONTRIBUTION
    const isPathless = isInPageAlone(row, this.#sources)
    const after = contributionOf(row, isPathless)
    keepIn(this.#stuck, row.uploadId, after.stuckCount === 1)
    keepIn(this.#pathless, row.uploadId, isPathless)
    const hasBegun = before.unfinishedCount === 0 && after.unfinishedCount === 1
    // The queue was idle: what was done before does not belong to the work that begins now.
    if (hasBegun && this.#totalCounts.unfinishedCount === 0) this.#finishedBytes = 0
    if (before.unfinishedCount === 1) {
      stream.movedBytes += Math.max(0, after.sentBytes - before.sentBytes)
      if (row.state.phase === 'done') {
        this.#finishedBytes += row.record.byteLength
        this.#finishedCount += 1
        this.#lastFinished = row.uploadId
      }
    }
    this.#contributions.set(row.uploadId, { share: after, stream })
    this.#add(before, -1, stream)
    this.#add(after, 1, stream)
  }

  remove(uploadId: UploadId): void {
    const known = this.#contributions.get(uploadId)
    if (known === undefined) return
    this.#add(known.share, -1, known.stream)
    this.#contributions.delete(uploadId)
    this.#stuck.delete(uploadId)
    this.#pathless.delete(uploadId)
  }

  /** Reads the speeds; call at most a few times a second. */
  measure(nowMs: number, pacingOf: (destinationId: DestinationId) => Smoothing): void {
    for (const [destinationId, stream] of this.#traffic) {
      const { activeCount, movedBytes, pace } = stream
      stream.pacing = pacingOf(destinationId)
      if (activeCount === 0 || pace === null) stream.pace = null
      else stream.pace = nextEstimate(pace, nowMs, movedBytes, stream.pacing)
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

  /** Null while none is known. */
  #speed(): number | null {
    let sum: number | null = null
    for (const { activeCount, pace, pacing } of this.#traffic.values()) {
      const speed = activeCount === 0 || pace === null ? null : speedOf(pace, pacing)
      if (speed !== null) sum = (sum ?? 0) + speed
    }
    return sum
  }

  #trafficTo(destinationId: DestinationId): DestinationTraffic {
    const known = this.#traffic.get(destinationId)
    if (known !== undefined) return known
    const stream = { activeCount: 0, movedBytes: 0, pace: null, pacing: DEFAULT_SMOOTHING }
    this.#traffic.set(destinationId, stream)
    return stream
  }

  #add(share: Contribution, sign: 1 | -1, stream: DestinationTraffic): void {
    for (const name of COUNTS) this.#totalCounts[name] += sign * share[name]
    stream.activeCount += sign * share.activeCount
    if (stream.activeCount > 0) stream.pace ??= newEstimate(this.#now(), stream.movedBytes)
  }
}

const ACTIVE: ReadonlySet<UploadPhase> = new Set([
  'preparing',
  'sending',
  'verifying',
  'completing',
  'retry-waiting',
])

function contributionOf(row: Upload, isPathless: boolean): Contribution {
  const { state, record, progress } = row
  if (state.phase === 'cancelled') return NO_CONTRIBUTION
  const isToDo = !['done', 'failed', 'cancelling'].includes(state.phase)
  return {
    uploadCount: 1,
    unfinishedCount: isToDo ? 1 : 0,
    activeCount: ACTIVE.has(state.phase) ? 1 : 0,
    pausedCount: state.phase === 'paused' ? 1 : 0,
    doneCount: state.phase === 'done' ? 1 : 0,
    stuckCount: isStuck(row) ? 1 : 0,
    failedCount: state.phase === 'failed' ? 1 : 0,
    askingCount: isAskingUser(row) ? 1 : 0,
    pathlessCount: isPathless ? 1 : 0,
    sentBytes: isToDo ? progress.shownBytes : 0,
    totalBytes: isToDo ? record.byteLength : 0,
  }
}

/** A failed upload counts: it can be tried again only while its file is there. */
function isInPageAlone({ state, record }: Upload, sources: SourceLookup): boolean {
  if (record.isSourceDurable || OVER.has(state.phase)) return false
  return sources(record) !== null
}

const OVER: ReadonlySet<UploadPhase> = new Set(['done', 'cancelling', 'cancelled'])

function keepIn(set: Set<UploadId>, uploadId: UploadId, isIn: boolean): void {
  if (isIn) set.add(uploadId)
  else set.delete(uploadId)
}

/** Without a look at all of them: totals are made several times a second. */
function firstOf(set: ReadonlySet<UploadId>, count: number): readonly UploadId[] {
  const first: UploadId[] = []
  for (const uploadId of set) {
    if (first.length === count) break
    first.push(uploadId)
  }
  return first
}
