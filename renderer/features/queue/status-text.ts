import type { FailureKind } from '../../../electron/contract/failure/kinds.ts'
import { unreachable } from '../../../electron/lib/unreachable.ts'
import {
  formatDuration,
  formatMoment,
  formatPercent,
  formatSpeed,
  percentOf,
} from '../../design/format.ts'
import type { UploadView, ViewPhase } from '../../engine/view/queue-view.ts'
import { type FailureDestination, failureText } from '../../failures/failure-text.ts'

const PHASE_WORDS: Record<ViewPhase, string> = {
  waiting: 'Waiting',
  preparing: 'Preparing',
  uploading: 'Uploading',
  paused: 'Paused',
  offline: 'Offline',
  finishing: 'Finishing',
  verifying: 'Verifying',
  done: 'Done',
  'needs-you': 'Action needed',
  failed: 'Failed',
  cancelled: 'Cancelled',
}

/** The word that a row's status begins with. */
export function statusWord(view: UploadView): string {
  // Not cancelled before the store itself has said so; and while nothing travels, nothing uploads.
  return view.isCancelling || isWaitingForRetry(view)
    ? PHASE_WORDS.waiting
    : PHASE_WORDS[view.phase]
}

/** Of the file's bytes: sent, or while it is verified, read once more. */
export function percentShown(view: UploadView): number {
  const { byteLength } = view.record
  switch (view.phase) {
    case 'waiting':
    case 'preparing':
      return view.sentBytes === 0 ? 0 : percentOf(view.sentBytes, byteLength)
    case 'finishing':
    case 'done':
      return 100
    case 'verifying':
      return percentOf(view.verifiedBytes ?? 0, byteLength)
    case 'uploading':
      // An empty file has nothing to send; it is not done for that.
      return byteLength === 0 ? 0 : Math.min(99, percentOf(view.sentBytes, byteLength))
    case 'paused':
    case 'offline':
    case 'needs-you':
    case 'failed':
    case 'cancelled':
      return byteLength === 0 ? 0 : percentOf(view.sentBytes, byteLength)
    default:
      return unreachable(view.phase)
  }
}

/** What follows the word, with what separates them; empty when the word says it all. */
export function statusDetail(
  view: UploadView,
  nowMs: number,
  at: FailureDestination | null = null,
): string {
  if (view.isCancelling) {
    return ` · the bucket is being cleared of it${retryDetail(view, nowMs, at)}`
  }
  switch (view.phase) {
    case 'waiting':
      return startedText(view)
    case 'preparing':
    case 'finishing':
      return retryDetail(view, nowMs, at)
    case 'verifying':
      return ` · checking the file once more${verifiedDetail(view)}${retryDetail(view, nowMs, at)}`
    case 'uploading':
      return isWaitingForRetry(view)
        ? `${startedText(view)}${retryDetail(view, nowMs, at)}`
        : ` ${percentText(view)}${speedDetail(view)}`
    case 'paused':
      return ` at ${percentText(view)}`
    case 'offline':
      return ` at ${percentText(view)} · goes on when the network is back`
    case 'done':
      return ` · ${linkDetail(view, nowMs)}`
    case 'needs-you':
    case 'failed':
      return ` · ${stoppedText(view, nowMs, at)}`
    case 'cancelled':
      return cancelledDetail(view)
    default:
      return unreachable(view.phase)
  }
}

/** Every part that is begun waits for its next try. */
function isWaitingForRetry({ phase, retryAtMs }: UploadView): boolean {
  return phase === 'uploading' && retryAtMs !== null
}

function startedText(view: UploadView): string {
  return view.sentBytes > 0 ? ` at ${percentText(view)}` : ''
}

function percentText(view: UploadView): string {
  return formatPercent(percentShown(view))
}

function speedDetail({ bytesPerSecond, msLeft }: UploadView): string {
  // Nothing moves: no speed says so better than a zero.
  const speed = bytesPerSecond ? ` · ${formatSpeed(bytesPerSecond)}` : ''
  return msLeft === null ? speed : `${speed} · ${formatDuration(msLeft)} left`
}

/** Empty unless a try failed and the next one is due. */
function retryDetail(
  { retryAtMs, failure }: UploadView,
  nowMs: number,
  at: FailureDestination | null,
): string {
  if (retryAtMs === null || failure === null) return ''
  const problem = failureText(failure, nowMs, at).problem.replace(/\.$/, '')
  const waitMs = retryAtMs - nowMs
  return ` · ${problem}; trying again ${waitMs > 1000 ? `in ${formatDuration(waitMs)}` : 'now'}`
}

function verifiedDetail(view: UploadView): string {
  return view.verifiedBytes === null ? '' : ` · ${percentText(view)}`
}

function linkDetail({ record }: UploadView, nowMs: number): string {
  if (record.link === null) return 'in the bucket, without a link'
  const msLeft = record.link.expiresAtMs - nowMs
  if (msLeft <= 0) return `its link died ${formatMoment(record.link.expiresAtMs, nowMs)}`
  return `the link works for ${formatDuration(msLeft)}`
}

function cancelledDetail({ record: { status } }: UploadView): string {
  if (status.phase === 'cancelled' && status.why === 'exists') {
    return ': the bucket already has a file of this name; it was left as it is.'
  }
  return status.phase !== 'cancelled' || status.storeIsClean
    ? ' · nothing of it is left in the bucket'
    : ' · the bucket has not confirmed yet that nothing is left; Ferry asks again'
}

/** Why an upload stands still, and what gets it going, for its own row. */
export function stoppedText(
  { failure, retryAtMs }: UploadView,
  nowMs: number,
  at: FailureDestination | null,
): string {
  if (failure === null) return 'It stopped.'
  const { problem, wayOut, action } = failureText(failure, nowMs, at)
  // Keys that were typed have nothing to sign in to.
  if (action === 'sign-in') return `Sign in again: ${withSmallStart(problem)} ${wayOut}`
  // The engine looks again by itself as long as it says when.
  if (failure.kind === 'disk-full' && retryAtMs !== null) {
    return `${problem} Free some space; it goes on by itself when there is room.`
  }
  const isTriedAgain = retryAtMs !== null && RECHECKED_KINDS.has(failure.kind)
  return isTriedAgain ? `${problem} ${wayOut} Ferry looks again by itself.` : `${problem} ${wayOut}`
}

/** They may end without anybody at this window: a network is left, a policy is changed. */
const RECHECKED_KINDS: ReadonlySet<FailureKind> = new Set(['tls-failed', 'network-blocked'])

function withSmallStart(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1)
}
