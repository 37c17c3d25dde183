import type { ReactNode } from 'react'
import type { RuleField } from '../../../../electron/contract/rules/upload-rules.ts'
import './rules-form.css'

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

/** Where a field is found when something is wrong with it. */
export function RuleCell({
  field,
  isWide = false,
  children,
}: {
  readonly field: RuleField
  readonly isWide?: boolean
  readonly children: ReactNode
}) {
  return (
    <div data-rule={field} className={isWide ? 'rule-slot rule-wide' : 'rule-slot'}>
      {children}
    </div>
  )
}

/** Moves to the first of the fields, in the order in which the form shows them. */
export function focusRule(form: HTMLElement | null, fields: readonly RuleField[]): void {
  const slots = [...(form?.querySelectorAll<HTMLElement>('[data-rule]') ?? [])]
  const slot = slots.find(({ dataset }) => fields.some((field) => field === dataset.rule))
  const wrong = slot?.querySelector<HTMLElement>('[aria-invalid]')
  const first = slot?.querySelector<HTMLElement>('input, textarea, select, button')
  ;(wrong ?? first)?.focus()
}
