import type { Failure } from '../../../electron/contract/failure/kinds.ts'
import { unreachable } from '../../../electron/lib/unreachable.ts'
import {
  budgetAfter,
  type Recovery,
  type RetryBudget,
  recoveryFrom,
  withFailure,
} from '../retry-policy.ts'
import type { Moment } from './events.ts'
import { type InPhase, type Step, stay, to, type UploadState } from './state.ts'

/** A call for the whole upload failed, or its file cannot be read. */
export function callFailed(state: UploadState, failure: Failure, moment: Moment): Step {
  switch (state.phase) {
    case 'preparing':
    case 'sending':
    case 'verifying':
    case 'completing':
      return uploadFailed(state, failure, moment)
    case 'cancelling':
      return cancelFailed(state, failure, moment)
    // The failed call belonged to a run that has since ended.
    case 'queued':
    case 'retry-waiting':
    case 'blocked':
    case 'offline':
    case 'asleep':
    case 'paused':
    case 'needs-you':
    case 'failed':
    case 'cancelled':
    case 'done':
      return stay(state)
    default:
      return unreachable(state)
  }
}

function uploadFailed(
  state: InPhase<'preparing' | 'sending' | 'verifying' | 'completing'>,
  failure: Failure,
  moment: Moment,
): Step {
  const { budget } = state
  const recovery = recoveryFrom(failure, withFailure(budget), moment.jitter)
  if (recovery.kind !== 'retry' && recovery.kind !== 'sign-again') {
    return recover(budget, failure, recovery, moment)
  }
  return waitAs(
    {
      phase: 'retry-waiting',
      budget: budgetAfter(budget, recovery),
      during: state.phase === 'sending' ? 'preparing' : state.phase,
      failure,
      retryAtMs: moment.nowMs + recovery.afterMs,
    },
    recovery.afterMs,
  )
}

function cancelFailed(state: InPhase<'cancelling'>, failure: Failure, moment: Moment): Step {
  const recovery = recoveryFrom(failure, withFailure(state.budget), moment.jitter)
  switch (recovery.kind) {
    case 'retry':
    case 'sign-again':
      return waitToCancel(budgetAfter(state.budget, recovery), recovery.afterMs)
    case 'wait':
    case 'ask-and-retry':
      return waitToCancel(state.budget, recovery.afterMs)
    case 'prepare-again':
    case 'start-over': {
      const budget = budgetAfter(state.budget, recovery)
      return to({ phase: 'cancelling', budget, waiting: null }, { type: 'cancel' })
    }
    case 'ask-user':
    case 'give-up':
      return giveUp(failure)
    case 'end':
      return endAs('cancelled')
    default:
      return unreachable(recovery)
  }

  function waitToCancel(budget: RetryBudget, afterMs: number): Step {
    const waiting = { failure, retryAtMs: moment.nowMs + afterMs }
    return to({ phase: 'cancelling', budget, waiting }, { type: 'wait', afterMs })
  }
}

/** How the whole upload reacts to a failure when repeating the same step is not enough. */
export function recover(
  budget: RetryBudget,
  failure: Failure,
  recovery: Exclude<Recovery, { kind: 'retry' | 'sign-again' }>,
  moment: Moment,
): Step {
  switch (recovery.kind) {
    case 'wait':
      return waitAs({ phase: 'offline', budget }, recovery.afterMs)
    case 'ask-and-retry': {
      const retryAtMs = moment.nowMs + recovery.afterMs
      return waitAs({ phase: 'blocked', budget, failure, retryAtMs }, recovery.afterMs)
    }
    case 'prepare-again':
    case 'start-over':
      return prepareAgain(budgetAfter(budget, recovery))
    case 'ask-user':
    case 'give-up':
      return giveUp(failure)
    case 'end':
      return endAs('cancelled')
    default:
      return unreachable(recovery)
  }
}

/** Resuming, retrying, waking and starting over share this path: the host asks the store first. */
export function prepareAgain(budget: RetryBudget): Step {
  return to({ phase: 'preparing', budget }, { type: 'stop' }, { type: 'prepare' })
}

export function waitAs(state: UploadState, afterMs: number): Step {
  return to(state, { type: 'stop' }, { type: 'wait', afterMs })
}

export function endAs(phase: 'done' | 'cancelled'): Step {
  return to({ phase }, { type: 'stop' })
}

export function cancelNow(budget: RetryBudget): Step {
  return to({ phase: 'cancelling', budget, waiting: null }, { type: 'stop' }, { type: 'cancel' })
}

/** The upload stops until the user acts; the store keeps the parts that it has. */
function giveUp(failure: Failure): Step {
  const state = restingState(failure)
  return isRecorded(failure)
    ? to(state, { type: 'stop' }, { type: 'mark', mark: { phase: 'failed', failure } })
    : to(state, { type: 'stop' })
}

/** The state of an upload that stopped after a failure, in this run or an earlier one. */
export function restingState(failure: Failure): InPhase<'needs-you' | 'failed'> {
  const { kind } = recoveryFrom(failure, EXHAUSTED, 0)
  const canUserFix = kind === 'ask-user' || kind === 'ask-and-retry'
  return canUserFix ? { phase: 'needs-you', failure } : { phase: 'failed', failure }
}

const EXHAUSTED: RetryBudget = {
  failures: Number.MAX_SAFE_INTEGER,
  tries: Number.MAX_SAFE_INTEGER,
  startOvers: Number.MAX_SAFE_INTEGER,
}

/** Returns the upload to the queue with a fresh retry budget, since the user asked for it. */
export function requeue(state: InPhase<'paused' | 'needs-you' | 'failed'>): Step {
  return state.phase === 'paused' || isRecorded(state.failure)
    ? to({ phase: 'queued' }, { type: 'mark', mark: { phase: 'waiting' } })
    : to({ phase: 'queued' })
}

/**
 * False if only this page lacks the source (detached): the next page may have it, so the host's
 * record keeps saying "waiting".
 */
function isRecorded(failure: Failure): boolean {
  return failure.kind !== 'source-detached'
}
