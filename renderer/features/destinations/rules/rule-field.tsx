import { type ReactNode, useId, useLayoutEffect, useRef, useState } from 'react'
import type { Destination } from '../../../../electron/contract/commands/destinations.ts'
import { providerOf } from '../../../../electron/contract/providers/lookup.ts'
import type { StoreFeature } from '../../../../electron/contract/providers/provider.ts'
import {
  type AmountControl,
  type ControlKind,
  type EncryptionControl,
  type PairsControl,
  type RadioControl,
  RULE_CONTROLS,
  type RuleControl,
  type SelectControl,
  type TemplateControl,
  type TextControl,
} from '../../../../electron/contract/rules/control.ts'
import {
  exampleKey,
  KEY_TOKENS,
  type KeyToken,
} from '../../../../electron/contract/rules/key-template.ts'
import {
  DEFAULT_RULES,
  type Encryption,
  type RuleField as RuleFieldName,
} from '../../../../electron/contract/rules/upload-rules.ts'
import { ComboboxField } from '../../../design/combobox-field.tsx'
import { RadioField, TextField } from '../../../design/field.tsx'
import { SelectField } from '../../../design/select-field.tsx'
import { failureText } from '../../../failures/failure-text.ts'
import type { Amount } from './amount.ts'
import { AmountField, PairList, RuleCell } from './rule-controls.tsx'
import { missingFeatures, ruleProblemText, TOKEN_TEXTS } from './rule-text.ts'
import {
  AMOUNT_UNITS,
  aclWarning,
  conflictWarning,
  formOfRules,
  type Pair,
  type RuleFieldError,
  type RulesForm,
} from './rules-form.ts'
import type { RulesEditor } from './use-rules-form.ts'

/** The types of control and value in the form, by kind. */
interface Kinds {
  text: { control: TextControl; value: string }
  template: { control: TemplateControl; value: string }
  amount: { control: AmountControl; value: Amount }
  select: { control: SelectControl<string | number | null>; value: string | number | null }
  radio: { control: RadioControl<string>; value: string }
  pairs: { control: PairsControl; value: readonly Pair[] }
  encryption: { control: EncryptionControl; value: Encryption }
}

interface ControlProps<K extends ControlKind> {
  readonly control: Kinds[K]['control']
  readonly value: Kinds[K]['value']
  readonly error: RuleFieldError | null
  readonly destination: Destination
  readonly onChange: (value: Kinds[K]['value']) => void
}

const CONTROLS: { readonly [K in ControlKind]: (props: ControlProps<K>) => ReactNode } = {
  text: TextRule,
  template: TemplateRule,
  amount: AmountRule,
  select: SelectRule,
  radio: RadioRule,
  pairs: ({ control, value, error, onChange }) => (
    <PairList control={control} pairs={value} error={error} onChange={onChange} />
  ),
  encryption: EncryptionRule,
}

const WIDE: ReadonlySet<ControlKind> = new Set(['template', 'radio', 'pairs'])

type Warning = (form: RulesForm, destination: Destination) => string | null

const WARNINGS: Partial<Record<RuleFieldName, Warning>> = {
  onConflict: (form, { findings }) => conflictWarning(form, findings),
  acl: aclWarning,
}

/** One rule of the form, drawn as its control says. */
export function RuleField({
  field,
  editor: { form, change, errorAt },
  destination,
}: {
  readonly field: RuleFieldName
  readonly editor: RulesEditor
  readonly destination: Destination
}) {
  const control: RuleControl = RULE_CONTROLS[field]
  if (!isOffered(field, form, missingFeatures(destination))) return null
  // `ControlFor` guarantees that a rule's control edits its value.
  const Control = CONTROLS[control.kind] as (props: AnyControlProps) => ReactNode
  const warn = WARNINGS[field]
  return (
    <RuleCell field={field} isWide={WIDE.has(control.kind)}>
      <Control
        control={control}
        value={form[field]}
        error={errorAt(field)}
        destination={destination}
        onChange={(value) => change({ [field]: value })}
      />
      {warn !== undefined && (
        <p className="rule-warning" role="status">
          {warn(form, destination)}
        </p>
      )}
    </RuleCell>
  )
}

interface AnyControlProps {
  readonly control: RuleControl
  readonly value: unknown
  readonly error: RuleFieldError | null
  readonly destination: Destination
  readonly onChange: (value: unknown) => void
}

const DEFAULT_FORM = formOfRules(DEFAULT_RULES)

/** Hides a rule that the store cannot follow, unless it is set. */
function isOffered(
  field: RuleFieldName,
  form: RulesForm,
  missing: readonly StoreFeature[],
): boolean {
  const control: RuleControl = RULE_CONTROLS[field]
  if (control.kind === 'encryption') {
    return encryptionOptions(control, form.encryption, missing).length > 1
  }
  const isSupported = control.feature === null || !missing.includes(control.feature)
  return isSupported || JSON.stringify(form[field]) !== JSON.stringify(DEFAULT_FORM[field])
}

function TextRule({ control, value, error, destination, onChange }: ControlProps<'text'>) {
  const { label, aside, placeholder, hint, maxLength, suggests } = control
  const suggestions =
    suggests === 'storage-classes' ? providerOf(destination.provider).storageClasses : []
  const name = useId()
  const common = { label, placeholder, hint, value, problem: error?.text }
  return suggestions.length === 0 ? (
    <TextField
      {...common}
      {...(aside === null ? {} : { aside })}
      maxLength={maxLength}
      onChange={({ target }) => onChange(target.value)}
    />
  ) : (
    <ComboboxField
      {...common}
      name={name}
      listLabel="Show storage classes"
      suggestions={suggestions.map((each) => ({ value: each }))}
      onType={onChange}
      onPick={onChange}
    />
  )
}

function AmountRule({ control, value, error, onChange }: ControlProps<'amount'>) {
  return (
    <AmountField
      label={control.label}
      placeholder={control.placeholder}
      hint={control.hint}
      units={AMOUNT_UNITS[control.unit].all}
      value={value}
      problem={error?.text}
      onChange={onChange}
    />
  )
}

function SelectRule({ control: { label, options }, value, onChange }: ControlProps<'select'>) {
  return (
    <SelectField
      label={label}
      value={String(options.findIndex((option) => option.value === value))}
      options={options.map((option, index) => ({ value: String(index), label: option.label }))}
      onChange={(index) => onChange(options[Number(index)]?.value ?? null)}
    />
  )
}

function RadioRule({ control: { label, options }, value, onChange }: ControlProps<'radio'>) {
  const name = useId()
  return (
    <fieldset className="rule-choice">
      <legend className="field-label">{label}</legend>
      {options.map((option) => (
        <RadioField
          key={option.value}
          name={name}
          label={option.label}
          hint={option.hint}
          checked={option.value === value}
          onChange={() => onChange(option.value)}
        />
      ))}
    </fieldset>
  )
}

function TemplateRule({ control, value, error, destination, onChange }: ControlProps<'template'>) {
  const input = useRef<HTMLInputElement>(null)
  const caret = useRef<number | null>(null)
  const [at] = useState(() => new Date())
  useLayoutEffect(() => {
    if (caret.current === null) return
    input.current?.focus()
    input.current?.setSelectionRange(caret.current, caret.current)
    caret.current = null
  })
  const insert = (token: KeyToken) => {
    const start = input.current?.selectionStart ?? value.length
    const end = input.current?.selectionEnd ?? start
    caret.current = start + token.length + 2
    onChange(`${value.slice(0, start)}{${token}}${value.slice(end)}`)
  }
  return (
    <>
      <TextField
        ref={input}
        label={control.label}
        maxLength={control.maxLength}
        value={value}
        problem={error?.text}
        hint={previewText(value, destination.prefix, at)}
        onChange={({ target }) => onChange(target.value)}
      />
      <fieldset className="rule-tokens">
        <legend className="visually-hidden">Placeholders to insert</legend>
        {KEY_TOKENS.map((token) => (
          <button
            key={token}
            type="button"
            className="rule-token mono"
            title={TOKEN_TEXTS[token]}
            aria-label={`Insert {${token}}: ${TOKEN_TEXTS[token]}`}
            onClick={() => insert(token)}
          >
            {`{${token}}`}
          </button>
        ))}
      </fieldset>
    </>
  )
}

/** Shows a problem only as a hint, since the user may still be typing. */
function previewText(template: string, prefix: string, at: Date) {
  const key = exampleKey(template, prefix, at)
  if (key.ok) {
    return (
      <>
        Photos/Holiday.jpg becomes <span className="rule-preview mono">{key.value}</span>
      </>
    )
  }
  const problem = key.failure.kind === 'rules-invalid' ? key.failure.problems[0] : undefined
  return problem === undefined ? failureText(key.failure).problem : ruleProblemText(problem)
}

function EncryptionRule(props: ControlProps<'encryption'>) {
  const { control, value, error, destination, onChange } = props
  return (
    <>
      <SelectField
        label={control.label}
        value={value.kind}
        options={encryptionOptions(control, value, missingFeatures(destination))}
        onChange={(kind) => onChange(kind === 'kms' ? { kind, keyId: '' } : { kind })}
      />
      {value.kind === 'kms' && (
        <TextField
          label="Key"
          aside="optional"
          placeholder="the account’s own for S3"
          hint="Its ID, ARN or alias."
          maxLength={control.keyMaxLength}
          value={value.keyId}
          problem={error?.text}
          onChange={({ target }) => onChange({ kind: 'kms', keyId: target.value })}
        />
      )}
    </>
  )
}

function encryptionOptions(
  { options }: EncryptionControl,
  current: Encryption,
  missing: readonly StoreFeature[],
) {
  const kinds = Object.keys(options) as Encryption['kind'][]
  return kinds
    .map((value) => ({ value, ...options[value] }))
    .filter(
      ({ value, feature }) =>
        value === current.kind || feature === null || !missing.includes(feature),
    )
}
