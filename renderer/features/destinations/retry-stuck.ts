import type { DestinationId } from '../../../electron/contract/ids.ts'
import type { UploadQueue } from '../../upload/engine/queue-view.ts'
import { type FailureAction, failureText } from '../failure-text.ts'

const CURED_BY_SAVING: ReadonlySet<FailureAction | null> = new Set([
  'edit-connection',
  'enter-keys',
])

/** Uploads that waited for another connection or other keys go on when those were given. */
export function retryStuck(queue: UploadQueue, destinationId: DestinationId): void {
  for (const uploadId of queue.snapshot().uploadIds) {
    const view = queue.upload(uploadId)
    if (view?.record.destinationId !== destinationId || view.failure === null) continue
    const isStuck = view.phase === 'needs-you' || view.phase === 'failed'
    if (isStuck && CURED_BY_SAVING.has(failureText(view.failure).action)) queue.retry(uploadId)
  }
}
