import { useId } from 'react'
import { CredentialKind } from '../../../../electron/contract/commands/credentials.ts'
import type { Destination } from '../../../../electron/contract/commands/destinations.ts'
import type { HostDescription } from '../../../../electron/contract/commands/host.ts'
import { unreachable } from '../../../../electron/lib/unreachable.ts'
import { useAppState } from '../../../app/services.tsx'
import { CheckboxField, TextField } from '../../../design/field.tsx'
import { fieldProps, secretProps } from '../connect/field-props.ts'
import type { ConnectForm } from '../connect/use-connect-form.ts'
import { EnvironmentNote, ProfileFields } from './profile-fields.tsx'
import { SsoFields } from './sso-fields.tsx'

const SOURCE_LABELS: Record<CredentialKind, string> = {
  keys: 'Typed in',
  profile: 'AWS profile',
  sso: 'Sign in (IAM Identity Center)',
  environment: 'Environment',
}

export function CredentialFields({
  form,
  editing,
}: {
  readonly form: ConnectForm
  readonly editing: Destination | null
}) {
  return (
    <>
      <SourceChoice form={form} />
      <SourceFields form={form} editing={editing} />
      <KeysExpiry editing={editing} />
    </>
  )
}

function SourceChoice({ form }: { readonly form: ConnectForm }) {
  const group = useId()
  return (
    <fieldset className="keys-ways connect-wide">
      <legend className="visually-hidden">Keys from</legend>
      <div className="keys-ways-row">
        {CredentialKind.options.map((kind) => (
          <label key={kind} className="keys-way">
            <input
              type="radio"
              name={group}
              checked={form.draft.credentialKind === kind}
              onChange={() => form.dispatch({ type: 'credential-kind-chosen', kind })}
            />
            {SOURCE_LABELS[kind]}
          </label>
        ))}
      </div>
    </fieldset>
  )
}

function SourceFields({
  form,
  editing,
}: {
  readonly form: ConnectForm
  readonly editing: Destination | null
}) {
  switch (form.draft.credentialKind) {
    case 'keys':
      return <TypedKeys form={form} hasKeys={editing?.credentials.kind === 'keys'} />
    case 'profile':
      return <ProfileFields form={form} />
    case 'sso':
      return <SsoFields form={form} />
    case 'environment':
      return <EnvironmentNote />
    default:
      return unreachable(form.draft.credentialKind)
  }
}

/** `hasKeys`: an empty secret keeps the stored one. */
function TypedKeys({ form, hasKeys }: { readonly form: ConnectForm; readonly hasKeys: boolean }) {
  const placeholder = hasKeys ? 'unchanged' : undefined
  return (
    <>
      <TextField {...fieldProps(form, 'accessKeyId')} onPaste={form.pasteInto} />
      <TextField {...secretProps(form, 'secretAccessKey')} isSecret placeholder={placeholder} />
      <TextField
        {...secretProps(form, 'sessionToken')}
        isSecret
        aside="for temporary keys"
        placeholder={placeholder}
      />
      <div className="connect-check">
        <SecretChoice form={form} />
      </div>
    </>
  )
}

function KeysExpiry({ editing }: { readonly editing: Destination | null }) {
  if (editing === null || editing.keysExpireAtMs === null) return null
  const end = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' }).format(
    editing.keysExpireAtMs,
  )
  return (
    <p className="field-hint connect-wide">
      {editing.credentials.kind === 'keys'
        ? `The current keys expire on ${end}.`
        : `The current keys expire on ${end}; Ferry renews them before that.`}
    </p>
  )
}

function SecretChoice({ form }: { readonly form: ConnectForm }) {
  const { host } = useAppState()
  return (
    <CheckboxField
      label="Keep only while Ferry runs"
      hint={secretStorageText(host, form.draft.keepSecret)}
      checked={!form.draft.keepSecret || !canKeep(host)}
      disabled={!canKeep(host)}
      onChange={({ target }) =>
        form.dispatch({ type: 'keep-secret-chosen', keepSecret: !target.checked })
      }
    />
  )
}

function isLocked({ troubles }: HostDescription): boolean {
  return troubles.some(({ kind }) => kind === 'secret-store-locked')
}

function isOpenToOthers({ troubles }: HostDescription): boolean {
  return troubles.some(({ kind }) => kind === 'folder-open')
}

/** A locked key store may still be unlocked. */
function canKeep(host: HostDescription): boolean {
  return host.secretPlace !== 'memory' || isLocked(host)
}

function secretStorageText(host: HostDescription, keepSecret: boolean): string {
  if (isLocked(host) && keepSecret) {
    return 'The key store is locked. The keys are in memory until it is unlocked; if that does not happen while Ferry runs, Ferry asks for them at the next start.'
  }
  if (!canKeep(host) && isOpenToOthers(host)) {
    return 'Other users of this computer can get into Ferry’s data folder, so Ferry forgets the keys when it stops.'
  }
  if (!canKeep(host)) {
    return 'This computer has no safe place for keys, so Ferry forgets them when it stops.'
  }
  if (!keepSecret) return 'The keys are in memory only; Ferry asks for them at the next start.'
  switch (host.secretPlace) {
    case 'memory':
    case 'system':
      return 'Otherwise the keys are kept encrypted by this computer’s own key store.'
    case 'file':
      return 'Otherwise the keys are kept in a file that only your user account can read. They are not encrypted.'
    default:
      return unreachable(host.secretPlace)
  }
}
