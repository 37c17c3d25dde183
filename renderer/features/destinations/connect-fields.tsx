import type { ReactNode } from 'react'
import type { HostDescription } from '../../../electron/contract/commands.ts'
import type { DestinationField } from '../../../electron/contract/failure.ts'
import { endpointOf, providerOf } from '../../../electron/contract/providers.ts'
import { unreachable } from '../../../electron/contract/unreachable.ts'
import { CheckboxField, TextField } from '../../design/field.tsx'
import { SelectField } from '../../design/select-field.tsx'
import { useSession } from '../services/services.tsx'
import { PROVIDER_OPTIONS } from './draft.ts'
import { FIELD_LABELS, noteText, problemText } from './field-text.ts'
import type { ConnectForm } from './use-connect-form.ts'
import './connect-form.css'

export function ConnectFields({
  form,
  isEditing,
}: {
  readonly form: ConnectForm
  readonly isEditing: boolean
}) {
  const provider = providerOf(form.draft.provider)
  const field = (name: DestinationField) => fieldProps(form, name)
  return (
    <>
      <Group title="Where">
        <SelectField
          label="Provider"
          value={form.draft.provider}
          options={PROVIDER_OPTIONS}
          onChange={form.chooseProvider}
        />
        <TextField {...field('region')} placeholder={provider.defaultRegion} />
        <div className="connect-wide">
          <TextField
            {...field('endpoint')}
            placeholder={endpointOf(provider, form.draft.region) ?? provider.endpointExample}
            inputMode="url"
          />
        </div>
        <TextField {...field('bucket')} placeholder="my-files" />
        <TextField {...field('prefix')} aside="optional" placeholder="2026/clients/" />
      </Group>
      <Group title="Keys">
        <TextField {...field('accessKeyId')} />
        <TextField
          {...field('secretAccessKey')}
          isSecret
          placeholder={isEditing ? 'as before' : undefined}
        />
        <TextField
          {...field('sessionToken')}
          isSecret
          aside="for temporary keys"
          placeholder={isEditing ? 'as before' : undefined}
        />
        <div className="connect-check">
          <SecretChoice form={form} />
        </div>
      </Group>
      <Group title="Details">
        <TextField
          {...field('name')}
          aside="optional"
          placeholder={form.draft.bucket || 'My files'}
        />
        <div className="connect-check">
          <CheckboxField
            label="Path-style addressing"
            hint="The bucket follows the server’s name as a path; most servers of your own need it."
            checked={form.draft.pathStyle}
            onChange={({ target }) => form.choosePathStyle(target.checked)}
          />
        </div>
      </Group>
    </>
  )
}

function Group({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <fieldset className="connect-group">
      <legend>{title}</legend>
      <div className="connect-grid">{children}</div>
    </fieldset>
  )
}

function fieldProps(form: ConnectForm, name: DestinationField) {
  const problem = form.problems.find(({ field }) => field === name)
  const notes = form.notes.filter(({ field }) => field === name)
  return {
    name,
    label: FIELD_LABELS[name],
    value: form.draft[name],
    onChange: ({ target }: { readonly target: HTMLInputElement }) => form.type(name, target.value),
    problem: problem === undefined ? undefined : problemText(problem),
    note: notes.length === 0 ? undefined : notes.map(noteText).join(' '),
  }
}

function SecretChoice({ form }: { readonly form: ConnectForm }) {
  const { host } = useSession()
  return (
    <CheckboxField
      label="Keep only while Ferry runs"
      hint={secretTruth(host, form.draft.keepSecret)}
      checked={!form.draft.keepSecret || host.secretPlace === 'memory'}
      disabled={host.secretPlace === 'memory'}
      onChange={({ target }) => form.chooseKeepSecret(!target.checked)}
    />
  )
}

/** Where the keys go, as it is. */
function secretTruth(host: HostDescription, keepSecret: boolean): string {
  if (host.secretPlace === 'memory') {
    return 'This computer has no safe place for keys, so Ferry forgets them when it stops.'
  }
  if (!keepSecret) return 'The keys are in memory only; Ferry asks for them at the next start.'
  switch (host.secretPlace) {
    case 'system':
      return 'Otherwise the keys are kept encrypted by this computer’s own key store.'
    case 'file':
      return 'Otherwise the keys are kept in a file that only your user may read (mode 0600). They are not encrypted.'
    default:
      return unreachable(host.secretPlace)
  }
}
