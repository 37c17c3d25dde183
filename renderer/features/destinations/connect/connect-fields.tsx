import './connect-form.css'
import type { ReactNode } from 'react'
import type { Destination } from '../../../../electron/contract/commands/destinations.ts'
import { endpointOf, providerOf } from '../../../../electron/contract/providers/lookup.ts'
import { isUnencryptedEndpoint } from '../../../../electron/lib/loopback-address.ts'
import { Button } from '../../../design/button.tsx'
import { ComboboxField } from '../../../design/combobox-field.tsx'
import { CheckboxField, TextField } from '../../../design/field.tsx'
import { SelectField } from '../../../design/select-field.tsx'
import { CredentialFields } from '../credentials/credential-fields.tsx'
import { fieldProps, fieldTexts } from './field-props.ts'
import { bucketsText } from './field-text.ts'
import { PROVIDER_OPTIONS } from './form-draft.ts'
import { PasteBox } from './paste-box.tsx'
import type { ConnectForm } from './use-connect-form.ts'

export function ConnectFields({
  form,
  editing,
}: {
  readonly form: ConnectForm
  readonly editing: Destination | null
}) {
  return (
    <>
      <PasteBox form={form} />
      <Group title="Where">
        <WhereFields form={form} />
      </Group>
      <Group title="Keys">
        <CredentialFields form={form} editing={editing} />
      </Group>
      <Group title="Details">
        <TextField
          {...fieldProps(form, 'name')}
          aside="optional"
          placeholder={form.draft.bucket || 'My files'}
        />
        <div className="connect-check">
          <CheckboxField
            label="Path-style addressing"
            hint="Puts the bucket’s name in the path, not in the host name; most self-hosted servers need it."
            checked={form.draft.pathStyle}
            onChange={({ target }) =>
              form.dispatch({ type: 'path-style-chosen', pathStyle: target.checked })
            }
          />
        </div>
      </Group>
    </>
  )
}

function WhereFields({ form }: { readonly form: ConnectForm }) {
  const provider = providerOf(form.draft.provider)
  return (
    <>
      <SelectField
        label="Provider"
        value={form.draft.provider}
        options={PROVIDER_OPTIONS}
        onChange={(provider) => form.dispatch({ type: 'provider-chosen', provider })}
      />
      {provider.regions.length === 0 ? (
        <TextField {...fieldProps(form, 'region')} placeholder={provider.defaultRegion} />
      ) : (
        <ComboboxField
          {...fieldTexts(form, 'region')}
          role="textbox"
          value={form.draft.region}
          suggestions={provider.regions.map(({ id, label }) => ({ value: id, aside: label }))}
          listLabel="Show regions"
          placeholder={provider.defaultRegion}
          onType={(value) => form.dispatch({ type: 'typed', field: 'region', value })}
          onPick={(region) => form.dispatch({ type: 'region-chosen', region })}
        />
      )}
      <div className="connect-wide">
        <TextField
          {...fieldProps(form, 'endpoint')}
          onPaste={form.pasteInto}
          hint={isUnencryptedEndpoint(form.draft.endpoint) ? OPEN_LINE : undefined}
          placeholder={endpointOf(provider, form.draft.region) ?? provider.endpointExample}
          inputMode="url"
        />
      </div>
      <BucketField form={form} />
      <TextField {...fieldProps(form, 'prefix')} aside="optional" placeholder="2026/clients/" />
      {provider.notes.length > 0 && (
        <ul className="connect-notes">
          {provider.notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
    </>
  )
}

const OPEN_LINE =
  'http:// works only for this computer and your own network, and anyone on that network can read your files on the way.'

function Group({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <fieldset className="connect-group">
      <legend>{title}</legend>
      <div className="connect-grid">{children}</div>
    </fieldset>
  )
}

function BucketField({ form }: { readonly form: ConnectForm }) {
  const { buckets } = form.state
  const known = buckets.phase === 'loaded' ? buckets.value.buckets : []
  return (
    <ComboboxField
      {...fieldTexts(form, 'bucket')}
      role="textbox"
      value={form.draft.bucket}
      suggestions={known.map(({ name, region }) => ({ value: name, aside: region ?? undefined }))}
      listLabel="List buckets"
      placeholder="my-files"
      onType={(value) => form.dispatch({ type: 'typed', field: 'bucket', value })}
      onPick={(name) => {
        const bucket = known.find((each) => each.name === name)
        if (bucket !== undefined) form.dispatch({ type: 'bucket-chosen', bucket })
      }}
      onList={() => {
        if (known.length === 0) void form.listBuckets()
      }}
      onPaste={form.pasteInto}
      hint={
        <>
          <span role="status">{bucketsText(buckets)}</span>{' '}
          {buckets.phase === 'failed' && buckets.failure.kind === 'sign-in-needed' && (
            <Button onClick={() => form.dispatch({ type: 'sign-in-opened', next: 'list-buckets' })}>
              Sign in…
            </Button>
          )}
        </>
      }
    />
  )
}
