import { useId, useLayoutEffect, useRef, useState } from 'react'
import type { Destination } from '../../../../electron/contract/commands/destinations.ts'
import {
  exampleKey,
  KEY_TOKENS,
  type KeyToken,
} from '../../../../electron/contract/rules/key-template.ts'
import type { ConflictRule } from '../../../../electron/contract/rules/upload-rules.ts'
import { RadioField, TextField } from '../../../design/field.tsx'
import { failureText } from '../../../failures/failure-text.ts'
import { RuleCell, RuleGroup } from './rule-controls.tsx'
import { CONFLICT_TEXTS, ruleProblemText, TOKEN_TEXTS } from './rule-text.ts'
import { conflictWarning } from './rules-form.ts'
import type { RulesEditor } from './use-rules-form.ts'

/** What files are called in the bucket, and what happens when a name is taken. */
export function NamesGroup({
  edit,
  destination,
}: {
  readonly edit: RulesEditor
  readonly destination: Destination
}) {
  return (
    <RuleGroup title="Names">
      <RuleCell field="keyTemplate" isWide>
        <TemplateField edit={edit} prefix={destination.prefix} />
      </RuleCell>
      <RuleCell field="onConflict" isWide>
        <ConflictChoice edit={edit} findings={destination.findings} />
      </RuleCell>
    </RuleGroup>
  )
}

function TemplateField({ edit, prefix }: { readonly edit: RulesEditor; readonly prefix: string }) {
  const { form, change, errorAt } = edit
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
    const { keyTemplate } = form
    const start = input.current?.selectionStart ?? keyTemplate.length
    const end = input.current?.selectionEnd ?? start
    caret.current = start + token.length + 2
    change({ keyTemplate: `${keyTemplate.slice(0, start)}{${token}}${keyTemplate.slice(end)}` })
  }
  return (
    <>
      <TextField
        ref={input}
        label="Name in the bucket"
        maxLength={1024}
        value={form.keyTemplate}
        problem={errorAt('keyTemplate')?.text}
        hint={previewText(form.keyTemplate, prefix, at)}
        onChange={({ target }) => change({ keyTemplate: target.value })}
      />
      <fieldset className="rule-tokens">
        <legend className="visually-hidden">Pieces to put in</legend>
        {KEY_TOKENS.map((token) => (
          <button
            key={token}
            type="button"
            className="rule-token mono"
            title={TOKEN_TEXTS[token]}
            aria-label={`Put in {${token}}: ${TOKEN_TEXTS[token]}`}
            onClick={() => insert(token)}
          >
            {`{${token}}`}
          </button>
        ))}
      </fieldset>
    </>
  )
}

/** While somebody types, what is not finished yet is no mistake. */
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

/** The one that loses nothing first. */
const CONFLICT_RULES: readonly ConflictRule[] = ['keep-both', 'ask', 'replace', 'skip']

function ConflictChoice({
  edit: { form, change },
  findings,
}: {
  readonly edit: RulesEditor
  readonly findings: Destination['findings']
}) {
  const name = useId()
  const warning = conflictWarning(form, findings)
  return (
    <fieldset className="rule-choice">
      <legend className="field-label">When the bucket has a file of that name</legend>
      {CONFLICT_RULES.map((rule) => (
        <RadioField
          key={rule}
          name={name}
          {...CONFLICT_TEXTS[rule]}
          checked={form.onConflict === rule}
          onChange={() => change({ onConflict: rule })}
        />
      ))}
      <p className="rule-warning" role="status">
        {warning}
      </p>
    </fieldset>
  )
}
