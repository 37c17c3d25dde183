import { Check, Copy } from 'lucide-react'
import { useRef, useState } from 'react'
import type { Failure, StoreAnswer } from '../../electron/contract/failure/kinds.ts'
import { Button } from '../design/button.tsx'
import { DetailsButton } from '../design/details.tsx'
import { answerLines, answerOf, answerToCopy } from './failure-words/answer-text.ts'
import '../failures/failure-details.css'

/**
 * The store's own words about a failure, one press away, and ready to be copied. Nothing where the
 * store said nothing. `of`: the file, or what else the failure is about.
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
