import { CircleAlert, CircleCheck, CircleDashed, TriangleAlert } from 'lucide-react'
import { useEffect, useRef } from 'react'
import type { CheckLine, CheckReport } from '../../../electron/contract/check.ts'
import { Button } from '../../design/button.tsx'
import { failureText } from '../failure-text.ts'
import { CHECK_STEPS } from './check-text.ts'
import './check-report.css'

const MARKS = {
  passed: { Icon: CircleCheck, word: 'passed' },
  failed: { Icon: CircleAlert, word: 'failed' },
  warned: { Icon: TriangleAlert, word: 'works, but' },
} as const

/** What the check found, line by line, with a way out wherever one is needed. */
export function CheckReportView({
  report,
  onUseRegion,
}: {
  readonly report: CheckReport
  readonly onUseRegion: (region: string) => void
}) {
  const region =
    report.lines.flatMap(({ fix }) => (fix?.kind === 'use-region' ? [fix.region] : []))[0] ?? null
  const section = useRef<HTMLElement>(null)
  useEffect(() => {
    // Marked fields come first; the form has moved there already.
    const marksFields = report.lines.some(
      ({ step, verdict }) => step === 'form' && verdict === 'failed',
    )
    if (!marksFields) section.current?.scrollIntoView({ block: 'start' })
  }, [report])
  return (
    <section ref={section} className="check-report" aria-label="Connection check">
      <p className="check-sum" role="status">
        {summaryOf(report.lines)}
      </p>
      {region !== null && (
        <p className="check-region">
          The store names another region for this bucket.{' '}
          <Button onClick={() => onUseRegion(region)}>Use {region}</Button>
        </p>
      )}
      <ul className="check-lines">
        {report.lines.map((line) => (
          <Line key={line.step} line={line} />
        ))}
        <NotTried lines={report.lines} />
      </ul>
    </section>
  )
}

function NotTried({ lines }: { readonly lines: readonly CheckLine[] }) {
  const topics = lines
    .filter(({ verdict }) => verdict === 'unknown')
    .map(({ step }) => CHECK_STEPS[step].topic.toLowerCase())
  if (topics.length === 0) return null
  return (
    <li className="check-line check-unknown">
      <CircleDashed size={16} aria-hidden="true" />
      <div>Not tried yet: {topics.join(', ')}.</div>
    </li>
  )
}

function Line({ line }: { readonly line: CheckLine }) {
  if (line.verdict === 'unknown') return null
  const { Icon, word } = MARKS[line.verdict]
  const { topic, passed } = CHECK_STEPS[line.step]
  const trouble = line.finding?.kind === 'failure' ? failureText(line.finding.failure) : null
  return (
    <li className={`check-line check-${line.verdict}`}>
      <Icon size={16} aria-hidden="true" />
      <div>
        <span>{line.verdict === 'passed' ? passed : topic}</span>
        <span className="visually-hidden">, {word}. </span>
        {trouble !== null && (
          <p className="check-trouble">
            {trouble.problem} {trouble.wayOut}
          </p>
        )}
      </div>
    </li>
  )
}

function summaryOf(lines: readonly CheckLine[]): string {
  if (lines.some(({ verdict }) => verdict === 'failed')) return 'This does not work yet.'
  if (lines.some(({ verdict }) => verdict === 'warned')) return 'It works, with one thing to know.'
  return 'Everything works.'
}
