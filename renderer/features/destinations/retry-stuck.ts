import type { DestinationId } from '../../../electron/contract/ids.ts'
import type { UploadQueue, UploadView } from '../../upload/engine/queue-view.ts'
import { type FailureAction, failureText } from '../failure-text.ts'

const CURED_BY_SAVING: ReadonlySet<FailureAction | null> = new Set([
  'edit-connection',
  'enter-keys',
  'sign-in',
])

/**
 * Uploads that waited for another connection or other keys go on when those were given, and those
 * that would try again by themselves need not wait.
 * @returns how many that are.
 */
export function retryStuck(queue: UploadQueue, destinationId: DestinationId): number {
  const meant = queue.snapshot().uploadIds.filter((uploadId) => {
    const view = queue.upload(uploadId)
    return view?.record.destinationId === destinationId && isCuredBySaving(view)
  })
  for (const uploadId of meant) queue.retry(uploadId)
  return meant.length
}

function isCuredBySaving({ phase, failure, retryAtMs }: UploadView): boolean {
  if (failure === null || !CURED_BY_SAVING.has(failureText(failure).action)) return false
  return phase === 'needs-you' || phase === 'failed' || retryAtMs !== null
}
