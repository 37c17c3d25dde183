import { endWaits } from '../../engine/machine/part-transitions.ts'
import { FRESH_BUDGET, isLive, type Step, type UploadState } from '../../engine/machine/state.ts'
import { NO_RETRIES } from '../../engine/retry-policy.ts'
import { beginCancel, cancelNow, prepareAgain, requeue, stay, to } from './upload-turns.ts'

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
