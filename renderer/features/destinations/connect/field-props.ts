import type { DestinationField } from '../../../../electron/contract/destination-draft.ts'
import { FIELD_LABELS, noteText, problemText } from './field-text.ts'
import type { OpenField, SecretField } from './form-draft.ts'
import type { ConnectForm } from './use-connect-form.ts'

/** Props that every field of the form has. */
export function fieldTexts(form: ConnectForm, name: DestinationField) {
  const { problems, notes } = form.state.findings
  const problem = problems.find(({ field }) => field === name)
  const own = notes.filter(({ field }) => field === name)
  return {
    name,
    label: FIELD_LABELS[name],
    problem: problem === undefined ? undefined : problemText(problem),
    note: own.length === 0 ? undefined : own.map(noteText).join(' '),
  }
}

export function fieldProps(form: ConnectForm, name: OpenField) {
  return {
    ...fieldTexts(form, name),
    value: form.draft[name],
    onChange: ({ target }: { readonly target: HTMLInputElement }) =>
      form.dispatch({ type: 'typed', field: name, value: target.value }),
  }
}

/** Uncontrolled: React never sees the value. */
export function secretProps(form: ConnectForm, name: SecretField) {
  return {
    ...fieldTexts(form, name),
    ref: form.secretRefs[name],
    onChange: () => form.dispatch({ type: 'secret-typed', field: name }),
  }
}
