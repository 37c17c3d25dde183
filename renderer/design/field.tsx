import { Eye, EyeOff } from 'lucide-react'
import { type ComponentPropsWithRef, type ReactNode, useId, useState } from 'react'
import { IconButton } from './button.tsx'
import './field.css'

interface FieldTexts {
  readonly label: string
  /** Shown beside the label, but not part of the field's name. */
  readonly aside?: string
  readonly hint?: ReactNode
  readonly problem?: string | undefined
  readonly note?: string | undefined
}

type TextFieldProps = FieldTexts &
  Omit<ComponentPropsWithRef<'input'>, 'id' | 'className' | 'type'> & {
    /** Hides the characters, and has a button that shows them. */
    readonly isSecret?: boolean
  }

export function TextField({
  label,
  aside,
  hint,
  problem,
  note,
  isSecret,
  ...rest
}: TextFieldProps) {
  const id = useId()
  const [isShown, setIsShown] = useState(false)
  const isHidden = isSecret === true && !isShown
  return (
    <div className="field">
      <FieldLabel htmlFor={id} label={label} aside={aside} />
      <div className="field-box">
        <input
          autoComplete="off"
          autoCapitalize="off"
          autoCorrect="off"
          spellCheck={false}
          {...rest}
          {...(isHidden ? HIDDEN_INPUT : { type: 'text' })}
          id={id}
          className={isSecret ? 'field-input field-input-secret' : 'field-input'}
          aria-invalid={problem === undefined ? undefined : true}
          aria-describedby={`${id}-about`}
        />
        {isSecret && (
          <IconButton
            className="field-reveal"
            label={isShown ? 'Hide characters' : 'Show characters'}
            onClick={() => setIsShown(!isShown)}
          >
            {isShown ? <EyeOff size={16} /> : <Eye size={16} />}
          </IconButton>
        )}
      </div>
      <FieldAbout id={`${id}-about`} hint={hint} problem={problem} note={note} />
    </div>
  )
}

/** A password input has no role of its own; as a textbox it is found like the fields around it. */
const HIDDEN_INPUT = { type: 'password', role: 'textbox' } as const

export function FieldLabel({
  htmlFor,
  id,
  label,
  aside,
}: {
  readonly htmlFor?: string
  readonly id?: string
  readonly label: string
  readonly aside?: string | undefined
}) {
  return (
    <div className="field-head">
      <label htmlFor={htmlFor} id={id} className="field-label">
        {label}
      </label>
      {aside !== undefined && <span className="field-aside">{aside}</span>}
    </div>
  )
}

export function FieldAbout({
  id,
  hint,
  problem,
  note,
}: Pick<FieldTexts, 'hint' | 'problem' | 'note'> & { readonly id: string }) {
  return (
    <div id={id} className="field-about">
      {problem !== undefined && <p className="field-problem">{problem}</p>}
      {note !== undefined && <p className="field-note">{note}</p>}
      {problem === undefined && hint !== undefined && <p className="field-hint">{hint}</p>}
    </div>
  )
}

interface ChoiceProps extends Omit<ComponentPropsWithRef<'input'>, 'id' | 'className' | 'type'> {
  readonly label: string
  readonly hint?: ReactNode
}

export function CheckboxField(props: ChoiceProps) {
  return <Choice {...props} type="checkbox" className="check-field" />
}

/** One of a group, whose members share a `name`. */
export function RadioField(props: ChoiceProps) {
  return <Choice {...props} type="radio" className="check-field radio-field" />
}

function Choice({
  label,
  hint,
  className,
  ...rest
}: ChoiceProps & { readonly type: 'checkbox' | 'radio'; readonly className: string }) {
  const id = useId()
  return (
    <div className={className}>
      <input {...rest} id={id} aria-describedby={`${id}-about`} />
      <div>
        <label htmlFor={id}>{label}</label>
        <div id={`${id}-about`} className="field-hint">
          {hint}
        </div>
      </div>
    </div>
  )
}
