import type { Failure } from '../../../electron/contract/failure/kinds.ts'
import { unreachable } from '../../../electron/lib/unreachable.ts'
import { standstillOf } from '../machine/part-table.ts'
import type { Upload } from '../upload.ts'
import { msLeftAt, speedOf, speedShown } from './progress.ts'
import type { UploadView, ViewPhase } from './queue-view.ts'

/** What a row shows. */
export function viewOf(row: Upload): UploadView {
  const { record, state, speed: pace, smoothing: pacing } = row
  const isMoving = state.phase === 'sending'
  const sentBytes = sentBytesOf(row)
  const bytesPerSecond = isMoving ? speedShown(speedOf(pace, pacing)) : null
  return {
    uploadId: row.uploadId,
    record,
    phase: phaseShown(row),
    sentBytes,
    verifiedBytes: isVerifying(row) ? row.verifiedBytes : null,
    bytesPerSecond,
    msLeft: msLeftAt(bytesPerSecond, record.byteLength - sentBytes),
    ...reasonShown(row),
    hasHiddenAnswers: row.hasHiddenAnswers,
    isCancelling: state.phase === 'cancelling',
  }
}

function sentBytesOf({ record, state, progress }: Upload): number {
  switch (state.phase) {
    case 'done':
      return record.byteLength
    // The row says what the bucket keeps; what was on its way when it stopped is not kept.
    case 'failed':
    case 'needs-you':
    case 'blocked':
      return progress.acknowledgedBytes
    default:
      return progress.shownBytes
  }
}

function phaseShown({ state }: Upload): ViewPhase {
  switch (state.phase) {
    case 'queued':
    case 'cancelling':
      return 'waiting'
    // Nobody sees the window of a computer that sleeps.
    case 'asleep':
      return 'offline'
    case 'blocked':
      return 'needs-you'
    case 'preparing':
    case 'verifying':
    case 'offline':
    case 'paused':
    case 'needs-you':
    case 'failed':
    case 'cancelled':
    case 'done':
      return state.phase
    case 'sending':
      return 'uploading'
    // The host's proof that the object is there is part of the same call.
    case 'completing':
      return 'finishing'
    case 'retry-waiting':
      return state.during === 'completing' ? 'finishing' : state.during
    default:
      return unreachable(state)
  }
}

function isVerifying({ state }: Upload): boolean {
  if (state.phase === 'retry-waiting') return state.during === 'verifying'
  return state.phase === 'verifying'
}

interface Reason {
  readonly failure: Failure | null
  readonly retryAtMs: number | null
}

function reasonShown({ state }: Upload): Reason {
  switch (state.phase) {
    case 'retry-waiting':
    case 'blocked':
      return { failure: state.failure, retryAtMs: state.retryAtMs }
    case 'cancelling':
      return {
        failure: state.waiting?.failure ?? null,
        retryAtMs: state.waiting?.retryAtMs ?? null,
      }
    case 'sending': {
      const standstill = standstillOf(state.parts)
      return { failure: standstill?.failure ?? null, retryAtMs: standstill?.dueAtMs ?? null }
    }
    case 'needs-you':
    case 'failed':
      return { failure: state.failure, retryAtMs: null }
    case 'offline':
      return { failure: { kind: 'offline' }, retryAtMs: null }
    default:
      return { failure: null, retryAtMs: null }
  }
}
