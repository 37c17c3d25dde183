import type { PartReceipt, PreparedUpload } from '../../../electron/contract/commands/uploads.ts'
import { unreachable } from '../../../electron/lib/unreachable.ts'
import { ASLEEP_RECHECK_MS, isRetriedOnNetworkChange, NO_RETRIES } from '../retry-policy.ts'
import {
  afterFailedCall,
  beginCancel,
  cancelNow,
  endAs,
  prepareAgain,
  requeue,
  stay,
  to,
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
import { FRESH_BUDGET, isLive, type Step, type UploadEvent, type UploadState } from './state.ts'

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

export function pause(state: UploadState): Step {
  const mark = { type: 'mark', mark: { phase: 'paused' } } as const
  // Completing lasts a moment and cannot be taken back; the others do not move anyway.
  if (state.phase === 'completing') return stay(state)
  if (state.phase === 'queued') return to({ phase: 'paused' }, mark)
  return isLive(state) ? to({ phase: 'paused' }, { type: 'stop' }, mark) : stay(state)
}

export function resume(state: UploadState): Step {
  return state.phase === 'paused' ? requeue(state) : retryNow(state)
}

export function retry(state: UploadState): Step {
  return state.phase === 'failed' || state.phase === 'needs-you' ? requeue(state) : retryNow(state)
}

/** The person would rather not wait: what waits by itself goes on at once, with a clean slate. */
function retryNow(state: UploadState): Step {
  switch (state.phase) {
    case 'retry-waiting':
    case 'blocked':
    case 'offline':
    case 'asleep':
      return prepareAgain(FRESH_BUDGET)
    case 'sending':
      return endWaits(state, () => true)
    default:
      return stay(state)
  }
}

export function cancel(state: UploadState): Step {
  switch (state.phase) {
    case 'done':
    case 'cancelled':
      return stay(state)
    case 'cancelling':
      return state.waiting === null ? stay(state) : cancelNow(NO_RETRIES)
    default:
      return beginCancel(isLive(state))
  }
}

/** The file was given again, since the one that the upload had cannot be read. */
export function attachSource(state: UploadState): Step {
  switch (state.phase) {
    // Its file was read to the end, and the host is about to say whether the object is whole.
    case 'completing':
      return stay(state)
    case 'needs-you':
      return state.failure.kind === 'source-detached' ? requeue(state) : stay(state)
    case 'failed':
      return state.failure.kind.startsWith('source-') ? requeue(state) : stay(state)
    default:
      // What is under way reads the file that is lost.
      return isLive(state) ? prepareAgain(FRESH_BUDGET) : stay(state)
  }
}
