import type { QueueReport } from '../../contract/commands/host.ts'
import type { UploadId } from '../../contract/ids.ts'
import type { NamedUpload, QueueState } from '../ports.ts'
import type { Records } from '../records/records.ts'

/** An upload that has left the records meanwhile is counted without a name. */
export function queueStateOf(records: Pick<Records, 'find'>, report: QueueReport): QueueState {
  const named = (uploadId: UploadId | null): NamedUpload | null => {
    const row = uploadId === null ? null : records.find(uploadId)
    return row === null ? null : { uploadId: row.record.uploadId, name: row.record.name }
  }
  const { fraction, movingCount, finishedCount, stuckCount, onlyHereCount } = report
  return {
    fraction,
    movingCount,
    finishedCount,
    lastFinished: named(report.lastFinished),
    stuckCount,
    firstStuck: named(report.firstStuck),
    onlyHereCount,
    onlyHere: report.onlyHere.flatMap((uploadId) => named(uploadId) ?? []),
  }
}
