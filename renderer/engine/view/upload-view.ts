import type { Failure } from '../../../electron/contract/failure/kinds.ts'
import { unreachable } from '../../../electron/lib/unreachable.ts'
import { standstillOf } from '../machine/part-table.ts'
import type { Upload } from '../upload.ts'
import { msLeftAt, speedShown } from './progress.ts'
import type { UploadView, ViewPhase } from './queue-view.ts'

export function viewOf(upload: Upload): UploadView {
  const { uploadId, record, state, hasHiddenAnswers } = upload
  const sentBytes = sentBytesOf(upload)
  const bytesPerSecond = state.phase === 'sending' ? speedShown(upload.bytesPerSecond) : null
  return {
    uploadId,
    record,
    phase: phaseShown(upload),
    sentBytes,
    verifiedBytes: isVerifying(upload) ? upload.verifiedBytes : null,
    bytesPerSecond,
    msLeft: msLeftAt(bytesPerSecond, record.byteLength - sentBytes),
    ...reasonShown(upload),
    hasHiddenAnswers,
    isCancelling: state.phase === 'cancelling',
  }
}

function sentBytesOf({ record, state, acknowledgedBytes, shownBytes }: Upload): number {
  switch (state.phase) {
    case 'done':
      return record.byteLength
    // Only the parts that the bucket keeps; bytes that were in flight when the upload stopped are
    // lost.
    case 'failed':
    case 'needs-you':
    case 'blocked':
      return acknowledgedBytes
    case 'queued':
    case 'preparing':
    case 'sending':
    case 'verifying':
    case 'completing':
    case 'retry-waiting':
    case 'offline':
    case 'asleep':
    case 'paused':
    case 'cancelling':
    case 'cancelled':
      return shownBytes
    default:
      return unreachable(state)
  }
}

function phaseShown({ state }: Upload): ViewPhase {
  switch (state.phase) {
    case 'queued':
    case 'cancelling':
      return 'waiting'
    // Nobody sees the window while the computer sleeps.
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
    // The same call to the host also checks that the object is there.
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
    case 'queued':
    case 'preparing':
    case 'verifying':
    case 'completing':
    case 'asleep':
    case 'paused':
    case 'cancelled':
    case 'done':
      return { failure: null, retryAtMs: null }
    default:
      return unreachable(state)
  }
}
