import { Check, Copy } from 'lucide-react'
import { type RefObject, useEffect, useState } from 'react'
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
  const [said, setSaid] = useState<Said>('nothing')
  // What was said of another text would mislead.
  // biome-ignore lint/correctness/useExhaustiveDependencies: said anew for each text
  useEffect(() => setSaid('nothing'), [text])
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text)
      setSaid('copied')
    } catch {
      // Refused by the browser: no permission, or the window is not in front.
      shown.current?.select()
      setSaid('refused')
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
