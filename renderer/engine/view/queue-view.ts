import type { UploadRecord } from '../../../electron/contract/commands/uploads.ts'
import type { Failure } from '../../../electron/contract/failure/kinds.ts'
import type { SourceId, UploadId } from '../../../electron/contract/ids.ts'

/** The phase that a row shows. The status text begins with the word for its phase. */
export type ViewPhase =
  /** Not admitted yet. */
  | 'waiting'
  | 'preparing'
  | 'uploading'
  /** Paused by the user. */
  | 'paused'
  | 'offline'
  | 'finishing'
  | 'verifying'
  | 'done'
  /** Continues once the user has acted: `failure` says what to do. */
  | 'needs-you'
  | 'failed'
  | 'cancelled'

/** One row. Immutable: a new object whenever anything in it changed. */
export interface UploadView {
  readonly uploadId: UploadId
  readonly record: UploadRecord
  readonly phase: ViewPhase
  /** Acknowledged bytes and bytes in flight; falls only when parts are lost. */
  readonly sentBytes: number
  /** The bytes read so far; set while the file is read again before the upload is finished. */
  readonly verifiedBytes: number | null
  /** Smoothed; null while unknown. */
  readonly bytesPerSecond: number | null
  readonly msLeft: number | null
  /** Why the upload waits, needs the user or failed. */
  readonly failure: Failure | null
  /** When the next attempt starts (epoch ms); set while a retry waits. */
  readonly retryAtMs: number | null
  /** This page cannot read the store's answers, so the host checked instead. */
  readonly hasHiddenAnswers: boolean
  /** Set while the store has yet to confirm that the upload is cancelled. */
  readonly isCancelling: boolean
}

/** The totals of the window. Cancelled uploads do not count. */
export interface QueueTotals {
  readonly uploadCount: number
  /** Not done, not failed, not cancelled. */
  readonly unfinishedCount: number
  /** Preparing, uploading, finishing or verifying. */
  readonly activeCount: number
  readonly pausedCount: number
  readonly doneCount: number
  /** Failed or waiting for the user. */
  readonly stuckCount: number
  /** Stuck uploads that only continue when asked to. */
  readonly failedCount: number
  /** Stuck uploads that wait for the user's decision about an object that already exists. */
  readonly askingCount: number
  /** The first stuck upload. */
  readonly firstStuck: UploadId | null
  /** Unfinished uploads whose file this page has and the host cannot read by itself. */
  readonly pathlessCount: number
  /** A few of them, to show their names. */
  readonly pathless: readonly UploadId[]
  /** Finished since the queue was made; it only grows. */
  readonly finishedCount: number
  readonly lastFinished: UploadId | null
  /** The unfinished uploads and those done since the queue was last idle. */
  readonly sentBytes: number
  readonly totalBytes: number
  readonly bytesPerSecond: number | null
  readonly msLeft: number | null
}

export interface QueueSnapshot {
  /** Newest first. A new array only when rows are added, removed or moved. */
  readonly uploadIds: readonly UploadId[]
  readonly totals: QueueTotals
}

/**
 * The only stateful object of the engine: turns effects into port calls and results into events.
 * For React's `useSyncExternalStore`: listeners are called at most a few times a second for
 * progress, and at once for everything else.
 */
export interface UploadQueue {
  readonly subscribe: (listener: () => void) => () => void
  readonly snapshot: () => QueueSnapshot
  /** Called when this row changed; other rows' progress does not call it. */
  readonly subscribeUpload: (uploadId: UploadId, listener: () => void) => () => void
  readonly upload: (uploadId: UploadId) => UploadView | undefined

  /**
   * Adds or updates records: new ones, those of the last run, and snapshots that the host changed.
   */
  readonly adopt: (records: readonly UploadRecord[]) => void
  /** The user gave the file of this upload again. */
  readonly attachSource: (uploadId: UploadId, sourceId: SourceId) => void
  /**
   * The upload starts again as another upload: the old row is removed, and the new one takes its
   * position and starts.
   */
  readonly supersede: (uploadId: UploadId, successor: UploadRecord) => void
  readonly pause: (uploadId: UploadId) => void
  readonly resume: (uploadId: UploadId) => void
  /** After a failure: continues with the parts that the store has. */
  readonly retry: (uploadId: UploadId) => void
  readonly cancel: (uploadId: UploadId) => void
  readonly pauseAll: () => void
  readonly resumeAll: () => void
  /**
   * Retries failed uploads and uploads that wait for the user, but not those that must be uploaded
   * again.
   */
  readonly retryAll: () => void
  readonly cancelAll: () => void
  /** Removes done and cancelled rows from the list; nothing is deleted in the bucket. */
  readonly clearFinished: () => void
  readonly clear: (uploadId: UploadId) => void
  /** Stops all work and leaves the store and the records as they are. */
  readonly close: () => void
}
