import type { UploadRecord } from '../../../electron/contract/commands/uploads.ts'
import type { Failure } from '../../../electron/contract/failure/kinds.ts'
import type { SourceId, UploadId } from '../../../electron/contract/ids.ts'

/** What a row shows. The status text begins with the word for its phase. */
export type ViewPhase =
  /** No slot yet. */
  | 'waiting'
  | 'preparing'
  | 'uploading'
  /** By the person. */
  | 'paused'
  | 'offline'
  | 'finishing'
  | 'verifying'
  | 'done'
  /** Goes on after the person has done something: `failure` says what. */
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
  /** Set while the file is read once more before the upload is finished: bytes read so far. */
  readonly verifiedBytes: number | null
  /** Smoothed; null while unknown. */
  readonly bytesPerSecond: number | null
  readonly msLeft: number | null
  /** Why it waits, needs the person or failed. */
  readonly failure: Failure | null
  /** Set while a retry waits: when the next try begins (epoch ms). */
  readonly retryAtMs: number | null
  /** The store's answers cannot be read by this page, so the host looked for it. */
  readonly hasHiddenAnswers: boolean
  /** Set when the upload waits because Cancel is still being confirmed by the store. */
  readonly isCancelling: boolean
}

/** The window's sum. Cancelled uploads do not count. */
export interface QueueTotals {
  readonly uploadCount: number
  /** Not done, not failed, not cancelled. */
  readonly unfinishedCount: number
  /** Preparing, uploading, finishing or verifying. */
  readonly activeCount: number
  readonly pausedCount: number
  readonly doneCount: number
  /** Failed or waiting for the person. */
  readonly stuckCount: number
  /** Among the stuck those that only go on when asked to. */
  readonly failedCount: number
  /** Among the stuck those that wait for a word on an object that is there already. */
  readonly askingCount: number
  /** The first of the stuck. */
  readonly firstStuck: UploadId | null
  /** Unfinished, with a file that this page has and the host cannot read by itself. */
  readonly pathlessCount: number
  /** A few of them, to be named. */
  readonly pathless: readonly UploadId[]
  /** Finished since the queue was made; it only grows. */
  readonly finishedCount: number
  readonly lastFinished: UploadId | null
  /** Of the unfinished uploads and those done since the queue was last idle. */
  readonly sentBytes: number
  readonly totalBytes: number
  readonly bytesPerSecond: number | null
  readonly msLeft: number | null
}

export interface QueueSnapshot {
  /** Newest first. A new array only when rows come, go or move. */
  readonly uploadIds: readonly UploadId[]
  readonly totals: QueueTotals
}

/**
 * The only stateful object of the engine: turns effects into port calls and results into events.
 * For React's `useSyncExternalStore`: listeners are called at most a few times a second for
 * progress, at once for everything else.
 */
export interface UploadQueue {
  readonly subscribe: (listener: () => void) => () => void
  readonly snapshot: () => QueueSnapshot
  /** Called when this row changed; other rows' progress does not call it. */
  readonly subscribeUpload: (uploadId: UploadId, listener: () => void) => () => void
  readonly upload: (uploadId: UploadId) => UploadView | undefined

  /** Takes records in: new ones, those of the last run, and snapshots the host changed. */
  readonly adopt: (records: readonly UploadRecord[]) => void
  /** The file of this upload was given again. */
  readonly attachSource: (uploadId: UploadId, sourceId: SourceId) => void
  /** Begun anew as another upload: the old row leaves, the new one takes its place and starts. */
  readonly supersede: (uploadId: UploadId, successor: UploadRecord) => void
  readonly pause: (uploadId: UploadId) => void
  readonly resume: (uploadId: UploadId) => void
  /** After a failure: from the parts that the store holds. */
  readonly retry: (uploadId: UploadId) => void
  readonly cancel: (uploadId: UploadId) => void
  readonly pauseAll: () => void
  readonly resumeAll: () => void
  /** Those that failed, and those that wait for the person; not those to be uploaded again. */
  readonly retryAll: () => void
  readonly cancelAll: () => void
  /** Done and cancelled rows leave the list; nothing is deleted in the bucket. */
  readonly clearFinished: () => void
  readonly clear: (uploadId: UploadId) => void
  /** Stops driving, leaves the store and the records as they are. */
  readonly close: () => void
}
