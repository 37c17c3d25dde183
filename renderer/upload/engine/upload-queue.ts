import { PortDrivenQueue, type QueueOptions } from './port-driven-queue.ts'
import type { QueuePorts } from './ports.ts'
import type { UploadQueue } from './queue-view.ts'
import { hasEnded, isUnfinished, isWorthRetry } from './upload-row.ts'

export function createUploadQueue(ports: QueuePorts, options: QueueOptions): UploadQueue {
  const queue = new PortDrivenQueue(ports, options)
  const { board } = queue
  return {
    subscribe: (listener) => board.subscribe(listener),
    snapshot: () => board.snapshot(),
    subscribeUpload: (uploadId, listener) => board.subscribeUpload(uploadId, listener),
    upload: (uploadId) => board.view(uploadId),
    adopt: (records) => queue.adopt(records),
    attachSource: (uploadId, sourceId) => queue.attachSource(uploadId, sourceId),
    supersede: (uploadId, successor) => queue.supersede(uploadId, successor),
    pause: (uploadId) => queue.tell(uploadId, { type: 'pause-asked' }),
    resume: (uploadId) => queue.tell(uploadId, { type: 'resume-asked' }),
    retry: (uploadId) => queue.tell(uploadId, { type: 'retry-asked' }),
    cancel: (uploadId) => queue.tell(uploadId, { type: 'cancel-asked' }),
    pauseAll: () => queue.tellAll({ type: 'pause-asked' }, isUnfinished),
    resumeAll: () => queue.tellAll({ type: 'resume-asked' }, isUnfinished),
    retryAll: () => queue.tellAll({ type: 'retry-asked' }, isWorthRetry),
    cancelAll: () => queue.tellAll({ type: 'cancel-asked' }, (row) => !hasEnded(row)),
    clearFinished: () => queue.clear(hasEnded),
    clear: (uploadId) => queue.clear((row) => row.uploadId === uploadId),
    close: () => queue.close(),
  }
}
