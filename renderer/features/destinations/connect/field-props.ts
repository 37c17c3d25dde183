import type { DestinationField } from '../../../../electron/contract/failure/kinds.ts'
import { FIELD_LABELS, noteText, problemText } from './field-text.ts'
import type { SecretField } from './form-draft.ts'
import type { ConnectForm } from './use-connect-form.ts'
import type { OpenField } from './use-form-contents.ts'

/** What every field of the form has, whatever it is made of. */
export function fieldTexts(form: ConnectForm, name: DestinationField) {
  const problem = form.problems.find(({ field }) => field === name)
  const notes = form.notes.filter(({ field }) => field === name)
  return {
    name,
    label: FIELD_LABELS[name],
    problem: problem === undefined ? undefined : problemText(problem),
    note: notes.length === 0 ? undefined : notes.map(noteText).join(' '),
  }
}

export function fieldProps(form: ConnectForm, name: OpenField) {
  return {
    ...fieldTexts(form, name),
    value: form.draft[name],
    onChange: ({ target }: { readonly target: HTMLInputElement }) => form.type(name, target.value),
  }
}

/** Without a value: what is typed stays in the input. */
export function secretProps(form: ConnectForm, name: SecretField) {
  return {
    ...fieldTexts(form, name),
    ref: form.secretRefs[name],
    onChange: () => form.noteSecretTyped(name),
  }
}
