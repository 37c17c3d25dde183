import { Check, Copy } from 'lucide-react'
import { type RefObject, useState } from 'react'
import { Button } from '../../design/button.tsx'

type Said = 'nothing' | 'copied' | 'refused'

/** Copies `text`; where the browser refuses, it is selected in `shown` to be copied by hand. */
export function CopyText({
  text,
  shown,
}: {
  readonly text: string
  readonly shown: RefObject<HTMLTextAreaElement | null>
}) {
  const [last, setLast] = useState<{ readonly text: string; readonly said: Said } | null>(null)
  // The answer for another text would mislead.
  const said = last?.text === text ? last.said : 'nothing'
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text)
      setLast({ text, said: 'copied' })
    } catch {
      // Refused by the browser: no permission, or the window is not in front.
      shown.current?.select()
      setLast({ text, said: 'refused' })
    }
  }
  const Icon = said === 'copied' ? Check : Copy
  return (
    <div className="copy-text">
      <Button tone="soft" onClick={() => void copy()}>
        <Icon size={15} aria-hidden="true" />
        {said === 'copied' ? 'Copied' : 'Copy'}
      </Button>
      <span role="status" className={said === 'copied' ? 'visually-hidden' : 'field-hint'}>
        {SAYINGS[said]}
      </span>
    </div>
  )
}

const SAYINGS: Record<Said, string> = {
  nothing: '',
  copied: 'Copied to the clipboard',
  refused: 'The browser did not let Ferry copy. The text is selected: copy it with the keyboard.',
}
