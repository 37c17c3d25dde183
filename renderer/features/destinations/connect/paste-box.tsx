import { useId } from 'react'
import type { ConnectForm } from './use-connect-form.ts'

/** Reads pasted text and clears itself at once, since the text may contain a secret. */
export function PasteBox({ form }: { readonly form: ConnectForm }) {
  const id = useId()
  return (
    <div className="field paste-box">
      <label htmlFor={id} className="field-label">
        Paste anything you have
      </label>
      <textarea
        id={id}
        name="paste"
        rows={1}
        className="field-input"
        autoComplete="off"
        autoCapitalize="off"
        autoCorrect="off"
        spellCheck={false}
        aria-describedby={`${id}-about`}
        onPaste={(event) => {
          event.preventDefault()
          event.currentTarget.value = ''
          form.paste(event.clipboardData.getData('text'))
        }}
        onInput={({ currentTarget, nativeEvent }) => {
          if (isWholeText(nativeEvent)) readOut(currentTarget, form)
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || event.nativeEvent.isComposing) return
          event.preventDefault()
          readOut(event.currentTarget, form)
        }}
        onBlur={({ currentTarget }) => readOut(currentTarget, form)}
      />
      <p id={`${id}-about`} className="field-hint">
        An endpoint, s3://bucket/folder, an ARN, a console address, a Cyberduck line or a block of
        keys.
      </p>
      <p role="status" className={NOTE_CLASSES[form.state.pasteNote?.tone ?? 'filled']}>
        {form.state.pasteNote?.text}
      </p>
    </div>
  )
}

const NOTE_CLASSES = { filled: 'field-note', missed: 'field-problem' } as const

/** In UTF-16 units; an emoji can have several. */
const LONGEST_KEY_PRESS = 16

/** Dropped, dictated or filled in by another program, as opposed to typed key by key. */
function isWholeText(event: Event): boolean {
  if (!(event instanceof InputEvent)) return true
  if (event.inputType === 'insertText') return (event.data?.length ?? 0) > LONGEST_KEY_PRESS
  return event.inputType === 'insertFromDrop' || event.inputType === 'insertReplacementText'
}

/** For text that did not arrive by a paste event. */
function readOut(box: HTMLTextAreaElement, form: ConnectForm): void {
  const text = box.value
  box.value = ''
  if (text.trim() !== '') form.paste(text)
}
