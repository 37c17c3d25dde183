import { formatCount } from '../../design/format.ts'
import { Notice } from '../../design/notice.tsx'
import { useIncoming } from '../services/incoming.tsx'
import { reportText } from './intake-text.ts'
import './intake-panel.css'

const SHOWN_AT_MOST = 50

/** What became of the last drops, where it is not what everybody expects. */
export function IntakePanel() {
  const { reports, dismissReport } = useIncoming()
  return reports.map(({ place, report }) => {
    const text = reportText(report)
    if (text === null) return null
    const { tone, title, lines } = text
    return (
      <Notice
        key={place}
        tone={tone}
        role="status"
        title={title}
        onDismiss={() => dismissReport(place)}
      >
        {lines.length > 0 && (
          <ul className="intake-lines">
            {lines.slice(0, SHOWN_AT_MOST).map(({ place: line, name, reason }) => (
              <li key={line}>
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
  })
}
