import type { PartReceipt, PreparedUpload } from '../../../electron/contract/commands/uploads.ts'
import { unreachable } from '../../../electron/lib/unreachable.ts'
import { isAllAcknowledged, newPartTable } from '../../engine/machine/part-table.ts'
import {
  allAcknowledged,
  endWaits,
  partAcknowledged,
  partFailed,
  partsGranted,
} from '../../engine/machine/part-transitions.ts'
import {
  FRESH_BUDGET,
  isLive,
  type Step,
  type UploadEvent,
  type UploadState,
} from '../../engine/machine/state.ts'
import { ASLEEP_RECHECK_MS, isRetriedOnNetworkChange } from '../../engine/retry-policy.ts'
import { afterFailedCall } from './call-steps.ts'
import { attachSource, cancel, pause, resume, retry } from './person-steps.ts'
import { cancelNow, endAs, prepareAgain, stay, to, waitAs } from './upload-turns.ts'

/**
 * What an upload becomes when something happens to it, and what is to be done then. Never awaits,
 * times or fetches. Answers every event in every phase; what means nothing there changes nothing.
 */
export function step(state: UploadState, event: UploadEvent): Step {
  switch (event.type) {
    case 'admitted':
      if (state.phase !== 'queued') return stay(state)
      return to({ phase: 'preparing', troubles: FRESH_BUDGET }, { type: 'prepare' })
    case 'prepared':
      return afterPrepare(state, event.prepared)
    case 'parts-granted':
      return state.phase === 'sending' ? partsGranted(state, event.partNumbers) : stay(state)
    case 'part-landed':
      return afterAcknowledgement(state, event.receipt)
    case 'part-failed':
      if (state.phase !== 'sending') return stay(state)
      return partFailed(state, event.partNumber, event.failure, event.moment)
    case 'part-due':
      if (state.phase !== 'sending') return stay(state)
      return endWaits(state, (partNumber) => partNumber === event.partNumber)
    case 'verified':
      if (state.phase !== 'verifying') return stay(state)
      return to({ phase: 'completing', troubles: state.troubles }, { type: 'complete' })
    case 'call-failed':
      return afterFailedCall(state, event.failure, event.moment)
    case 'completed':
      return end(state, 'done')
    case 'cancelled':
      return end(state, 'cancelled')
    case 'wait-over':
      return afterWait(state)
    case 'network-changed':
      return afterNetworkChange(state)
    case 'slept':
      return sleep(state)
    case 'woke':
      return wake(state)
    case 'source-attached':
      return attachSource(state)
    case 'pause-asked':
      return pause(state)
    case 'resume-asked':
      return resume(state)
    case 'retry-asked':
      return retry(state)
    case 'cancel-asked':
      return cancel(state)
    default:
      return unreachable(event)
  }
}

function afterPrepare(state: UploadState, prepared: PreparedUpload): Step {
  if (state.phase !== 'preparing') return stay(state)
  const { troubles } = state
  // The host holds it to the same proof as if it had just been completed.
  if (prepared.isComplete) return to({ phase: 'completing', troubles }, { type: 'complete' })
  const ledger = newPartTable(prepared.plan, prepared.held)
  if (isAllAcknowledged(ledger)) return allAcknowledged(ledger, troubles)
  return ledger.onStore.size === 0
    ? to({ phase: 'sending', troubles, ledger })
    : to({ phase: 'sending', troubles, ledger }, { type: 'reread', which: 'held' })
}

/** A part can land after the person pauses. S3 holds it either way, so it is recorded then, too. */
function afterAcknowledgement(state: UploadState, receipt: PartReceipt): Step {
  switch (state.phase) {
    case 'sending':
      return partAcknowledged(state, receipt)
    case 'cancelling':
    case 'cancelled':
    case 'done':
    case 'verifying':
    case 'completing':
      return stay(state)
    default:
      return to(state, { type: 'record-part', receipt })
  }
}

function end(state: UploadState, phase: 'done' | 'cancelled'): Step {
  return state.phase === 'done' || state.phase === 'cancelled' ? stay(state) : endAs(phase)
}

function afterWait(state: UploadState): Step {
  switch (state.phase) {
    case 'retry-waiting':
    case 'blocked':
    case 'offline':
    case 'asleep':
      return prepareAgain(state.troubles)
    case 'cancelling':
      return state.waiting === null ? stay(state) : cancelNow(state.spent)
    default:
      return stay(state)
  }
}

function afterNetworkChange(state: UploadState): Step {
  switch (state.phase) {
    case 'offline':
      return prepareAgain(state.troubles)
    case 'retry-waiting':
      return isRetriedOnNetworkChange(state.failure) ? prepareAgain(state.troubles) : stay(state)
    case 'cancelling':
      return state.waiting !== null && isRetriedOnNetworkChange(state.waiting.failure)
        ? cancelNow(state.spent)
        : stay(state)
    case 'sending':
      return endWaits(state, (_, failure) => isRetriedOnNetworkChange(failure))
    default:
      return stay(state)
  }
}

/** Nothing that is under way outlives it. */
function sleep(state: UploadState): Step {
  if (!isLive(state) || state.phase === 'asleep') return stay(state)
  return waitAs({ phase: 'asleep', troubles: state.troubles }, ASLEEP_RECHECK_MS)
}

/** The connections are dead, even where nobody said beforehand that the computer would sleep. */
function wake(state: UploadState): Step {
  if (isLive(state)) return prepareAgain(state.troubles)
  // A cancel under way is the host's, and ends by itself.
  if (state.phase !== 'cancelling' || state.waiting === null) return stay(state)
  return cancelNow(state.spent)
}
