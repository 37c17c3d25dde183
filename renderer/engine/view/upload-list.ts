import type { DestinationId, UploadId } from '../../../electron/contract/ids.ts'
import type { SourceLookup } from '../ports.ts'
import type { RateLimiter } from '../scheduler/rate-limiter.ts'
import type { Upload } from '../upload.ts'
import { nextEstimate } from './progress.ts'
import { TotalsCounter } from './queue-totals.ts'
import type { QueueSnapshot, UploadView } from './queue-view.ts'
import { viewOf } from './upload-view.ts'

type Listener = () => void

/** The rows as others see them: views, the sum, and who wants to hear of changes. */
export class UploadList {
  readonly #all = new Map<UploadId, Upload>()
  readonly #totals: TotalsCounter
  readonly #listeners = new Set<Listener>()
  readonly #uploadListeners = new Map<UploadId, Set<Listener>>()
  /** Changed since the last announcement. */
  readonly #changedIds = new Set<UploadId>()
  #uploadIds: readonly UploadId[] | null = null
  #snapshot: QueueSnapshot | null = null

  /** @param sources the files that the page has, and those that the host can read. */
  constructor(now: () => number, sources: SourceLookup) {
    this.#totals = new TotalsCounter(now, sources)
  }

  get(uploadId: UploadId): Upload | undefined {
    return this.#all.get(uploadId)
  }

  rows(): Iterable<Upload> {
    return this.#all.values()
  }

  add(row: Upload): void {
    this.#all.set(row.uploadId, row)
    this.#uploadIds = null
    this.changed(row)
  }

  remove(uploadId: UploadId): void {
    if (!this.#all.delete(uploadId)) return
    this.#totals.remove(uploadId)
    this.#uploadIds = null
    this.#markChanged(uploadId)
  }

  /** Anything of the row is not as it was. Nobody hears of it before `announce`. */
  changed(row: Upload): void {
    if (!this.#all.has(row.uploadId)) return
    row.view = null
    this.#totals.count(row)
    this.#markChanged(row.uploadId)
  }

  /** Reads the speeds of what moves. */
  measure(moving: readonly Upload[], nowMs: number, speeds: Pick<RateLimiter, 'pacingOf'>): void {
    const counts = new Map<DestinationId, number>()
    for (const { record } of moving) {
      counts.set(record.destinationId, (counts.get(record.destinationId) ?? 0) + 1)
    }
    for (const row of moving) {
      const { destinationId } = row.record
      row.smoothing = speeds.pacingOf(destinationId, counts.get(destinationId) ?? 1)
      row.speed = nextEstimate(row.speed, nowMs, row.progress.shownBytes, row.smoothing)
      this.changed(row)
    }
    this.#totals.measure(nowMs, (destinationId) => speeds.pacingOf(destinationId, 1))
    this.#snapshot = null
  }

  notifyListeners(): void {
    if (this.#changedIds.size === 0) return
    const news = [...this.#changedIds]
    this.#changedIds.clear()
    for (const uploadId of news) {
      for (const listener of [...(this.#uploadListeners.get(uploadId) ?? [])]) listener()
    }
    for (const listener of [...this.#listeners]) listener()
  }

  snapshot(): QueueSnapshot {
    this.#uploadIds ??= this.#newestFirst()
    this.#snapshot ??= { uploadIds: this.#uploadIds, totals: this.#totals.totals() }
    return this.#snapshot
  }

  view(uploadId: UploadId): UploadView | undefined {
    const row = this.#all.get(uploadId)
    if (row === undefined) return undefined
    row.view ??= viewOf(row)
    return row.view
  }

  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  subscribeUpload(uploadId: UploadId, listener: Listener): () => void {
    const listeners = this.#uploadListeners.get(uploadId) ?? new Set()
    this.#uploadListeners.set(uploadId, listeners.add(listener))
    return () => {
      listeners.delete(listener)
      if (listeners.size === 0 && this.#uploadListeners.get(uploadId) === listeners) {
        this.#uploadListeners.delete(uploadId)
      }
    }
  }

  #markChanged(uploadId: UploadId): void {
    this.#snapshot = null
    this.#changedIds.add(uploadId)
  }

  #newestFirst(): readonly UploadId[] {
    return [...this.#all.values()]
      .sort(
        (one, other) =>
          other.record.createdAtMs - one.record.createdAtMs || other.sequence - one.sequence,
      )
      .map((row) => row.uploadId)
  }
}
