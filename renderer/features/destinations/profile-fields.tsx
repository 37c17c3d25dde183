import { ComboboxField } from '../../design/suggest-field.tsx'
import { failureSentence } from '../../failures/failure-text.ts'
import { fieldTexts } from './field-props.ts'
import type { ConnectForm } from './use-connect-form.ts'
import { PROFILE_KINDS, type Profiles, useProfiles } from './use-profiles.ts'

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
        onType={(value) => form.type('profile', value)}
        onPick={(name) => {
          const profile = known.find((each) => each.name === name)
          if (profile !== undefined) form.chooseProfile(profile)
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
  if (chosen !== '' && profile === undefined) return 'There is no profile of this name.'
  if (profile?.kind === 'empty') return 'This profile has no keys in it.'
  return 'Ferry reads its keys each time they are needed, and stores none.'
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
    ? 'Ferry uses AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN as it was started with them.'
    : 'Ferry was started without AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. Set them, then start it again.'
}
