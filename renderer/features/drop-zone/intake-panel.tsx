import type { UploadId } from '../../../electron/contract/ids.ts'
import { Button } from '../../design/button.tsx'
import { formatCount } from '../../design/format.ts'
import { Notice } from '../../design/notice.tsx'
import { type DropReport, useIncoming } from '../services/incoming.tsx'
import { useQueue, useServices } from '../services/services.tsx'
import { type ReportLine, reportText } from './intake-text.ts'
import './intake-panel.css'
import { SystemFilesButtons } from './system-files-buttons.tsx'

const SHOWN_AT_MOST = 50

/** What became of the last drops, where it is not what everybody expects. */
export function IntakePanel() {
  const { reports } = useIncoming()
  return reports.map((each) => <ReportNotice key={each.place} {...each} />)
}

function ReportNotice({ place, report }: DropReport) {
  const { dismissReport } = useIncoming()
  const text = reportText(report)
  if (text === null) return null
  const { tone, title, lines } = text
  const { systemFiles } = report
  return (
    <Notice
      tone={tone}
      role="status"
      title={title}
      {...(systemFiles === null
        ? {}
        : { action: <SystemFilesButtons place={place} left={systemFiles} /> })}
      onDismiss={() => dismissReport(place)}
    >
      {lines.length > 0 && (
        <ul className="intake-lines">
          {lines.slice(0, SHOWN_AT_MOST).map((line) => (
            <Line key={line.place} {...line} />
          ))}
          {lines.length > SHOWN_AT_MOST && (
            <li>and {formatCount(lines.length - SHOWN_AT_MOST, 'other', 'others')}</li>
          )}
        </ul>
      )}
    </Notice>
  )
}

function Line({ name, reason, uploadIds }: ReportLine) {
  return (
    <li>
      <bdi>{name}</bdi>: {reason}
      {uploadIds.length > 0 && <CancelThem uploadIds={uploadIds} />}
    </li>
  )
}

/** Gone when there is nothing left to cancel. */
function CancelThem({ uploadIds }: { readonly uploadIds: readonly UploadId[] }) {
  const { queue } = useServices()
  // Rendered again as the uploads end.
  useQueue()
  const open = uploadIds.filter((uploadId) => {
    const view = queue.upload(uploadId)
    return view !== undefined && !view.isCancelling && !isOver(view.phase)
  })
  if (open.length === 0) return null
  return (
    <Button
      className="intake-cancel"
      onClick={() => {
        for (const uploadId of open) queue.cancel(uploadId)
      }}
    >
      Cancel {formatCount(open.length, 'upload', 'uploads')}
    </Button>
  )
}

function isOver(phase: string): boolean {
  return phase === 'done' || phase === 'cancelled'
}
