import type { DestinationId, UploadId } from '../../../electron/contract/ids.ts'
import type { SourceLookup } from '../ports.ts'
import type { Upload } from '../upload.ts'
import type { Smoothing } from './progress.ts'
import { TotalsCounter } from './queue-totals.ts'
import type { QueueSnapshot, UploadView } from './queue-view.ts'
import { viewOf } from './upload-view.ts'

type Listener = () => void

/** The uploads as the page shows them: their order, views and totals, and the listeners. */
export class UploadList {
  readonly #uploads = new Map<UploadId, Upload>()
  /** Orders uploads that were created at the same moment. */
  readonly #serials = new Map<UploadId, number>()
  /** Created on request, dropped when anything in them changed. */
  readonly #views = new Map<UploadId, UploadView>()
  readonly #totals: TotalsCounter
  readonly #listeners = new Set<Listener>()
  readonly #uploadListeners = new Map<UploadId, Set<Listener>>()
  /** Changed since listeners were last notified. */
  readonly #changedIds = new Set<UploadId>()
  #uploadIds: readonly UploadId[] | null = null
  #snapshot: QueueSnapshot | null = null
  #serial = 0

  constructor(now: () => number, sources: SourceLookup) {
    this.#totals = new TotalsCounter(now, sources)
  }

  get(uploadId: UploadId): Upload | undefined {
    return this.#uploads.get(uploadId)
  }

  all(): Iterable<Upload> {
    return this.#uploads.values()
  }

  add(upload: Upload): void {
    this.#serial += 1
    this.#serials.set(upload.uploadId, this.#serial)
    this.#uploads.set(upload.uploadId, upload)
    this.#uploadIds = null
    this.changed(upload)
  }

  remove(uploadId: UploadId): void {
    if (!this.#uploads.delete(uploadId)) return
    this.#serials.delete(uploadId)
    this.#views.delete(uploadId)
    this.#totals.remove(uploadId)
    this.#uploadIds = null
    this.#markChanged(uploadId)
  }

  /** Moves an upload to the position of another one that is about to be removed. */
  moveTo(uploadId: UploadId, otherId: UploadId): void {
    const serial = this.#serials.get(otherId)
    if (serial === undefined || !this.#uploads.has(uploadId)) return
    this.#serials.set(uploadId, serial)
    this.#uploadIds = null
  }

  /** Anything in the upload changed. Listeners are notified only by `notifyListeners`. */
  changed(upload: Upload): void {
    if (!this.#uploads.has(upload.uploadId)) return
    this.#views.delete(upload.uploadId)
    this.#totals.count(upload)
    this.#markChanged(upload.uploadId)
  }

  /** Measures the speeds of the totals; call this at most a few times a second. */
  measureTotals(nowMs: number, smoothingOf: (destinationId: DestinationId) => Smoothing): void {
    this.#totals.measure(nowMs, smoothingOf)
    this.#snapshot = null
  }

  notifyListeners(): void {
    if (this.#changedIds.size === 0) return
    const changedIds = [...this.#changedIds]
    this.#changedIds.clear()
    for (const uploadId of changedIds) {
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
    const upload = this.#uploads.get(uploadId)
    if (upload === undefined) return undefined
    const view = this.#views.get(uploadId) ?? viewOf(upload)
    this.#views.set(uploadId, view)
    return view
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
    const serialOf = ({ uploadId }: Upload) => this.#serials.get(uploadId) ?? 0
    return [...this.#uploads.values()]
      .sort(
        (one, other) =>
          other.record.createdAtMs - one.record.createdAtMs || serialOf(other) - serialOf(one),
      )
      .map(({ uploadId }) => uploadId)
  }
}
