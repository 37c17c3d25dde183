import { useEffect, useState } from 'react'
import type { AwsProfile } from '../../../../electron/contract/commands/credentials.ts'
import type { CommandOutput } from '../../../../electron/contract/commands.ts'
import type { Outcome } from '../../../../electron/contract/outcome.ts'
import { useServices } from '../../../app/services.tsx'
import { ComboboxField } from '../../../design/combobox-field.tsx'
import { failureSentence } from '../../../failures/failure-text.ts'
import { fieldTexts } from '../connect/field-props.ts'
import type { ConnectForm } from '../connect/use-connect-form.ts'

export function ProfileFields({ form }: { readonly form: ConnectForm }) {
  const profiles = useProfiles()
  const known = profiles?.ok ? profiles.value.profiles : []
  return (
    <div className="connect-wide">
      <ComboboxField
        {...fieldTexts(form, 'profile')}
        value={form.draft.profile}
        suggestions={known.map(({ name, kind }) => ({ value: name, aside: PROFILE_KINDS[kind] }))}
        listLabel="Show profiles"
        placeholder="default"
        onType={(value) => form.dispatch({ type: 'typed', field: 'profile', value })}
        onPick={(name) => {
          const profile = known.find((each) => each.name === name)
          if (profile !== undefined) form.dispatch({ type: 'profile-chosen', profile })
        }}
        hint={<span role="status">{profilesText(profiles, form.draft.profile.trim())}</span>}
      />
    </div>
  )
}

function profilesText(profiles: Profiles | null, chosen: string): string {
  if (profiles === null) return 'Looking for profiles…'
  if (!profiles.ok) return failureSentence(profiles.failure)
  const known = profiles.value.profiles
  if (known.length === 0) {
    return 'There are no profiles. Ferry looked in ~/.aws/config and ~/.aws/credentials, or where AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE point.'
  }
  const profile = known.find(({ name }) => name === chosen)
  if (chosen !== '' && profile === undefined) return 'There is no profile with this name.'
  if (profile?.kind === 'empty') return 'This profile has no keys in it.'
  return 'Ferry reads its keys each time they are needed and does not store them.'
}

export function EnvironmentNote() {
  const profiles = useProfiles()
  return (
    <p className="connect-wide field-hint" role="status">
      {environmentText(profiles)}
    </p>
  )
}

function environmentText(profiles: Profiles | null): string {
  if (profiles === null) return 'Looking at the environment…'
  if (!profiles.ok) return failureSentence(profiles.failure)
  return profiles.value.hasEnvironment
    ? 'Ferry uses AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN as they were when it started.'
    : 'Ferry was started without AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. Set them, then start it again.'
}

export type Profiles = Outcome<CommandOutput<'listProfiles'>>

/** Read each time the fields appear, since users edit these files while Ferry runs. Null: loading. */
function useProfiles(): Profiles | null {
  const { commands } = useServices()
  const [profiles, setProfiles] = useState<Profiles | null>(null)
  useEffect(() => {
    let isShown = true
    void commands.listProfiles({}).then((answer) => isShown && setProfiles(answer))
    return () => {
      isShown = false
    }
  }, [commands])
  return profiles
}

const PROFILE_KINDS: Record<AwsProfile['kind'], string> = {
  keys: 'keys',
  role: 'role',
  sso: 'sign-in',
  process: 'program',
  'web-identity': 'web identity',
  empty: 'no keys',
}
