import { type ComponentPropsWithRef, type ReactNode, useId } from 'react'
import './field.css'

/** One of a group; those of a group share a `name`. */
export function RadioField({
  label,
  hint,
  ...rest
}: Omit<ComponentPropsWithRef<'input'>, 'id' | 'className' | 'type'> & {
  readonly label: string
  readonly hint?: ReactNode
}) {
  const id = useId()
  return (
    <div className="check-field radio-field">
      <input {...rest} id={id} type="radio" aria-describedby={`${id}-about`} />
      <div>
        <label htmlFor={id}>{label}</label>
        <div id={`${id}-about`} className="field-hint">
          {hint}
        </div>
      </div>
    </div>
  )
}
