import {
  Circle,
  CircleAlert,
  CircleCheck,
  CircleDashed,
  LoaderCircle,
  TriangleAlert,
} from 'lucide-react'
import type { CheckFix } from '../../../electron/contract/commands/checks.ts'
import { Button } from '../../design/button.tsx'
import { FailureDetails } from '../../failures/failure-details.tsx'
import type { FailureDestination } from '../../failures/failure-text.ts'
import { certificateProblem } from '../../failures/network-words.ts'
import type { CheckRow, LineState } from './check-sum.ts'
import { CHECK_STEPS, lineText } from './check-text.ts'
import { fixLabel } from './fix-text.ts'
import { TrustHelp } from './trust-help.tsx'

/** `word` is for who does not see the mark. */
const MARKS: Record<LineState, { readonly Icon: typeof Circle; readonly word: string }> = {
  waiting: { Icon: Circle, word: 'waiting' },
  checking: { Icon: LoaderCircle, word: 'checking' },
  passed: { Icon: CircleCheck, word: 'passed' },
  warned: { Icon: TriangleAlert, word: 'works, but' },
  failed: { Icon: CircleAlert, word: 'failed' },
  unknown: { Icon: CircleDashed, word: 'not known' },
  'not-reached': { Icon: CircleDashed, word: 'not tried' },
}

export function CheckReportLine({
  row: { step, state, line },
  at,
  isFixable,
  onFix,
}: {
  readonly row: CheckRow
  readonly at: FailureDestination
  /** False while the check still runs. */
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
