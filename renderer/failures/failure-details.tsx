import './failure-details.css'
import { Check, Copy } from 'lucide-react'
import { useRef, useState } from 'react'
import type { Failure, StoreAnswer } from '../../electron/contract/failure/kinds.ts'
import { Button } from '../design/button.tsx'
import { DetailsButton } from '../design/details.tsx'
import { formatMoment } from '../design/format.ts'
import { Notice } from '../design/notice.tsx'
import { type FailureDestination, failureText } from './failure-text.ts'

/** Says why a dialog as a whole failed. `of`: what the dialog is about. */
export function FailureNotice({
  failure,
  at,
  of,
}: {
  readonly failure: Failure
  readonly at: FailureDestination | null
  readonly of: string
}) {
  const { problem, wayOut } = failureText(failure, Date.now(), at)
  return (
    <Notice tone="bad" role="alert" title={problem}>
      <p>
        {wayOut}
        <FailureDetails failure={failure} of={of} />
      </p>
    </Notice>
  )
}

/**
 * The store's own words about a failure, one press away, and ready to be copied. Renders nothing if
 * the store said nothing. `of`: the file, or what else the failure is about.
 */
export function FailureDetails({
  failure,
  of,
}: {
  readonly failure: Failure | null
  readonly of: string
}) {
  const answer = answerOf(failure)
  if (answer === null) return null
  return (
    <>
      {' '}
      <DetailsButton label={`Details of ${of}`} title="What came back">
        <AnswerLines answer={answer} />
      </DetailsButton>
    </>
  )
}

type CopyState = 'nothing' | 'copied' | 'refused'

const COPY_TEXTS: Record<CopyState, string> = {
  nothing: '',
  copied: 'Copied to the clipboard',
  refused: 'The browser did not let Ferry copy. The text is selected: copy it with the keyboard.',
}

function AnswerLines({ answer }: { readonly answer: StoreAnswer }) {
  const list = useRef<HTMLDListElement>(null)
  const [said, setSaid] = useState<CopyState>('nothing')
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(answerToCopy(answer))
      setSaid('copied')
    } catch {
      // Refused by the browser: no permission, or the window is not in front.
      if (list.current !== null) getSelection()?.selectAllChildren(list.current)
      setSaid('refused')
    }
  }
  const Icon = said === 'copied' ? Check : Copy
  return (
    <>
      <dl className="answer-lines" ref={list}>
        {answerLines(answer, Date.now()).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <bdi>{value}</bdi>
            </dd>
          </div>
        ))}
      </dl>
      <Button onClick={() => void copy()}>
        <Icon size={15} aria-hidden="true" />
        {said === 'copied' ? 'Copied' : 'Copy details'}
      </Button>
      <span role="status" className={said === 'refused' ? 'field-hint' : 'visually-hidden'}>
        {COPY_TEXTS[said]}
      </span>
    </>
  )
}

/** The store's own answer to the failed request; null: it said nothing, or was not asked. */
function answerOf(failure: Failure | null): StoreAnswer | null {
  return failure !== null && 'answer' in failure ? (failure.answer ?? null) : null
}

/** A line of the details: its name and its value. */
type AnswerLine = readonly [name: string, value: string]

/** Includes only what the store said. */
function answerLines(answer: StoreAnswer, nowMs: number): readonly AnswerLine[] {
  const { code, status, message, requestId, server, atMs } = answer
  const lines: readonly AnswerLine[] = [
    ['Code', code === '' ? `${status}` : `${code} (${status})`],
    ['Message', message],
    ['Request ID', requestId],
    ['Server', server],
    ['Time', formatMoment(atMs, nowMs)],
  ]
  return lines.filter(([, value]) => value !== '')
}

/** Meant for the operator of the store, whose clock differs from this one. */
function answerToCopy(answer: StoreAnswer): string {
  const lines = answerLines(answer, answer.atMs).map(([name, value]) =>
    name === 'Time' ? `Time: ${new Date(answer.atMs).toISOString()}` : `${name}: ${value}`,
  )
  return lines.join('\n')
}
