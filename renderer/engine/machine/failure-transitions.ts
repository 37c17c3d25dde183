import type { Failure } from '../../../electron/contract/failure/kinds.ts'
import { unreachable } from '../../../electron/lib/unreachable.ts'
import {
  attemptAfter,
  countsAfter,
  NO_RETRIES,
  type Recovery,
  type RetryCounts,
  recoveryFrom,
} from '../retry-policy.ts'
import type { InPhase, Moment, RetryBudget, Step, UploadEffect, UploadState } from './state.ts'

/** A call of the whole upload failed, or its file cannot be had. */
export function afterFailedCall(state: UploadState, failure: Failure, moment: Moment): Step {
  switch (state.phase) {
    case 'preparing':
    case 'sending':
    case 'verifying':
    case 'completing':
      return uploadFailed(state, failure, moment)
    case 'cancelling':
      return cancelFailed(state, failure, moment)
    // Of a run that has ended meanwhile.
    default:
      return stay(state)
  }
}

function uploadFailed(
  state: InPhase<'preparing' | 'sending' | 'verifying' | 'completing'>,
  failure: Failure,
  moment: Moment,
): Step {
  const { troubles } = state
  const attempt = attemptAfter(troubles, troubles.startOvers)
  const recovery = recoveryFrom(failure, attempt, moment.jitter)
  if (recovery.kind !== 'retry' && recovery.kind !== 'sign-again') {
    return recover(troubles, failure, recovery, moment)
  }
  return to(
    {
      phase: 'retry-waiting',
      troubles: { ...countsAfter(troubles, recovery), startOvers: troubles.startOvers },
      during: state.phase === 'sending' ? 'preparing' : state.phase,
      failure,
      retryAtMs: moment.nowMs + recovery.afterMs,
    },
    { type: 'stop' },
    { type: 'wait', afterMs: recovery.afterMs },
  )
}

function cancelFailed(state: InPhase<'cancelling'>, failure: Failure, moment: Moment): Step {
  const recovery = recoveryFrom(failure, attemptAfter(state.spent, 0), moment.jitter)
  switch (recovery.kind) {
    case 'wait':
    case 'retry':
    case 'sign-again':
    case 'ask-and-retry': {
      const isAnswer = recovery.kind === 'retry' || recovery.kind === 'sign-again'
      return to(
        {
          phase: 'cancelling',
          spent: isAnswer ? countsAfter(state.spent, recovery) : state.spent,
          waiting: { failure, retryAtMs: moment.nowMs + recovery.afterMs },
        },
        { type: 'wait', afterMs: recovery.afterMs },
      )
    }
    case 'prepare-again':
    case 'start-over': {
      const spent = countsAfter(state.spent, recovery)
      return to({ phase: 'cancelling', spent, waiting: null }, { type: 'cancel' })
    }
    case 'ask-user':
    case 'give-up':
      return giveUp(failure)
    case 'end':
      return endAs('cancelled')
    default:
      return unreachable(recovery)
  }
}

/** Nothing changes. The same object, so that the runner can tell. */
export function stay(state: UploadState): Step {
  return { state, effects: [] }
}

export function to(state: UploadState, ...effects: readonly UploadEffect[]): Step {
  return { state, effects }
}

/** The person wants it to go on: back into the queue, with a clean slate. */
export function requeue(state: InPhase<'paused' | 'needs-you' | 'failed'>): Step {
  // The host never heard of a detached source: its record still says "waiting".
  const isMarked = state.phase === 'paused' || isMarkedFailure(state.failure)
  return isMarked
    ? to({ phase: 'queued' }, { type: 'mark', mark: { phase: 'waiting' } })
    : to({ phase: 'queued' })
}

/** Resuming, retrying, waking and starting over share one path: the store is asked. */
export function prepareAgain(troubles: RetryBudget): Step {
  return to({ phase: 'preparing', troubles }, { type: 'stop' }, { type: 'prepare' })
}

/** What follows a failure for the upload as a whole, when not just this one thing is tried again. */
export function recover(
  troubles: RetryBudget,
  failure: Failure,
  recovery: Exclude<Recovery, { kind: 'retry' | 'sign-again' }>,
  moment: Moment,
): Step {
  const { startOvers } = troubles
  switch (recovery.kind) {
    case 'wait':
      return waitAs({ phase: 'offline', troubles }, recovery.afterMs)
    case 'ask-and-retry': {
      const retryAtMs = moment.nowMs + recovery.afterMs
      return waitAs({ phase: 'blocked', troubles, failure, retryAtMs }, recovery.afterMs)
    }
    case 'prepare-again':
      return prepareAgain({ ...countsAfter(troubles, recovery), startOvers })
    case 'start-over':
      return prepareAgain({ ...countsAfter(troubles, recovery), startOvers: startOvers + 1 })
    case 'ask-user':
    case 'give-up':
      return giveUp(failure)
    case 'end':
      return endAs('cancelled')
    default:
      return unreachable(recovery)
  }
}

export function endAs(phase: 'done' | 'cancelled'): Step {
  return to({ phase }, { type: 'stop' })
}

export function waitAs(state: UploadState, afterMs: number): Step {
  return to(state, { type: 'stop' }, { type: 'wait', afterMs })
}

/** Stands still until the person acts; what the store holds stays there. */
export function giveUp(failure: Failure): Step {
  const state = restingState(failure)
  return isMarkedFailure(failure)
    ? to(state, { type: 'stop' }, { type: 'mark', mark: { phase: 'failed', failure } })
    : to(state, { type: 'stop' })
}

/** Where an upload rests after a failure, in this run or in the one before. */
export function restingState(failure: Failure): InPhase<'needs-you' | 'failed'> {
  const { kind } = recoveryFrom(failure, EXHAUSTED, 0)
  const isForPerson = kind === 'ask-user' || kind === 'ask-and-retry'
  return isForPerson ? { phase: 'needs-you', failure } : { phase: 'failed', failure }
}

const EXHAUSTED = {
  failures: Number.MAX_SAFE_INTEGER,
  tries: Number.MAX_SAFE_INTEGER,
  startOvers: Number.MAX_SAFE_INTEGER,
}

/**
 * A detached source is this page's lack, not the upload's: the next page may have it, so the
 * records are not told.
 */
function isMarkedFailure(failure: Failure): boolean {
  return failure.kind !== 'source-detached'
}

export function cancelNow(spent: RetryCounts): Step {
  return to({ phase: 'cancelling', spent, waiting: null }, { type: 'stop' }, { type: 'cancel' })
}

/** The first time: a state that is not live has nothing to stop. */
export function beginCancel(hasRun: boolean): Step {
  const state = { phase: 'cancelling', spent: NO_RETRIES, waiting: null } as const
  return hasRun ? cancelNow(NO_RETRIES) : to(state, { type: 'cancel' })
}
