import type { Failure } from '../../../electron/contract/failure.ts'
import { recoveryFrom } from './recovery.ts'
import type { Step, Troubles, UploadEffect, UploadState } from './upload-state.ts'

/** Nothing changes. The same object, so that the runner can tell. */
export function stay(state: UploadState): Step {
  return { state, effects: [] }
}

export function to(state: UploadState, ...effects: readonly UploadEffect[]): Step {
  return { state, effects }
}

/** The person wants it to go on: back into the queue, with a clean slate. */
export function ask(state: UploadState & { phase: 'paused' | 'needs-you' | 'failed' }): Step {
  // The host never heard of a detached source: its record still says "waiting".
  const isMarked = state.phase === 'paused' || isMarkedFailure(state.failure)
  return isMarked
    ? to({ phase: 'queued' }, { type: 'mark', mark: { phase: 'waiting' } })
    : to({ phase: 'queued' })
}

/** Resuming, retrying and starting over share one path: the store is asked what it holds. */
export function prepareAgain(troubles: Troubles): Step {
  return to({ phase: 'preparing', troubles }, { type: 'stop' }, { type: 'prepare' })
}

export function goOffline(troubles: Troubles, afterMs: number): Step {
  return to({ phase: 'offline', troubles }, { type: 'stop' }, { type: 'wait', afterMs })
}

/** Stands still until the person acts; what the store holds stays there. */
export function giveUp(failure: Failure): Step {
  const state = restingState(failure)
  return isMarkedFailure(failure)
    ? to(state, { type: 'stop' }, { type: 'mark', mark: { phase: 'failed', failure } })
    : to(state, { type: 'stop' })
}

/** Where an upload rests after a failure, in this run or in the one before. */
export function restingState(failure: Failure): UploadState & { phase: 'needs-you' | 'failed' } {
  const { kind } = recoveryFrom(failure, { tries: 1, startOvers: 1 }, 0)
  return kind === 'ask-user' ? { phase: 'needs-you', failure } : { phase: 'failed', failure }
}

/**
 * A detached source is this page's lack, not the upload's: the next page may have it, so the
 * records are not told.
 */
function isMarkedFailure(failure: Failure): boolean {
  return failure.kind !== 'source-detached'
}

export function cancelNow(tries: number): Step {
  return to({ phase: 'cancelling', tries, waiting: null }, { type: 'stop' }, { type: 'cancel' })
}
