import { useEffect, useRef, useState } from 'react'
import type { Destination } from '../../../../electron/contract/commands/destinations.ts'
import type { Failure } from '../../../../electron/contract/failure/kinds.ts'
import { DEFAULT_RULES, type RuleField } from '../../../../electron/contract/rules/upload-rules.ts'
import { useServices } from '../../../app/services.tsx'
import { fieldErrorOf } from './rule-text.ts'
import { formOfRules, type RuleFieldError, type RulesForm, readRulesForm } from './rules-form.ts'

/** What the groups of fields share. */
export interface RulesEditor {
  readonly form: RulesForm
  readonly change: (changes: Partial<RulesForm>) => void
  readonly errorAt: (field: RuleField) => RuleFieldError | null
}

export interface RulesFormState extends RulesEditor {
  readonly isSaving: boolean
  /** What went wrong with the rules as a whole. */
  readonly failure: Failure | null
  readonly save: () => Promise<void>
  readonly reset: () => void
}

/** `onTroubles` is called once the troubles of a save are shown. */
export function useRulesForm(
  destination: Destination,
  onSaved: () => void,
  onTroubles: (troubles: readonly RuleFieldError[]) => void,
): RulesFormState {
  const { commands, appState } = useServices()
  const [form, setForm] = useState(() => formOfRules(destination.rules))
  const [troubles, setTroubles] = useState<readonly RuleFieldError[]>([])
  const [failure, setFailure] = useState<Failure | null>(null)
  const [isSaving, setIsSaving] = useState(false)
  const unseen = useRef<readonly RuleFieldError[]>([])
  const tell = useRef(onTroubles)
  tell.current = onTroubles

  useEffect(() => {
    if (troubles.length > 0 && unseen.current === troubles) tell.current(troubles)
  }, [troubles])

  const showTroubles = (next: readonly RuleFieldError[]) => {
    unseen.current = next
    setTroubles(next)
  }
  return {
    form,
    isSaving,
    failure,
    change(changes) {
      setForm((before) => ({ ...before, ...changes }))
      setTroubles((before) => before.filter(({ field }) => !(field in changes)))
      setFailure(null)
    },
    errorAt: (field) => troubles.find((each) => each.field === field) ?? null,
    reset() {
      setForm(formOfRules(DEFAULT_RULES))
      setTroubles([])
      setFailure(null)
    },
    async save() {
      setFailure(null)
      const read = readRulesForm(form)
      if (!read.ok) return showTroubles(read.troubles)
      setIsSaving(true)
      const { destinationId } = destination
      const answer = await commands.saveRules({ destinationId, rules: read.rules })
      if (answer.ok) await appState.refresh()
      setIsSaving(false)
      if (answer.ok) return onSaved()
      if (answer.failure.kind !== 'rules-invalid') return setFailure(answer.failure)
      showTroubles(answer.failure.problems.map(fieldErrorOf))
    },
  }
}
