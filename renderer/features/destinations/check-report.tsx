import { useId, useState } from 'react'
import type { CheckFix, CheckLine } from '../../../electron/contract/commands/checks.ts'
import type { DraftNote } from '../../../electron/contract/destination-draft.ts'
import type { FailureDestination } from '../../failures/failure-text.ts'
import { CheckReportLine } from './check-line.tsx'
import { checkRows, checkSentence } from './check-sum.ts'
import { CHECK_GROUPS, type CheckGroup } from './check-text.ts'
import { noteText } from './field-text.ts'
import { FixDialog, isBucketFix } from './fix-dialog.tsx'
import './check-report.css'

/**
 * The connection check, filling in as it goes. A fix that changes the bucket is shown first;
 * `onFix` is called when the person has agreed to it.
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
  /** Of the draft that is checked. */
  readonly prefix: string
  /** What is checked. */
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
