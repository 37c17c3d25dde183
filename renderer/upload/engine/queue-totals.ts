import type { DestinationId, UploadId } from '../../../electron/contract/ids.ts'
import { MAX_NAMED_UPLOADS } from '../../../electron/contract/queue-report.ts'
import type { SourceLookup } from './ports.ts'
import {
  FREE_PACING,
  msLeftAt,
  type Pace,
  type Pacing,
  paceAfter,
  paceFrom,
  speedOf,
  speedShown,
} from './progress.ts'
import type { QueueTotals } from './queue-view.ts'
import { isAsking, isStuck, type Row } from './upload-row.ts'
import type { UploadPhase } from './upload-state.ts'

type Share = Readonly<Record<(typeof COUNTS)[number], number>>

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

const NOTHING: Share = {
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
interface Stream {
  activeCount: number
  /** Only grows, so that a row that leaves does not look like negative speed. */
  movedBytes: number
  /** Null while nothing is active. */
  pace: Pace | null
  pacing: Pacing
}

/**
 * The window's sum, kept up by differences: a change of one row costs the same among ten rows and
 * among a hundred thousand. Speeds are read per destination, since each has a limit of its own.
 */
export class TotalsCounter {
  readonly #shares = new Map<UploadId, { readonly share: Share; readonly stream: Stream }>()
  readonly #streams = new Map<DestinationId, Stream>()
  readonly #sum: Record<keyof Share, number> = { ...NOTHING }
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
  count(row: Row): void {
    const stream = this.#streamOf(row.record.destinationId)
    const before = this.#shares.get(row.uploadId)?.share ?? NOTHING
    const isPathless = isInPageAlone(row, this.#sources)
    const after = shareOf(row, isPathless)
    keepIn(this.#stuck, row.uploadId, after.stuckCount === 1)
    keepIn(this.#pathless, row.uploadId, isPathless)
    const hasBegun = before.unfinishedCount === 0 && after.unfinishedCount === 1
    // The queue was idle: what was done before does not belong to the work that begins now.
    if (hasBegun && this.#sum.unfinishedCount === 0) this.#finishedBytes = 0
    if (before.unfinishedCount === 1) {
      stream.movedBytes += Math.max(0, after.sentBytes - before.sentBytes)
      if (row.state.phase === 'done') {
        this.#finishedBytes += row.record.byteLength
        this.#finishedCount += 1
        this.#lastFinished = row.uploadId
      }
    }
    this.#shares.set(row.uploadId, { share: after, stream })
    this.#add(before, -1, stream)
    this.#add(after, 1, stream)
  }

  remove(uploadId: UploadId): void {
    const known = this.#shares.get(uploadId)
    if (known === undefined) return
    this.#add(known.share, -1, known.stream)
    this.#shares.delete(uploadId)
    this.#stuck.delete(uploadId)
    this.#pathless.delete(uploadId)
  }

  /** Reads the speeds; call at most a few times a second. */
  measure(nowMs: number, pacingOf: (destinationId: DestinationId) => Pacing): void {
    for (const [destinationId, stream] of this.#streams) {
      const { activeCount, movedBytes, pace } = stream
      stream.pacing = pacingOf(destinationId)
      if (activeCount === 0 || pace === null) stream.pace = null
      else stream.pace = paceAfter(pace, nowMs, movedBytes, stream.pacing)
    }
  }

  totals(): QueueTotals {
    const sentBytes = this.#sum.sentBytes + this.#finishedBytes
    const totalBytes = this.#sum.totalBytes + this.#finishedBytes
    const bytesPerSecond = this.#sum.activeCount > 0 ? speedShown(this.#speed()) : null
    const msLeft = msLeftAt(bytesPerSecond, totalBytes - sentBytes)
    return {
      ...this.#sum,
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
    for (const { activeCount, pace, pacing } of this.#streams.values()) {
      const speed = activeCount === 0 || pace === null ? null : speedOf(pace, pacing)
      if (speed !== null) sum = (sum ?? 0) + speed
    }
    return sum
  }

  #streamOf(destinationId: DestinationId): Stream {
    const known = this.#streams.get(destinationId)
    if (known !== undefined) return known
    const stream = { activeCount: 0, movedBytes: 0, pace: null, pacing: FREE_PACING }
    this.#streams.set(destinationId, stream)
    return stream
  }

  #add(share: Share, sign: 1 | -1, stream: Stream): void {
    for (const name of COUNTS) this.#sum[name] += sign * share[name]
    stream.activeCount += sign * share.activeCount
    if (stream.activeCount > 0) stream.pace ??= paceFrom(this.#now(), stream.movedBytes)
  }
}

const ACTIVE: ReadonlySet<UploadPhase> = new Set([
  'preparing',
  'sending',
  'verifying',
  'completing',
  'retry-waiting',
])

function shareOf(row: Row, isPathless: boolean): Share {
  const { state, record, progress } = row
  if (state.phase === 'cancelled') return NOTHING
  const isToDo = !['done', 'failed', 'cancelling'].includes(state.phase)
  return {
    uploadCount: 1,
    unfinishedCount: isToDo ? 1 : 0,
    activeCount: ACTIVE.has(state.phase) ? 1 : 0,
    pausedCount: state.phase === 'paused' ? 1 : 0,
    doneCount: state.phase === 'done' ? 1 : 0,
    stuckCount: isStuck(row) ? 1 : 0,
    failedCount: state.phase === 'failed' ? 1 : 0,
    askingCount: isAsking(row) ? 1 : 0,
    pathlessCount: isPathless ? 1 : 0,
    sentBytes: isToDo ? progress.shownBytes : 0,
    totalBytes: isToDo ? record.byteLength : 0,
  }
}

/** A failed upload counts: it can be tried again only while its file is there. */
function isInPageAlone({ state, record }: Row, sources: SourceLookup): boolean {
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
