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

/** The first word of a row's status. */
export function statusWord(view: UploadView): string {
  // A row is not cancelled before the store confirms it, and not uploading while nothing is sent.
  return view.isCancelling || isWaitingForRetry(view)
    ? PHASE_WORDS.waiting
    : PHASE_WORDS[view.phase]
}

/** The percentage of the file that was sent, or read again during verification. */
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
      // An empty file has nothing to send, but is not done yet.
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

/** The text after the status word, with its separator; empty if the word is enough. */
export function statusDetail(
  view: UploadView,
  nowMs: number,
  at: FailureDestination | null = null,
): string {
  if (view.isCancelling) {
    return ` · removing it from the bucket${retryDetail(view, nowMs, at)}`
  }
  switch (view.phase) {
    case 'waiting':
      return startedText(view)
    case 'preparing':
    case 'finishing':
      return retryDetail(view, nowMs, at)
    case 'verifying':
      return ` · reading the file again to verify it${verifiedDetail(view)}${retryDetail(view, nowMs, at)}`
    case 'uploading':
      return isWaitingForRetry(view)
        ? `${startedText(view)}${retryDetail(view, nowMs, at)}`
        : ` ${percentText(view)}${speedDetail(view)}`
    case 'paused':
      return ` at ${percentText(view)}`
    case 'offline':
      return ` at ${percentText(view)} · resumes when the network is back`
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

/** True while every part in progress waits for its next try. */
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
  // While nothing moves, no speed is clearer than a zero.
  const speed = bytesPerSecond ? ` · ${formatSpeed(bytesPerSecond)}` : ''
  return msLeft === null ? speed : `${speed} · ${formatDuration(msLeft)} left`
}

/** Empty unless a try failed and the next one is scheduled. */
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
  if (msLeft <= 0) return `its link expired ${formatMoment(record.link.expiresAtMs, nowMs)}`
  return `the link expires in ${formatDuration(msLeft)}`
}

function cancelledDetail({ record: { status } }: UploadView): string {
  if (status.phase === 'cancelled' && status.why === 'exists') {
    return ': the bucket already has a file of this name; it was left as it is.'
  }
  return status.phase !== 'cancelled' || status.storeIsClean
    ? ' · nothing is left in the bucket'
    : ' · the bucket has not confirmed yet that nothing is left; Ferry asks again'
}

/** Why an upload stopped, and how to resume it. */
export function stoppedText(
  { failure, retryAtMs }: UploadView,
  nowMs: number,
  at: FailureDestination | null,
): string {
  if (failure === null) return 'It stopped.'
  const { problem, wayOut, action } = failureText(failure, nowMs, at)
  // Credentials that were typed have no sign-in.
  if (action === 'sign-in') return `Sign in again: ${withSmallStart(problem)} ${wayOut}`
  // `retryAtMs` is set while the engine checks again by itself.
  if (failure.kind === 'disk-full' && retryAtMs !== null) {
    return `${problem} Free some space; it goes on by itself when there is room.`
  }
  const isTriedAgain = retryAtMs !== null && RECHECKED_KINDS.has(failure.kind)
  return isTriedAgain
    ? `${problem} ${wayOut} Ferry checks again by itself.`
    : `${problem} ${wayOut}`
}

/** These may end without the user's doing: the computer changes networks, a policy changes. */
const RECHECKED_KINDS: ReadonlySet<FailureKind> = new Set(['tls-failed', 'network-blocked'])

function withSmallStart(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1)
}
