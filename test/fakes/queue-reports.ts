import type { QueueReport } from '../../electron/contract/commands/host.ts'
import type { UploadId } from '../../electron/contract/ids.ts'
import type { NamedUpload, QueueState } from '../../electron/core/ports.ts'
import { IDLE_QUEUE } from '../../electron/desktop/system/desktop-integration.ts'

/** The page's report about an idle queue. */
export const idleReport: QueueReport = {
  ...IDLE_QUEUE,
  pace: 'paused',
  lastFinished: null,
  firstStuck: null,
  onlyHere: [],
}

/** The same in the form that the host's code receives. */
export const idleQueue: QueueState = IDLE_QUEUE

export function namedUpload(name: string): NamedUpload {
  return { uploadId: '4b1b3f0e-5c1a-4a52-8a52-0f0a8bde9d10' as UploadId, name }
}
