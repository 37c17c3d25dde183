import { type ClipboardEvent, useState } from 'react'
import { flushSync } from 'react-dom'
import type {
  AwsProfile,
  CredentialKind,
} from '../../../../electron/contract/commands/credentials.ts'
import type { Destination } from '../../../../electron/contract/commands/destinations.ts'
import type {
  DestinationDraft,
  ListedBucket,
} from '../../../../electron/contract/destination-draft.ts'
import { type SecretInputs, useSecretInputs } from '../credentials/secret-inputs.ts'
import { parsePasted } from '../pasted/parse-pasted.ts'
import {
  isStructuredText,
  NOTHING_PASTED,
  type PasteNote,
  pasteNote,
} from '../pasted/paste-text.ts'
import type { Pasted } from '../pasted/pasted-fields.ts'
import {
  emptyForm,
  type FormDraft,
  formOf,
  type OpenDraft,
  type SecretField,
  withBucket,
  withEndpoint,
  withFields,
  withPasted,
  withPathStyle,
  withProfile,
  withProvider,
  withRegion,
} from './form-draft.ts'

export type OpenField = Exclude<
  { [K in keyof OpenDraft]: OpenDraft[K] extends string ? K : never }[keyof OpenDraft],
  'provider' | 'credentialKind'
>

export interface FormContents {
  readonly form: FormDraft
  readonly secretRefs: SecretInputs['refs']
  /** What the last paste did; null: nothing was pasted since. */
  readonly pasteNote: PasteNote | null
  /** All of it, secrets too: for the command that is sent now, and to be kept nowhere. */
  readonly draftToSend: () => DestinationDraft
  readonly clearSecrets: () => void
  readonly change: (next: FormDraft) => void
  readonly type: (field: OpenField, value: string) => void
  readonly chooseProvider: (provider: OpenDraft['provider']) => void
  readonly choosePathStyle: (pathStyle: boolean) => void
  readonly chooseKeepSecret: (keepSecret: boolean) => void
  readonly chooseKeysFrom: (kind: CredentialKind) => void
  readonly chooseProfile: (profile: AwsProfile) => void
  readonly chooseBucket: (bucket: ListedBucket) => void
  readonly chooseRegion: (region: string) => void
  readonly noteSecretTyped: (field: SecretField) => void
  readonly paste: (text: string) => void
  /** For fields that people paste more into than belongs there. */
  readonly pasteInto: (event: ClipboardEvent<HTMLInputElement>) => void
}

/** `onChanged` hears of each change of the contents, and which fields it was about. */
export function useFormContents(
  editing: Destination | null,
  onChanged: (fields: ReadonlySet<keyof DestinationDraft>) => void,
): FormContents {
  const secrets = useSecretInputs()
  const [form, setForm] = useState(() => (editing === null ? emptyForm() : formOf(editing)))
  const [note, setNote] = useState<PasteNote | null>(null)

  const change = (next: FormDraft) => {
    setForm(next)
    setNote(null)
    onChanged(changedFields(form.draft, next.draft))
  }
  const fillFrom = (pasted: Pasted) => {
    const { secretAccessKey, sessionToken, ...open } = pasted.fields
    const given = definedOf({ secretAccessKey, sessionToken })
    const hasKeys = open.accessKeyId !== undefined || secretAccessKey !== undefined
    // The inputs for the secrets are there only once the form shows typed keys.
    flushSync(() => change(withPasted(form, hasKeys ? { credentialKind: 'keys', ...open } : open)))
    if (hasKeys) secrets.fill(given)
    else if (sessionToken !== undefined) secrets.fill({ ...secrets.read(), sessionToken })
    onChanged(new Set(Object.keys(given) as SecretField[]))
    setNote(pasteNote(pasted))
  }

  return {
    form,
    secretRefs: secrets.refs,
    pasteNote: note,
    draftToSend: () => ({ ...form.draft, ...secrets.read() }),
    clearSecrets: secrets.clear,
    change,
    type: (field, value) => change(typed(form, field, value)),
    chooseProvider: (provider) => change(withProvider(form, provider)),
    choosePathStyle: (pathStyle) => change(withPathStyle(form, pathStyle)),
    chooseKeepSecret: (keepSecret) => change(withFields(form, { keepSecret })),
    chooseKeysFrom: (credentialKind) => change(withFields(form, { credentialKind })),
    chooseProfile: (profile) => change(withProfile(form, profile)),
    chooseBucket: (bucket) => change(withBucket(form, bucket)),
    chooseRegion: (region) => change(withRegion(form, region)),
    noteSecretTyped: (field) => onChanged(new Set([field])),
    paste(text) {
      const pasted = parsePasted(text)
      if (pasted === null) setNote(NOTHING_PASTED)
      else fillFrom(pasted)
    },
    pasteInto(event) {
      const text = event.clipboardData.getData('text')
      const pasted = isStructuredText(text) ? parsePasted(text) : null
      if (pasted === null) return
      event.preventDefault()
      fillFrom(pasted)
    },
  }
}

function typed(form: FormDraft, field: OpenField, value: string): FormDraft {
  if (field === 'endpoint') return withEndpoint(form, value)
  if (field === 'region') return withRegion(form, value)
  return withFields(form, { [field]: value })
}

function changedFields(before: OpenDraft, next: OpenDraft): ReadonlySet<keyof OpenDraft> {
  const fields = Object.keys(next) as (keyof OpenDraft)[]
  return new Set(fields.filter((field) => before[field] !== next[field]))
}

function definedOf<T extends object>(given: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const pairs = Object.entries(given).filter(([, value]) => value !== undefined)
  return Object.fromEntries(pairs) as { [K in keyof T]?: Exclude<T[K], undefined> }
}
