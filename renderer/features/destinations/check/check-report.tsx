import './check-report.css'
import {
  Circle,
  CircleAlert,
  CircleCheck,
  CircleDashed,
  LoaderCircle,
  TriangleAlert,
} from 'lucide-react'
import { useId, useState } from 'react'
import type { CheckFix, CheckLine } from '../../../../electron/contract/commands/checks.ts'
import type { DraftNote } from '../../../../electron/contract/destination-draft.ts'
import { Button } from '../../../design/button.tsx'
import { FailureDetails } from '../../../failures/failure-details.tsx'
import type { FailureDestination } from '../../../failures/failure-text.ts'
import { certificateProblem } from '../../../failures/network-words.ts'
import { noteText } from '../connect/field-text.ts'
import { type CheckRow, checkRows, checkSentence, type LineState } from './check-progress.ts'
import { CHECK_GROUPS, CHECK_STEPS, type CheckGroup, lineText } from './check-text.ts'
import { FixDialog, fixLabel, isBucketFix } from './fix-dialog.tsx'
import { TrustHelp } from './trust-help.tsx'

/**
 * The connection check, line by line. `onFix` is called for a fix that changes the bucket only
 * after the user has confirmed it.
 */
export function CheckList({
  lines,
  isRunning,
  notes = [],
  prefix,
  at,
  onFix,
}: {
  readonly lines: readonly CheckLine[]
  readonly isRunning: boolean
  readonly notes?: readonly DraftNote[]
  readonly prefix: string
  readonly at: FailureDestination
  readonly onFix: (fix: CheckFix) => void
}) {
  const [asking, setAsking] = useState<CheckFix | null>(null)
  const rows = checkRows(lines, isRunning)
  const press = (fix: CheckFix) => (isBucketFix(fix) ? setAsking(fix) : onFix(fix))
  return (
    <section className="check-report" aria-label="Connection check" aria-busy={isRunning}>
      <p className="check-sum" role="status">
        {checkSentence(lines, isRunning)}
      </p>
      {notes.length > 0 && <p className="check-notes">{notes.map(noteText).join(' ')}</p>}
      {CHECK_GROUPS.map((group) => (
        <Group key={group.title} group={group}>
          {group.steps.map((step) => {
            const row = rows.get(step)
            return (
              row !== undefined && (
                <CheckReportLine
                  key={step}
                  row={row}
                  at={at}
                  isFixable={!isRunning}
                  onFix={press}
                />
              )
            )
          })}
        </Group>
      ))}
      <FixDialog
        fix={asking}
        prefix={prefix}
        onAgree={(fix) => {
          setAsking(null)
          onFix(fix)
        }}
        onClose={() => setAsking(null)}
      />
    </section>
  )
}

function Group({
  group,
  children,
}: {
  readonly group: CheckGroup
  readonly children: React.ReactNode
}) {
  const id = useId()
  return (
    <div className="check-group">
      <h3 id={id} className="check-title">
        {group.title}
      </h3>
      <ul className="check-lines" aria-labelledby={id}>
        {children}
      </ul>
    </div>
  )
}

/** `word` is for screen readers. */
const MARKS: Record<LineState, { readonly Icon: typeof Circle; readonly word: string }> = {
  waiting: { Icon: Circle, word: 'waiting' },
  checking: { Icon: LoaderCircle, word: 'checking' },
  passed: { Icon: CircleCheck, word: 'passed' },
  warned: { Icon: TriangleAlert, word: 'works, but' },
  failed: { Icon: CircleAlert, word: 'failed' },
  unknown: { Icon: CircleDashed, word: 'not known' },
  'not-reached': { Icon: CircleDashed, word: 'not tried' },
}

function CheckReportLine({
  row: { step, state, line },
  at,
  isFixable,
  onFix,
}: {
  readonly row: CheckRow
  readonly at: FailureDestination
  /** False while the check runs. */
  readonly isFixable: boolean
  readonly onFix: (fix: CheckFix) => void
}) {
  const { Icon, word } = MARKS[state]
  const { title, detail } =
    line === null
      ? { title: CHECK_STEPS[step].topic, detail: null }
      : lineText(line, Date.now(), at)
  const fix = line?.fix ?? null
  const failure = line?.finding?.kind === 'failure' ? line.finding.failure : null
  return (
    <li className={`check-line check-${state}`}>
      <Icon size={16} aria-hidden="true" className="check-mark" />
      <div className="check-words">
        <span className="check-topic">{title}</span>
        <span className="visually-hidden"> ({word})</span>
        {detail !== null && (
          <p className="check-detail">
            {detail}
            <FailureDetails failure={failure} of={CHECK_STEPS[step].topic} />
          </p>
        )}
        {failure?.kind === 'tls-failed' && certificateProblem(failure) === 'authority' && (
          <TrustHelp />
        )}
      </div>
      {fix !== null && (
        <Button className="check-fix" disabled={!isFixable} onClick={() => onFix(fix)}>
          {fixLabel(fix)}
        </Button>
      )}
    </li>
  )
}
