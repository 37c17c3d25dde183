import './drop-report.css'
import { useState } from 'react'
import type { UploadId } from '../../../electron/contract/ids.ts'
import { type DropReport, useIntake } from '../../app/intake-context.tsx'
import { useAppState, useQueue, useServices } from '../../app/services.tsx'
import { Button } from '../../design/button.tsx'
import { formatCount } from '../../design/format.ts'
import { Notice } from '../../design/notice.tsx'
import { useToasts } from '../../design/toasts.tsx'
import type { SkippedSystemFiles } from '../../engine/intake/intake-report.ts'
import { failureSentence } from '../../failures/failure-text.ts'
import { type ReportLine, reportText } from './drop-report-text.ts'

const MAX_SHOWN = 50

/** The results of the last drops, if they hold a surprise. */
export function DropReports() {
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

/** Disappears when there is nothing left to cancel. */
function CancelThem({ uploadIds }: { readonly uploadIds: readonly UploadId[] }) {
  const { queue } = useServices()
  // Subscribes to the queue, so that this renders again as uploads end.
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

/** Uploads the skipped files after all: this once, or from now on. */
function SystemFilesButtons({
  place,
  left: { destinationId, upload },
}: {
  readonly place: number
  readonly left: SkippedSystemFiles
}) {
  const { commands, appState } = useServices()
  const { destinations, host } = useAppState()
  const { addSkipped, dismissReport } = useIntake()
  const { say } = useToasts()
  const [isAsked, setIsAsked] = useState(false)
  const destination = destinations.find((each) => each.destinationId === destinationId)
  // Saving all rules would overwrite those that could not be read; only the rules form may ask
  // that.
  const areRulesUnread = host.troubles.some(
    (each) => each.kind === 'rules-unread' && each.destinationId === destinationId,
  )
  if (isAsked || destination === undefined) return null

  const take = () => {
    if (upload === null) dismissReport(place)
    else addSkipped(upload())
  }
  const always = async () => {
    setIsAsked(true)
    const rules = { ...destination.rules, systemFiles: 'upload' } as const
    const saved = await commands.saveRules({ destinationId, rules })
    if (!saved.ok) {
      setIsAsked(false)
      return say('The rule was not saved.', failureSentence(saved.failure))
    }
    await appState.refresh()
    const name = destination.name
    say(
      `System files in folders are uploaded to ${name} from now on.`,
      'You can change this in its rules.',
    )
    take()
  }
  return (
    <>
      {upload !== null && (
        <Button
          onClick={() => {
            setIsAsked(true)
            take()
          }}
        >
          Upload them too
        </Button>
      )}
      {destination.rules.systemFiles === 'leave-out' && !areRulesUnread && (
        <Button onClick={() => void always()}>Always upload them</Button>
      )}
    </>
  )
}
