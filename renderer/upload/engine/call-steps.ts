import type { Failure } from '../../../electron/contract/failure/kinds.ts'
import { unreachable } from '../../../electron/lib/unreachable.ts'
import type { InPhase, Moment, Step, UploadState } from '../../engine/machine/state.ts'
import { attemptAfter, countsAfter, recoveryFrom } from '../../engine/retry-policy.ts'
import { endAs, giveUp, recover, stay, to } from './upload-turns.ts'

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
