import type {
  PartReceipt,
  PreparedUpload,
  UploadMark,
} from '../../../electron/contract/commands/uploads.ts'
import type { Failure } from '../../../electron/contract/failure/kinds.ts'
import { NO_RETRIES, type RetryCounts } from '../retry-policy.ts'
import type { PartTable } from './part-table.ts'

/** What an upload remembers of its troubles; forgotten when a part lands or the person acts. */
export interface RetryBudget extends RetryCounts {
  /** Not forgotten when a part lands. */
  readonly startOvers: number
}

export type UploadState =
  /** Waits for a slot among the live uploads. */
  | { readonly phase: 'queued' }
  /** The host begins it on the store, or asks the store what it holds. */
  | { readonly phase: 'preparing'; readonly troubles: RetryBudget }
  | { readonly phase: 'sending'; readonly troubles: RetryBudget; readonly ledger: PartTable }
  /** The store has all of a file in parts; whether it is one and the same file is looked up. */
  | { readonly phase: 'verifying'; readonly troubles: RetryBudget }
  /** The host completes it on the store and proves by HEAD that the object is there. */
  | { readonly phase: 'completing'; readonly troubles: RetryBudget }
  /** After a failure of the whole; goes on through `preparing`. */
  | {
      readonly phase: 'retry-waiting'
      readonly troubles: RetryBudget
      readonly during: 'preparing' | 'verifying' | 'completing'
      readonly failure: Failure
      readonly retryAtMs: number
    }
  /** The person should do something, and until then it is tried again by itself. */
  | {
      readonly phase: 'blocked'
      readonly troubles: RetryBudget
      readonly failure: Failure
      readonly retryAtMs: number
    }
  | { readonly phase: 'offline'; readonly troubles: RetryBudget }
  /** The computer is. */
  | { readonly phase: 'asleep'; readonly troubles: RetryBudget }
  | { readonly phase: 'paused' }
  | { readonly phase: 'needs-you'; readonly failure: Failure }
  | { readonly phase: 'failed'; readonly failure: Failure }
  /** `waiting` is set while the host or the store cannot be asked. */
  | {
      readonly phase: 'cancelling'
      readonly spent: RetryCounts
      readonly waiting: { readonly failure: Failure; readonly retryAtMs: number } | null
    }
  | { readonly phase: 'cancelled' }
  | { readonly phase: 'done' }

export type UploadPhase = UploadState['phase']
/** `At<'sending'>`: an upload in that phase. */
export type InPhase<P extends UploadPhase> = UploadState & { readonly phase: P }

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
  /** The bytes that the store has are the file's. */
  | { readonly type: 'verified' }
  /** Of prepare, verify, complete or cancel, whichever is under way; or of the source. */
  | { readonly type: 'call-failed'; readonly failure: Failure; readonly moment: Moment }
  /** By our own call, or as the host's records say. */
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

/** What the runner is to do, in this order. */
export type UploadEffect =
  /** Ends everything under way for this upload: requests, reads, timers. */
  | { readonly type: 'stop' }
  | { readonly type: 'prepare' }
  | { readonly type: 'send-parts'; readonly partNumbers: readonly number[] }
  | { readonly type: 'wait-for-part'; readonly partNumber: number; readonly afterMs: number }
  | { readonly type: 'record-part'; readonly receipt: PartReceipt }
  /** Reads again, whenever there is nothing better to read, what need not be sent (any more). */
  | { readonly type: 'reread'; readonly which: 'held' | 'landed' }
  | { readonly type: 'verify' }
  | { readonly type: 'complete' }
  | { readonly type: 'cancel' }
  | { readonly type: 'wait'; readonly afterMs: number }
  | { readonly type: 'mark'; readonly mark: UploadMark }

export interface Step {
  readonly state: UploadState
  readonly effects: readonly UploadEffect[]
}

export const FRESH_BUDGET: RetryBudget = { ...NO_RETRIES, startOvers: 0 }

export type LivePhase =
  | 'preparing'
  | 'sending'
  | 'verifying'
  | 'completing'
  | 'retry-waiting'
  | 'blocked'
  | 'offline'
  | 'asleep'

/** Those that hold one of the live places: something is under way, or soon will be again. */
export function isLive(state: UploadState): state is InPhase<LivePhase> {
  return 'troubles' in state
}
