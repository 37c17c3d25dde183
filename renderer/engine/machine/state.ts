import type { Failure } from '../../../electron/contract/failure/kinds.ts'
import type { RetryBudget } from '../retry-policy.ts'
import type { UploadEffect } from './events.ts'
import type { PartTable } from './part-table.ts'

export type UploadState =
  /** Waits to be admitted among the live uploads. */
  | { readonly phase: 'queued' }
  /** The host creates the upload on the store, or asks the store which parts it has. */
  | { readonly phase: 'preparing'; readonly budget: RetryBudget }
  | { readonly phase: 'sending'; readonly budget: RetryBudget; readonly parts: PartTable }
  /**
   * The store has every part; the file is read again to check that it has not changed meanwhile.
   */
  | { readonly phase: 'verifying'; readonly budget: RetryBudget }
  /** The host completes the upload on the store and checks with HEAD that the object is there. */
  | { readonly phase: 'completing'; readonly budget: RetryBudget }
  /** After a failure of the whole upload; continues with `preparing`. */
  | {
      readonly phase: 'retry-waiting'
      readonly budget: RetryBudget
      readonly during: 'preparing' | 'verifying' | 'completing'
      readonly failure: Failure
      readonly retryAtMs: number
    }
  /** The user should do something; meanwhile the upload is retried now and then. */
  | {
      readonly phase: 'blocked'
      readonly budget: RetryBudget
      readonly failure: Failure
      readonly retryAtMs: number
    }
  | { readonly phase: 'offline'; readonly budget: RetryBudget }
  /** The computer is asleep. */
  | { readonly phase: 'asleep'; readonly budget: RetryBudget }
  | { readonly phase: 'paused' }
  /** Continues once the user has acted. */
  | { readonly phase: 'needs-you'; readonly failure: Failure }
  | { readonly phase: 'failed'; readonly failure: Failure }
  /** `waiting` is set while the host or the store cannot be reached. */
  | {
      readonly phase: 'cancelling'
      readonly budget: RetryBudget
      readonly waiting: { readonly failure: Failure; readonly retryAtMs: number } | null
    }
  | { readonly phase: 'cancelled' }
  | { readonly phase: 'done' }

export type UploadPhase = UploadState['phase']
export type InPhase<P extends UploadPhase> = UploadState & { readonly phase: P }

/** Work is in progress in these phases, or will be again soon. */
const LIVE = {
  queued: false,
  preparing: true,
  sending: true,
  verifying: true,
  completing: true,
  'retry-waiting': true,
  blocked: true,
  offline: true,
  asleep: true,
  paused: false,
  'needs-you': false,
  failed: false,
  cancelling: false,
  cancelled: false,
  done: false,
} as const satisfies Readonly<Record<UploadPhase, boolean>>

export type LivePhase = {
  [P in UploadPhase]: (typeof LIVE)[P] extends true ? P : never
}[UploadPhase]

/** True: it counts as a live upload; the number of live uploads is limited. */
export function isLive(state: UploadState): state is InPhase<LivePhase> {
  return LIVE[state.phase]
}

export interface Step {
  readonly state: UploadState
  readonly effects: readonly UploadEffect[]
}

/** Nothing changes. Returns the same object, so that the event loop can tell. */
export function stay(state: UploadState): Step {
  return { state, effects: [] }
}

export function to(state: UploadState, ...effects: readonly UploadEffect[]): Step {
  return { state, effects }
}
