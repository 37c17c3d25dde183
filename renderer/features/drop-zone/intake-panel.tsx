import type { UploadId } from '../../../electron/contract/ids.ts'
import { Button } from '../../design/button.tsx'
import { formatCount } from '../../design/format.ts'
import { Notice } from '../../design/notice.tsx'
import { type DropReport, useIntake } from '../services/incoming.tsx'
import { useQueue, useServices } from '../services/services.tsx'
import { type ReportLine, reportText } from './intake-text.ts'
import './intake-panel.css'
import { SystemFilesButtons } from './system-files-buttons.tsx'

const MAX_SHOWN = 50

/** What became of the last drops, where it is not what everybody expects. */
export function IntakeReports() {
  const { reports } = useIntake()
  return reports.map((each) => <ReportNotice key={each.id} {...each} />)
}

function ReportNotice({ id, report }: DropReport) {
  const { dismissReport } = useIntake()
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
        : { action: <SystemFilesButtons place={id} left={systemFiles} /> })}
      onDismiss={() => dismissReport(id)}
    >
      {lines.length > 0 && (
        <ul className="intake-lines">
          {lines.slice(0, MAX_SHOWN).map((line) => (
            <Line key={line.id} {...line} />
          ))}
          {lines.length > MAX_SHOWN && (
            <li>and {formatCount(lines.length - MAX_SHOWN, 'other', 'others')}</li>
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
