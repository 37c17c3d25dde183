import type { PartReceipt, PreparedUpload } from '../../../electron/contract/commands/uploads.ts'
import { unreachable } from '../../../electron/lib/unreachable.ts'
import { ASLEEP_RECHECK_MS, FRESH_BUDGET, isRetriedOnNetworkChange } from '../retry-policy.ts'
import type { UploadEvent } from './events.ts'
import {
  callFailed,
  cancelNow,
  endAs,
  prepareAgain,
  requeue,
  waitAs,
} from './failure-transitions.ts'
import { isAllAcknowledged, newPartTable } from './part-table.ts'
import {
  allAcknowledged,
  endWaits,
  partAcknowledged,
  partFailed,
  partsGranted,
} from './part-transitions.ts'
import { isLive, type Step, stay, to, type UploadState } from './state.ts'

/**
 * The next state of an upload after an event, and the effects to run. Never awaits, sets timers or
 * fetches. Every event is handled in every phase; where it does not apply, nothing changes.
 */
export function step(state: UploadState, event: UploadEvent): Step {
  switch (event.type) {
    case 'admitted':
      if (state.phase !== 'queued') return stay(state)
      return to({ phase: 'preparing', budget: FRESH_BUDGET }, { type: 'prepare' })
    case 'prepared':
      return prepared(state, event.prepared)
    case 'parts-granted':
      return state.phase === 'sending' ? partsGranted(state, event.partNumbers) : stay(state)
    case 'part-acknowledged':
      return acknowledged(state, event.receipt)
    case 'part-failed':
      if (state.phase !== 'sending') return stay(state)
      return partFailed(state, event.partNumber, event.failure, event.moment)
    case 'part-due':
      if (state.phase !== 'sending') return stay(state)
      return endWaits(state, (partNumber) => partNumber === event.partNumber)
    case 'verified':
      if (state.phase !== 'verifying') return stay(state)
      return to({ phase: 'completing', budget: state.budget }, { type: 'complete' })
    case 'call-failed':
      return callFailed(state, event.failure, event.moment)
    case 'completed':
      return ended(state, 'done')
    case 'cancelled':
      return ended(state, 'cancelled')
    case 'wait-over':
      return waitOver(state)
    case 'network-changed':
      return networkChanged(state)
    case 'slept':
      return slept(state)
    case 'woke':
      return woke(state)
    case 'source-attached':
      return sourceAttached(state)
    case 'pause-asked':
      return pause(state)
    case 'resume-asked':
      return state.phase === 'paused' ? requeue(state) : endWait(state)
    case 'retry-asked':
      return state.phase === 'failed' || state.phase === 'needs-you'
        ? requeue(state)
        : endWait(state)
    case 'cancel-asked':
      return cancel(state)
    default:
      return unreachable(event)
  }
}

function prepared(state: UploadState, { isComplete, plan, held }: PreparedUpload): Step {
  if (state.phase !== 'preparing') return stay(state)
  const { budget } = state
  // The host checks the object as if it had just been completed.
  if (isComplete) return to({ phase: 'completing', budget }, { type: 'complete' })
  const parts = newPartTable(plan, held)
  if (isAllAcknowledged(parts)) return allAcknowledged(parts, budget)
  return parts.onStore.size === 0
    ? to({ phase: 'sending', budget, parts })
    : to({ phase: 'sending', budget, parts }, { type: 'reread', which: 'stored' })
}

/**
 * A part may be acknowledged after the user paused; the store has it, so it is recorded then, too.
 */
function acknowledged(state: UploadState, receipt: PartReceipt): Step {
  switch (state.phase) {
    case 'sending':
      return partAcknowledged(state, receipt)
    case 'queued':
    case 'preparing':
    case 'retry-waiting':
    case 'blocked':
    case 'offline':
    case 'asleep':
    case 'paused':
    case 'needs-you':
    case 'failed':
      return to(state, { type: 'record-part', receipt })
    case 'verifying':
    case 'completing':
    case 'cancelling':
    case 'cancelled':
    case 'done':
      return stay(state)
    default:
      return unreachable(state)
  }
}

function ended(state: UploadState, phase: 'done' | 'cancelled'): Step {
  return state.phase === 'done' || state.phase === 'cancelled' ? stay(state) : endAs(phase)
}

function waitOver(state: UploadState): Step {
  switch (state.phase) {
    case 'retry-waiting':
    case 'blocked':
    case 'offline':
    case 'asleep':
      return prepareAgain(state.budget)
    case 'cancelling':
      return state.waiting === null ? stay(state) : cancelNow(state.budget)
    case 'queued':
    case 'preparing':
    case 'sending':
    case 'verifying':
    case 'completing':
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

function networkChanged(state: UploadState): Step {
  switch (state.phase) {
    case 'offline':
      return prepareAgain(state.budget)
    case 'retry-waiting':
      return isRetriedOnNetworkChange(state.failure) ? prepareAgain(state.budget) : stay(state)
    case 'cancelling':
      return state.waiting !== null && isRetriedOnNetworkChange(state.waiting.failure)
        ? cancelNow(state.budget)
        : stay(state)
    case 'sending':
      return endWaits(state, (_, failure) => isRetriedOnNetworkChange(failure))
    case 'queued':
    case 'preparing':
    case 'verifying':
    case 'completing':
    case 'blocked':
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

/** No connection outlives the computer's sleep. */
function slept(state: UploadState): Step {
  if (!isLive(state) || state.phase === 'asleep') return stay(state)
  return waitAs({ phase: 'asleep', budget: state.budget }, ASLEEP_RECHECK_MS)
}

/** The connections are dead, even if no event announced the sleep. */
function woke(state: UploadState): Step {
  if (isLive(state)) return prepareAgain(state.budget)
  // A cancel in progress runs in the host and finishes by itself.
  if (state.phase !== 'cancelling' || state.waiting === null) return stay(state)
  return cancelNow(state.budget)
}

/** The user gave the file again because the upload's source could no longer be read. */
function sourceAttached(state: UploadState): Step {
  switch (state.phase) {
    case 'needs-you':
      return state.failure.kind === 'source-detached' ? requeue(state) : stay(state)
    case 'failed':
      return state.failure.kind.startsWith('source-') ? requeue(state) : stay(state)
    // Everything in progress reads the source that is lost.
    case 'preparing':
    case 'sending':
    case 'verifying':
    case 'retry-waiting':
    case 'blocked':
    case 'offline':
    case 'asleep':
      return prepareAgain(FRESH_BUDGET)
    // The file was read to its end, and the host is about to report whether the object is complete.
    case 'completing':
    case 'queued':
    case 'paused':
    case 'cancelling':
    case 'cancelled':
    case 'done':
      return stay(state)
    default:
      return unreachable(state)
  }
}

function pause(state: UploadState): Step {
  const mark = { type: 'mark', mark: { phase: 'paused' } } as const
  switch (state.phase) {
    case 'queued':
      return to({ phase: 'paused' }, mark)
    case 'preparing':
    case 'sending':
    case 'verifying':
    case 'retry-waiting':
    case 'blocked':
    case 'offline':
    case 'asleep':
      return to({ phase: 'paused' }, { type: 'stop' }, mark)
    // Completing takes only a moment and cannot be undone.
    case 'completing':
    case 'paused':
    case 'needs-you':
    case 'failed':
    case 'cancelling':
    case 'cancelled':
    case 'done':
      return stay(state)
    default:
      return unreachable(state)
  }
}

/** The user does not want to wait for the next retry: it is made now, with a fresh retry budget. */
function endWait(state: UploadState): Step {
  switch (state.phase) {
    case 'retry-waiting':
    case 'blocked':
    case 'offline':
    case 'asleep':
      return prepareAgain(FRESH_BUDGET)
    case 'sending':
      return endWaits(state, () => true)
    case 'queued':
    case 'preparing':
    case 'verifying':
    case 'completing':
    case 'paused':
    case 'needs-you':
    case 'failed':
    case 'cancelling':
    case 'cancelled':
    case 'done':
      return stay(state)
    default:
      return unreachable(state)
  }
}

function cancel(state: UploadState): Step {
  switch (state.phase) {
    case 'preparing':
    case 'sending':
    case 'verifying':
    case 'completing':
    case 'retry-waiting':
    case 'blocked':
    case 'offline':
    case 'asleep':
      return cancelNow(FRESH_BUDGET)
    // Nothing is in progress that would have to be stopped.
    case 'queued':
    case 'paused':
    case 'needs-you':
    case 'failed':
      return to({ phase: 'cancelling', budget: FRESH_BUDGET, waiting: null }, { type: 'cancel' })
    case 'cancelling':
      return state.waiting === null ? stay(state) : cancelNow(FRESH_BUDGET)
    case 'cancelled':
    case 'done':
      return stay(state)
    default:
      return unreachable(state)
  }
}
