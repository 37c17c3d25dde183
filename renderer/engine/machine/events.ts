import type {
  PartReceipt,
  PreparedUpload,
  UploadMark,
} from '../../../electron/contract/commands/uploads.ts'
import type { Failure } from '../../../electron/contract/failure/kinds.ts'

/** The time and a random number at the moment of a failure, so that `step` needs no clock. */
export interface Moment {
  readonly nowMs: number
  /** Uniform in [0, 1). */
  readonly jitter: number
}

/** Everything that can happen to an upload. */
export type UploadEvent =
  | { readonly type: 'admitted' }
  | { readonly type: 'prepared'; readonly prepared: PreparedUpload }
  | { readonly type: 'parts-granted'; readonly partNumbers: readonly number[] }
  | { readonly type: 'part-acknowledged'; readonly receipt: PartReceipt }
  | {
      readonly type: 'part-failed'
      readonly partNumber: number
      readonly failure: Failure
      readonly moment: Moment
    }
  | { readonly type: 'part-due'; readonly partNumber: number }
  /** The store's parts have the checksums of the current file. */
  | { readonly type: 'verified' }
  /** The current prepare, verify, complete or cancel call failed, or the source cannot be read. */
  | { readonly type: 'call-failed'; readonly failure: Failure; readonly moment: Moment }
  /** The answer to our own call, or found in the host's records. */
  | { readonly type: 'completed' }
  | { readonly type: 'cancelled' }
  | { readonly type: 'wait-over' }
  | { readonly type: 'network-changed' }
  /** The computer is about to sleep. */
  | { readonly type: 'slept' }
  | { readonly type: 'woke' }
  | { readonly type: 'source-attached' }
  | { readonly type: 'pause-asked' }
  | { readonly type: 'resume-asked' }
  | { readonly type: 'retry-asked' }
  | { readonly type: 'cancel-asked' }

/** The effects to run after a step, in this order. */
export type UploadEffect =
  /** Stops everything in progress for this upload: requests, reads, timers. */
  | { readonly type: 'stop' }
  | { readonly type: 'prepare' }
  | { readonly type: 'send-parts'; readonly partNumbers: readonly number[] }
  | { readonly type: 'wait-for-part'; readonly partNumber: number; readonly afterMs: number }
  | { readonly type: 'record-part'; readonly receipt: PartReceipt }
  /**
   * Reads parts again in the background, to compare them with the store's. `stored`: parts that
   * were on the store before; `acknowledged`: also parts that this page sent.
   */
  | { readonly type: 'reread'; readonly which: 'stored' | 'acknowledged' }
  | { readonly type: 'verify' }
  | { readonly type: 'complete' }
  | { readonly type: 'cancel' }
  | { readonly type: 'wait'; readonly afterMs: number }
  | { readonly type: 'mark'; readonly mark: UploadMark }
