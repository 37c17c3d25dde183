import type { FailureKind } from '../../../electron/contract/failure/kinds.ts'
import type { UploadView } from '../../engine/view/queue-view.ts'
import { type FailureDestination, failureText } from '../../failures/failure-text.ts'

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
