import type { Failure } from '../../../electron/contract/failure.ts'
import { unreachable } from '../../../electron/contract/unreachable.ts'
import type { PartReceipt, PreparedUpload } from '../../../electron/contract/upload.ts'
import { hasAllLanded, openLedger } from './part-ledger.ts'
import { dueParts, failPart, landed, sendParts } from './part-steps.ts'
import { isWorthTryOnNetworkChange, recoveryFrom } from './recovery.ts'
import {
  isLive,
  type Moment,
  NO_TROUBLES,
  type Step,
  type UploadEvent,
  type UploadState,
} from './upload-state.ts'
import { ask, cancelNow, giveUp, goOffline, prepareAgain, stay, to } from './upload-turns.ts'

/**
 * What an upload becomes when something happens to it, and what is to be done then. Never awaits,
 * times or fetches. Answers every event in every phase; what means nothing there changes nothing.
 */
export function step(state: UploadState, event: UploadEvent): Step {
  switch (event.type) {
    case 'admitted':
      if (state.phase !== 'queued') return stay(state)
      return to({ phase: 'preparing', troubles: NO_TROUBLES }, { type: 'prepare' })
    case 'prepared':
      return afterPrepare(state, event.prepared)
    case 'parts-granted':
      return state.phase === 'sending' ? sendParts(state, event.partNumbers) : stay(state)
    case 'part-landed':
      return afterLanding(state, event.receipt)
    case 'part-failed':
      if (state.phase !== 'sending') return stay(state)
      return failPart(state, event.partNumber, event.failure, event.moment)
    case 'part-due':
      if (state.phase !== 'sending') return stay(state)
      return dueParts(state, (partNumber) => partNumber === event.partNumber)
    case 'call-failed':
      return afterFailedCall(state, event.failure, event.moment)
    case 'completed':
      return afterCompletion(state)
    case 'cancelled':
      return afterCancellation(state)
    case 'wait-over':
      return afterWait(state)
    case 'network-changed':
      return afterNetworkChange(state)
    case 'source-attached':
      return afterSource(state)
    case 'pause-asked':
      return pause(state)
    case 'resume-asked':
      return state.phase === 'paused' ? ask(state) : nudge(state)
    case 'retry-asked':
      return state.phase === 'failed' || state.phase === 'needs-you' ? ask(state) : nudge(state)
    case 'cancel-asked':
      return cancel(state)
    default:
      return unreachable(event)
  }
}

function afterPrepare(state: UploadState, prepared: PreparedUpload): Step {
  if (state.phase !== 'preparing') return stay(state)
  const ledger = openLedger(prepared.plan, prepared.held)
  if (prepared.isComplete || hasAllLanded(ledger)) {
    return to({ phase: 'completing', troubles: state.troubles }, { type: 'complete' })
  }
  return to({ phase: 'sending', troubles: state.troubles, ledger })
}

/** A part can land after the person pauses. S3 holds it either way, so it is recorded then, too. */
function afterLanding(state: UploadState, receipt: PartReceipt): Step {
  switch (state.phase) {
    case 'sending':
      return landed(state, receipt)
    case 'cancelling':
    case 'cancelled':
    case 'done':
    case 'completing':
      return stay(state)
    default:
      return to(state, { type: 'record-part', receipt })
  }
}

function afterFailedCall(state: UploadState, failure: Failure, moment: Moment): Step {
  if (state.phase === 'cancelling') return afterFailedCancel(state, failure, moment)
  if (!canCallFail(state)) return stay(state)
  const { troubles } = state
  const attempt = { tries: troubles.tries + 1, startOvers: troubles.startOvers }
  const recovery = recoveryFrom(failure, attempt, moment.jitter)
  switch (recovery.kind) {
    case 'wait':
      return goOffline(troubles, recovery.afterMs)
    case 'retry':
    case 'sign-again': {
      const isFree = recovery.kind === 'retry' && !recovery.costsTry
      return to(
        {
          phase: 'retry-waiting',
          troubles: isFree ? troubles : { ...troubles, tries: attempt.tries },
          during: state.phase === 'completing' ? 'completing' : 'preparing',
          failure,
          retryAtMs: moment.nowMs + recovery.afterMs,
        },
        { type: 'stop' },
        { type: 'wait', afterMs: recovery.afterMs },
      )
    }
    case 'start-over':
      return prepareAgain({ tries: attempt.tries, startOvers: troubles.startOvers + 1 })
    case 'ask-user':
    case 'give-up':
      return giveUp(failure)
    default:
      return unreachable(recovery)
  }
}

/** While sending, it is the file as a whole that cannot be had. */
function canCallFail(
  state: UploadState,
): state is UploadState & { phase: 'preparing' | 'sending' | 'completing' } {
  return ['preparing', 'sending', 'completing'].includes(state.phase)
}

function afterFailedCancel(
  state: UploadState & { phase: 'cancelling' },
  failure: Failure,
  moment: Moment,
): Step {
  const tries = state.tries + 1
  const recovery = recoveryFrom(failure, { tries, startOvers: 0 }, moment.jitter)
  switch (recovery.kind) {
    case 'wait':
    case 'retry':
    case 'sign-again': {
      const isFree = recovery.kind === 'wait' || (recovery.kind === 'retry' && !recovery.costsTry)
      return to(
        {
          phase: 'cancelling',
          tries: isFree ? state.tries : tries,
          waiting: { failure, retryAtMs: moment.nowMs + recovery.afterMs },
        },
        { type: 'wait', afterMs: recovery.afterMs },
      )
    }
    case 'start-over':
      return to({ phase: 'cancelling', tries, waiting: null }, { type: 'cancel' })
    case 'ask-user':
    case 'give-up':
      return giveUp(failure)
    default:
      return unreachable(recovery)
  }
}

function afterCompletion(state: UploadState): Step {
  if (state.phase === 'done' || state.phase === 'cancelled') return stay(state)
  return to({ phase: 'done' }, { type: 'stop' })
}

function afterCancellation(state: UploadState): Step {
  if (state.phase === 'done' || state.phase === 'cancelled') return stay(state)
  return to({ phase: 'cancelled' }, { type: 'stop' })
}

function afterWait(state: UploadState): Step {
  switch (state.phase) {
    case 'retry-waiting':
    case 'offline':
      return prepareAgain(state.troubles)
    case 'cancelling':
      return state.waiting === null ? stay(state) : cancelNow(state.tries)
    default:
      return stay(state)
  }
}

function afterNetworkChange(state: UploadState): Step {
  switch (state.phase) {
    case 'offline':
      return prepareAgain(state.troubles)
    case 'retry-waiting':
      return isWorthTryOnNetworkChange(state.failure) ? prepareAgain(state.troubles) : stay(state)
    case 'cancelling':
      return state.waiting !== null && isWorthTryOnNetworkChange(state.waiting.failure)
        ? cancelNow(state.tries)
        : stay(state)
    case 'sending':
      return dueParts(state, (_, failure) => isWorthTryOnNetworkChange(failure))
    default:
      return stay(state)
  }
}

function afterSource(state: UploadState): Step {
  switch (state.phase) {
    case 'needs-you':
      return state.failure.kind === 'source-detached' ? ask(state) : stay(state)
    case 'failed':
      return state.failure.kind.startsWith('source-') ? ask(state) : stay(state)
    default:
      return stay(state)
  }
}

function pause(state: UploadState): Step {
  const mark = { type: 'mark', mark: { phase: 'paused' } } as const
  switch (state.phase) {
    case 'queued':
      return to({ phase: 'paused' }, mark)
    case 'preparing':
    case 'sending':
    case 'retry-waiting':
    case 'offline':
      return to({ phase: 'paused' }, { type: 'stop' }, mark)
    // Completing lasts a moment and cannot be taken back; the others do not move anyway.
    default:
      return stay(state)
  }
}

/** The person would rather not wait: what waits by itself goes on at once, with a clean slate. */
function nudge(state: UploadState): Step {
  switch (state.phase) {
    case 'retry-waiting':
    case 'offline':
      return prepareAgain(NO_TROUBLES)
    case 'sending':
      return dueParts(state, () => true)
    default:
      return stay(state)
  }
}

function cancel(state: UploadState): Step {
  switch (state.phase) {
    case 'done':
    case 'cancelled':
      return stay(state)
    case 'cancelling':
      return state.waiting === null ? stay(state) : cancelNow(0)
    default:
      return isLive(state)
        ? to({ phase: 'cancelling', tries: 0, waiting: null }, { type: 'stop' }, { type: 'cancel' })
        : to({ phase: 'cancelling', tries: 0, waiting: null }, { type: 'cancel' })
  }
}
