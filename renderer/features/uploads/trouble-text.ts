import type { UploadView } from '../../upload/engine/queue-view.ts'
import { type FailurePlace, failureText } from '../failure-text.ts'

/** Why an upload stands still, and what gets it going, for its own row. */
export function troubleText(
  { failure, retryAtMs }: UploadView,
  nowMs: number,
  at: FailurePlace | null,
): string {
  if (failure === null) return 'It stopped.'
  const { problem, wayOut, action } = failureText(failure, nowMs, at)
  // Keys that were typed have nothing to sign in to.
  if (action === 'sign-in') return `Sign in again: ${withSmallStart(problem)} ${wayOut}`
  // The engine looks again by itself as long as it says when.
  if (failure.kind === 'disk-full' && retryAtMs !== null) {
    return `${problem} Free some space; it goes on by itself when there is room.`
  }
  return `${problem} ${wayOut}`
}

function withSmallStart(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1)
}
