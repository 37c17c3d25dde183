import { type ReactNode, useId } from 'react'
import { FieldAbout, FieldLabel } from '../../../design/field.tsx'
import type { Amount, AmountUnit } from './amount.ts'

/** A number with its unit beside it. */
export function AmountField({
  label,
  placeholder,
  hint,
  problem,
  value,
  units,
  onChange,
}: {
  readonly label: string
  /** What an empty field means. */
  readonly placeholder: string
  readonly hint?: ReactNode
  readonly problem: string | undefined
  readonly value: Amount
  readonly units: readonly AmountUnit[]
  readonly onChange: (value: Amount) => void
}) {
  const id = useId()
  return (
    <div className="field">
      <FieldLabel htmlFor={id} label={label} />
      <div className="rule-amount">
        <input
          id={id}
          className="field-input"
          inputMode="decimal"
          autoComplete="off"
          maxLength={30}
          placeholder={placeholder}
          value={value.text}
          aria-invalid={problem === undefined ? undefined : true}
          aria-describedby={`${id}-about`}
          onChange={({ target }) => onChange({ ...value, text: target.value })}
        />
        <select
          className="field-input"
          aria-label={`Unit of ${label.toLowerCase()}`}
          value={value.unit}
          onChange={({ target }) => {
            const unit = units.find((each) => each === target.value)
            if (unit !== undefined) onChange({ ...value, unit })
          }}
        >
          {units.map((unit) => (
            <option key={unit}>{unit}</option>
          ))}
        </select>
      </div>
      <FieldAbout id={`${id}-about`} hint={hint} problem={problem} note={undefined} />
    </div>
  )
}
