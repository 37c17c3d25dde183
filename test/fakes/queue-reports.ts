import type { UploadId } from '../../electron/contract/ids.ts'
import type { QueueReport } from '../../electron/contract/queue-report.ts'
import type { NamedUpload, QueueState } from '../../electron/core/ports.ts'

/** The page's report about a queue in which nothing goes on. */
export const idleReport: QueueReport = {
  fraction: null,
  pace: 'paused',
  movingCount: 0,
  finishedCount: 0,
  lastFinished: null,
  stuckCount: 0,
  firstStuck: null,
  onlyHereCount: 0,
  onlyHere: [],
}

/** The same as the host's own parts hear it. */
export const idleQueue: QueueState = {
  fraction: null,
  movingCount: 0,
  finishedCount: 0,
  lastFinished: null,
  stuckCount: 0,
  firstStuck: null,
  onlyHereCount: 0,
  onlyHere: [],
}

export function namedUpload(name: string): NamedUpload {
  return { uploadId: '4b1b3f0e-5c1a-4a52-8a52-0f0a8bde9d10' as UploadId, name }
}
