import { useEffect, useEffectEvent, useState } from 'react'
import type { Destination } from '../../../../electron/contract/commands/destinations.ts'
import type { Failure } from '../../../../electron/contract/failure/kinds.ts'
import { DEFAULT_RULES, type RuleField } from '../../../../electron/contract/rules/upload-rules.ts'
import { useServices } from '../../../app/services.tsx'
import { fieldErrorOf } from './rule-text.ts'
import { formOfRules, type RuleFieldError, type RulesForm, readRulesForm } from './rules-form.ts'

export interface RulesEditor {
  readonly form: RulesForm
  readonly change: (changes: Partial<RulesForm>) => void
  readonly errorAt: (field: RuleField) => RuleFieldError | null
}

interface RulesFormState extends RulesEditor {
  readonly isSaving: boolean
  /** Not about a single rule. */
  readonly failure: Failure | null
  readonly save: () => Promise<void>
  readonly reset: () => void
}

/** `onErrors` is called after the errors of a refused save are shown. */
export function useRulesForm(
  destination: Destination,
  onSaved: () => void,
  onErrors: (errors: readonly RuleFieldError[]) => void,
): RulesFormState {
  const { commands, appState } = useServices()
  const [form, setForm] = useState(() => formOfRules(destination.rules))
  const [errors, setErrors] = useState<readonly RuleFieldError[]>([])
  const [failure, setFailure] = useState<Failure | null>(null)
  const [isSaving, setIsSaving] = useState(false)
  const [refusalCount, setRefusalCount] = useState(0)

  const reportErrors = useEffectEvent(() => onErrors(errors))
  useEffect(() => {
    if (refusalCount > 0) reportErrors()
  }, [refusalCount])

  const refuse = (next: readonly RuleFieldError[]) => {
    setErrors(next)
    setRefusalCount((count) => count + 1)
  }
  return {
    form,
    isSaving,
    failure,
    change(changes) {
      setForm((before) => ({ ...before, ...changes }))
      setErrors((before) => before.filter(({ field }) => !(field in changes)))
      setFailure(null)
    },
    errorAt: (field) => errors.find((each) => each.field === field) ?? null,
    reset() {
      setForm(formOfRules(DEFAULT_RULES))
      setErrors([])
      setFailure(null)
    },
    async save() {
      setFailure(null)
      const read = readRulesForm(form)
      if (!read.ok) return refuse(read.errors)
      setIsSaving(true)
      const { destinationId } = destination
      const answer = await commands.saveRules({ destinationId, rules: read.rules })
      if (answer.ok) await appState.refresh()
      setIsSaving(false)
      if (answer.ok) return onSaved()
      if (answer.failure.kind !== 'rules-invalid') return setFailure(answer.failure)
      refuse(answer.failure.problems.map(fieldErrorOf))
    },
  }
}
