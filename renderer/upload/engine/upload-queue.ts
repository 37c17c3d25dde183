import { hasEnded, isUnfinished, isWorthRetry } from '../../engine/upload.ts'
import type { UploadQueue } from '../../engine/view/queue-view.ts'
import { QueueDriver, type QueueOptions } from './port-driven-queue.ts'
import type { QueuePorts } from './ports.ts'

export function createUploadQueue(ports: QueuePorts, options: QueueOptions): UploadQueue {
  const queue = new QueueDriver(ports, options)
  const { list } = queue
  return {
    subscribe: (listener) => list.subscribe(listener),
    snapshot: () => list.snapshot(),
    subscribeUpload: (uploadId, listener) => list.subscribeUpload(uploadId, listener),
    upload: (uploadId) => list.view(uploadId),
    adopt: (records) => queue.adopt(records),
    attachSource: (uploadId, sourceId) => queue.attachSource(uploadId, sourceId),
    supersede: (uploadId, successor) => queue.supersede(uploadId, successor),
    pause: (uploadId) => queue.dispatch(uploadId, { type: 'pause-asked' }),
    resume: (uploadId) => queue.dispatch(uploadId, { type: 'resume-asked' }),
    retry: (uploadId) => queue.dispatch(uploadId, { type: 'retry-asked' }),
    cancel: (uploadId) => queue.dispatch(uploadId, { type: 'cancel-asked' }),
    pauseAll: () => queue.dispatchAll({ type: 'pause-asked' }, isUnfinished),
    resumeAll: () => queue.dispatchAll({ type: 'resume-asked' }, isUnfinished),
    retryAll: () => queue.dispatchAll({ type: 'retry-asked' }, isWorthRetry),
    cancelAll: () => queue.dispatchAll({ type: 'cancel-asked' }, (row) => !hasEnded(row)),
    clearFinished: () => queue.clear(hasEnded),
    clear: (uploadId) => queue.clear((row) => row.uploadId === uploadId),
    close: () => queue.close(),
  }
}
