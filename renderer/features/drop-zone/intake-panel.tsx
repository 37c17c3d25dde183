import { formatCount } from '../../design/format.ts'
import { Notice } from '../../design/notice.tsx'
import type { IntakeReport } from '../../upload/intake.ts'
import { failureSentence } from '../failure-text.ts'
import { useIncoming } from '../services/incoming.tsx'
import './intake-panel.css'

const SHOWN_AT_MOST = 50

/** What of the last drop could not be taken, and why. The rest is already on its way. */
export function IntakePanel() {
  const { report, dismissReport } = useIncoming()
  if (report === null) return null
  const { title, lines } = reportText(report)
  return (
    <Notice tone="warn" role="status" title={title} onDismiss={dismissReport}>
      {lines.length > 0 && (
        <ul className="intake-lines">
          {lines.slice(0, SHOWN_AT_MOST).map(({ place, name, reason }) => (
            <li key={place}>
              <bdi>{name}</bdi>: {reason}
            </li>
          ))}
          {lines.length > SHOWN_AT_MOST && (
            <li>and {formatCount(lines.length - SHOWN_AT_MOST, 'other', 'others')}</li>
          )}
        </ul>
      )}
    </Notice>
  )
}

interface ReportLine {
  /** Two files of one drop can share a name. */
  readonly place: number
  readonly name: string
  readonly reason: string
}

const UNREADABLE = 'cannot be read. Allow yourself to read it, then drop it again.'

function reportText(report: IntakeReport): {
  readonly title: string
  readonly lines: readonly ReportLine[]
} {
  const lines = [
    ...report.refused.map(({ relativePath, failure }) => ({
      name: relativePath,
      reason: failureSentence(failure),
    })),
    ...report.unreadable.map((name) => ({ name, reason: UNREADABLE })),
  ].map((line, place) => ({ ...line, place }))
  const takenCount = report.queuedCount + report.matchedCount
  if (lines.length === 0) return { title: emptyText(report.emptyFolderCount), lines }
  const refused = formatCount(lines.length, 'item was', 'items were')
  const rest =
    takenCount === 0 ? '' : ` ${formatCount(takenCount, 'file is', 'files are')} on the way.`
  return { title: `${refused} not taken.${rest}`, lines }
}

function emptyText(folderCount: number): string {
  return folderCount === 1
    ? 'There is nothing in that folder. A bucket keeps files only, so there is nothing to upload.'
    : 'There is nothing in those folders. A bucket keeps files only, so there is nothing to upload.'
}
