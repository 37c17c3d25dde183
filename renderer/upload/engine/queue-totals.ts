import type { UploadId } from '../../../electron/contract/ids.ts'
import { msLeftAt, type Pace, paceAfter, paceFrom, speedShown } from './progress.ts'
import type { QueueTotals } from './queue-view.ts'
import { isStuck, type Row } from './upload-row.ts'
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
  sentBytes: 0,
  totalBytes: 0,
}

/**
 * The window's sum, kept up by differences: a change of one row costs the same among ten rows and
 * among a hundred thousand.
 */
export class TotalsCounter {
  readonly #shares = new Map<UploadId, Share>()
  readonly #sum: Record<keyof Share, number> = { ...NOTHING }
  /** Of uploads that finished since the queue was last idle. */
  #finishedBytes = 0
  /** Only grows, so that a row that leaves does not look like negative speed. */
  #movedBytes = 0
  #pace: Pace

  constructor(nowMs: number) {
    this.#pace = paceFrom(nowMs, 0)
  }

  /** Call after anything of the row changed. */
  count(row: Row): void {
    const before = this.#shares.get(row.uploadId) ?? NOTHING
    const after = shareOf(row)
    const hasBegun = before.unfinishedCount === 0 && after.unfinishedCount === 1
    // The queue was idle: what was done before does not belong to the work that begins now.
    if (hasBegun && this.#sum.unfinishedCount === 0) this.#finishedBytes = 0
    if (before.unfinishedCount === 1) {
      this.#movedBytes += Math.max(0, after.sentBytes - before.sentBytes)
      if (row.state.phase === 'done') this.#finishedBytes += row.record.byteLength
    }
    this.#shares.set(row.uploadId, after)
    this.#add(before, -1)
    this.#add(after, 1)
  }

  remove(uploadId: UploadId): void {
    this.#add(this.#shares.get(uploadId) ?? NOTHING, -1)
    this.#shares.delete(uploadId)
  }

  /** Reads the speed; call at most a few times a second. */
  measure(nowMs: number): void {
    this.#pace = paceAfter(this.#pace, nowMs, this.#movedBytes)
  }

  totals(): QueueTotals {
    const sentBytes = this.#sum.sentBytes + this.#finishedBytes
    const totalBytes = this.#sum.totalBytes + this.#finishedBytes
    const bytesPerSecond = this.#sum.activeCount > 0 ? speedShown(this.#pace.bytesPerSecond) : null
    const msLeft = msLeftAt(bytesPerSecond, totalBytes - sentBytes)
    return { ...this.#sum, sentBytes, totalBytes, bytesPerSecond, msLeft }
  }

  #add(share: Share, sign: 1 | -1): void {
    for (const name of COUNTS) this.#sum[name] += sign * share[name]
  }
}

const ACTIVE: ReadonlySet<UploadPhase> = new Set([
  'preparing',
  'sending',
  'verifying',
  'completing',
  'retry-waiting',
])

function shareOf(row: Row): Share {
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
    sentBytes: isToDo ? progress.shownBytes : 0,
    totalBytes: isToDo ? record.byteLength : 0,
  }
}
