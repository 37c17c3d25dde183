import type { Failure } from '../../../electron/contract/failure.ts'
import type { PartReceipt, PreparedUpload, UploadMark } from '../../../electron/contract/upload.ts'
import type { PartLedger } from './part-ledger.ts'

/** What an upload remembers of its troubles; forgotten when a part lands or the person acts. */
export interface Troubles {
  /** Failures in a row of prepare and complete that cost a try. */
  readonly tries: number
  readonly startOvers: number
}

export type UploadState =
  /** Waits for a slot among the live uploads. */
  | { readonly phase: 'queued' }
  /** The host begins it on the store, or asks the store what it holds. */
  | { readonly phase: 'preparing'; readonly troubles: Troubles }
  | { readonly phase: 'sending'; readonly troubles: Troubles; readonly ledger: PartLedger }
  /** The host completes it on the store and proves by HEAD that the object is there. */
  | { readonly phase: 'completing'; readonly troubles: Troubles }
  /** After a failed prepare or complete; goes on through `preparing`. */
  | {
      readonly phase: 'retry-waiting'
      readonly troubles: Troubles
      readonly during: 'preparing' | 'completing'
      readonly failure: Failure
      readonly retryAtMs: number
    }
  | { readonly phase: 'offline'; readonly troubles: Troubles }
  | { readonly phase: 'paused' }
  | { readonly phase: 'needs-you'; readonly failure: Failure }
  | { readonly phase: 'failed'; readonly failure: Failure }
  /** `waiting` is set while the host or the store cannot be asked. */
  | {
      readonly phase: 'cancelling'
      readonly tries: number
      readonly waiting: { readonly failure: Failure; readonly retryAtMs: number } | null
    }
  | { readonly phase: 'cancelled' }
  | { readonly phase: 'done' }

export type UploadPhase = UploadState['phase']

/** Time and chance at the moment of a failure, so that `step` needs neither. */
export interface Moment {
  readonly nowMs: number
  readonly jitter: number
}

export type UploadEvent =
  | { readonly type: 'admitted' }
  | { readonly type: 'prepared'; readonly prepared: PreparedUpload }
  | { readonly type: 'parts-granted'; readonly partNumbers: readonly number[] }
  | { readonly type: 'part-landed'; readonly receipt: PartReceipt }
  | {
      readonly type: 'part-failed'
      readonly partNumber: number
      readonly failure: Failure
      readonly moment: Moment
    }
  | { readonly type: 'part-due'; readonly partNumber: number }
  /** Of prepare, complete or cancel, whichever is under way; or of the source. */
  | { readonly type: 'call-failed'; readonly failure: Failure; readonly moment: Moment }
  /** By our own call, or as the host's records say. */
  | { readonly type: 'completed' }
  | { readonly type: 'cancelled' }
  | { readonly type: 'wait-over' }
  | { readonly type: 'network-changed' }
  | { readonly type: 'source-attached' }
  | { readonly type: 'pause-asked' }
  | { readonly type: 'resume-asked' }
  | { readonly type: 'retry-asked' }
  | { readonly type: 'cancel-asked' }

/** What the runner is to do, in this order. */
export type UploadEffect =
  /** Ends everything under way for this upload: requests, reads, timers. */
  | { readonly type: 'stop' }
  | { readonly type: 'prepare' }
  | { readonly type: 'send-parts'; readonly partNumbers: readonly number[] }
  | { readonly type: 'wait-for-part'; readonly partNumber: number; readonly afterMs: number }
  | { readonly type: 'record-part'; readonly receipt: PartReceipt }
  | { readonly type: 'complete' }
  | { readonly type: 'cancel' }
  | { readonly type: 'wait'; readonly afterMs: number }
  | { readonly type: 'mark'; readonly mark: UploadMark }

export interface Step {
  readonly state: UploadState
  readonly effects: readonly UploadEffect[]
}

export const NO_TROUBLES: Troubles = { tries: 0, startOvers: 0 }

/** Those that hold one of the live places: something is under way, or soon will be again. */
export function isLive(state: UploadState): boolean {
  switch (state.phase) {
    case 'preparing':
    case 'sending':
    case 'completing':
    case 'retry-waiting':
    case 'offline':
      return true
    default:
      return false
  }
}
