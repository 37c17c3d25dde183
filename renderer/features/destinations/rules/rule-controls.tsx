import './rules-form.css'
import { Plus, X } from 'lucide-react'
import { type ReactNode, useId, useRef } from 'react'
import { flushSync } from 'react-dom'
import type { PairsControl, PairWords } from '../../../../electron/contract/rules/control.ts'
import type { RuleField } from '../../../../electron/contract/rules/upload-rules.ts'
import { Button, IconButton } from '../../../design/button.tsx'
import { FieldAbout, FieldLabel } from '../../../design/field.tsx'
import type { Amount, AmountUnit } from './amount.ts'
import type { Pair, RuleFieldError } from './rules-form.ts'

export function RuleGroup({
  title,
  aside,
  children,
}: {
  readonly title: string
  readonly aside?: string | null
  readonly children: ReactNode
}) {
  return (
    <fieldset className="rule-group">
      <legend>{title}</legend>
      <div className="rule-grid">
        {children}
        {typeof aside === 'string' && <p className="rule-wide field-hint">{aside}</p>}
      </div>
    </fieldset>
  )
}

/** Lets `focusRule` find the rule's inputs. */
export function RuleCell({
  field,
  isWide,
  children,
}: {
  readonly field: RuleField
  readonly isWide: boolean
  readonly children: ReactNode
}) {
  return (
    <div data-rule={field} className={isWide ? 'rule-slot rule-wide' : 'rule-slot'}>
      {children}
    </div>
  )
}

/** Focuses the first of the fields, in the order of the form. */
export function focusRule(form: HTMLElement | null, fields: readonly RuleField[]): void {
  const slots = [...(form?.querySelectorAll<HTMLElement>('[data-rule]') ?? [])]
  const slot = slots.find(({ dataset }) => fields.some((field) => field === dataset.rule))
  const wrong = slot?.querySelector<HTMLElement>('[aria-invalid]')
  const first = slot?.querySelector<HTMLElement>('input, textarea, select, button')
  ;(wrong ?? first)?.focus()
}

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
  /** Says what an empty field means. */
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

export function PairList({
  control: { label, hint, max, words },
  pairs,
  error,
  onChange,
}: {
  readonly control: PairsControl
  readonly pairs: readonly Pair[]
  readonly error: RuleFieldError | null
  readonly onChange: (pairs: Pair[]) => void
}) {
  const group = useRef<HTMLFieldSetElement>(null)
  const add = () => {
    // Renders at once, so that the next key press reaches the new input.
    flushSync(() => onChange([...pairs, { name: '', value: '' }]))
    inputsOf(group.current).at(-2)?.focus()
  }
  const remove = (index: number) => {
    flushSync(() => onChange(pairs.filter((_, at) => at !== index)))
    group.current?.querySelector<HTMLElement>('.pair-add')?.focus()
  }
  return (
    <fieldset ref={group} className="pairs">
      <legend className="field-label">{label}</legend>
      <p className="field-hint">{hint}</p>
      {pairs.map((pair, index) => (
        <PairRow
          // biome-ignore lint/suspicious/noArrayIndexKey: rows have no identity but their place
          key={index}
          words={words}
          pair={pair}
          number={index + 1}
          isWrong={error !== null && isMeant(error, pair)}
          onChange={(next) => onChange(pairs.map((each, at) => (at === index ? next : each)))}
          onRemove={() => remove(index)}
        />
      ))}
      {error !== null && (
        <p className="field-problem" role="alert">
          {error.text}
        </p>
      )}
      {pairs.length < max && (
        <Button className="pair-add" onClick={add}>
          <Plus size={14} aria-hidden="true" />
          {words.add}
        </Button>
      )}
    </fieldset>
  )
}

function PairRow({
  words,
  pair,
  number,
  isWrong,
  onChange,
  onRemove,
}: {
  readonly words: PairWords
  readonly pair: Pair
  readonly number: number
  readonly isWrong: boolean
  readonly onChange: (pair: Pair) => void
  readonly onRemove: () => void
}) {
  const common = {
    className: 'field-input',
    autoComplete: 'off',
    spellCheck: false,
    'aria-invalid': isWrong ? true : undefined,
  } as const
  return (
    <div className="pair-row">
      <input
        {...common}
        aria-label={`${words.name} ${number}`}
        placeholder={words.namePlaceholder}
        maxLength={128}
        value={pair.name}
        onChange={({ target }) => onChange({ ...pair, name: target.value })}
      />
      <input
        {...common}
        aria-label={`${words.value} ${number}`}
        placeholder={words.valuePlaceholder}
        maxLength={2000}
        value={pair.value}
        onChange={({ target }) => onChange({ ...pair, value: target.value })}
      />
      <IconButton label={`Remove ${pair.name || `row ${number}`}`} onClick={onRemove}>
        <X size={15} />
      </IconButton>
    </div>
  )
}

function isMeant({ what }: RuleFieldError, { name, value }: Pair): boolean {
  const asked = what.trim().toLowerCase()
  return [name, value].some((each) => each.trim().toLowerCase() === asked)
}

function inputsOf(group: HTMLElement | null): HTMLInputElement[] {
  return [...(group?.querySelectorAll('input') ?? [])]
}
