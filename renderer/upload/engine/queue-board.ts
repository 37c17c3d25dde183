import type { DestinationId, UploadId } from '../../../electron/contract/ids.ts'
import type { SourceLookup } from './ports.ts'
import { paceAfter } from './progress.ts'
import { TotalsCounter } from './queue-totals.ts'
import type { QueueSnapshot, UploadView } from './queue-view.ts'
import type { SpeedLimits } from './speed-limits.ts'
import type { Row } from './upload-row.ts'
import { viewOf } from './upload-view.ts'

type Listener = () => void

/** The rows as others see them: views, the sum, and who wants to hear of changes. */
export class QueueBoard {
  readonly #rows = new Map<UploadId, Row>()
  readonly #totals: TotalsCounter
  readonly #listeners = new Set<Listener>()
  readonly #rowListeners = new Map<UploadId, Set<Listener>>()
  /** Changed since the last announcement. */
  readonly #news = new Set<UploadId>()
  #uploadIds: readonly UploadId[] | null = null
  #snapshot: QueueSnapshot | null = null

  /** @param sources the files that the page has, and those that the host can read. */
  constructor(now: () => number, sources: SourceLookup) {
    this.#totals = new TotalsCounter(now, sources)
  }

  row(uploadId: UploadId): Row | undefined {
    return this.#rows.get(uploadId)
  }

  rows(): Iterable<Row> {
    return this.#rows.values()
  }

  add(row: Row): void {
    this.#rows.set(row.uploadId, row)
    this.#uploadIds = null
    this.changed(row)
  }

  remove(uploadId: UploadId): void {
    if (!this.#rows.delete(uploadId)) return
    this.#totals.remove(uploadId)
    this.#uploadIds = null
    this.#note(uploadId)
  }

  /** Anything of the row is not as it was. Nobody hears of it before `announce`. */
  changed(row: Row): void {
    if (!this.#rows.has(row.uploadId)) return
    row.view = null
    this.#totals.count(row)
    this.#note(row.uploadId)
  }

  /** Reads the speeds of what moves. */
  measure(moving: readonly Row[], nowMs: number, speeds: Pick<SpeedLimits, 'pacingOf'>): void {
    const counts = new Map<DestinationId, number>()
    for (const { record } of moving) {
      counts.set(record.destinationId, (counts.get(record.destinationId) ?? 0) + 1)
    }
    for (const row of moving) {
      const { destinationId } = row.record
      row.pacing = speeds.pacingOf(destinationId, counts.get(destinationId) ?? 1)
      row.pace = paceAfter(row.pace, nowMs, row.progress.shownBytes, row.pacing)
      this.changed(row)
    }
    this.#totals.measure(nowMs, (destinationId) => speeds.pacingOf(destinationId, 1))
    this.#snapshot = null
  }

  announce(): void {
    if (this.#news.size === 0) return
    const news = [...this.#news]
    this.#news.clear()
    for (const uploadId of news) {
      for (const listener of [...(this.#rowListeners.get(uploadId) ?? [])]) listener()
    }
    for (const listener of [...this.#listeners]) listener()
  }

  snapshot(): QueueSnapshot {
    this.#uploadIds ??= this.#newestFirst()
    this.#snapshot ??= { uploadIds: this.#uploadIds, totals: this.#totals.totals() }
    return this.#snapshot
  }

  view(uploadId: UploadId): UploadView | undefined {
    const row = this.#rows.get(uploadId)
    if (row === undefined) return undefined
    row.view ??= viewOf(row)
    return row.view
  }

  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  subscribeUpload(uploadId: UploadId, listener: Listener): () => void {
    const listeners = this.#rowListeners.get(uploadId) ?? new Set()
    this.#rowListeners.set(uploadId, listeners.add(listener))
    return () => {
      listeners.delete(listener)
      if (listeners.size === 0 && this.#rowListeners.get(uploadId) === listeners) {
        this.#rowListeners.delete(uploadId)
      }
    }
  }

  #note(uploadId: UploadId): void {
    this.#snapshot = null
    this.#news.add(uploadId)
  }

  #newestFirst(): readonly UploadId[] {
    return [...this.#rows.values()]
      .sort(
        (one, other) =>
          other.record.createdAtMs - one.record.createdAtMs || other.sequence - one.sequence,
      )
      .map((row) => row.uploadId)
  }
}
