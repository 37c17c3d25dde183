import { useEffect, useState } from 'react'
import type { AwsProfile } from '../../../electron/contract/commands/credentials.ts'
import type { CommandOutput } from '../../../electron/contract/commands.ts'
import type { Outcome } from '../../../electron/contract/outcome.ts'
import { useServices } from '../services/services.tsx'

export type Profiles = Outcome<CommandOutput<'listProfiles'>>

/** Read each time its fields are shown, since people write such files beside Ferry. Null: not yet. */
export function useProfiles(): Profiles | null {
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

export const PROFILE_KINDS: Record<AwsProfile['kind'], string> = {
  keys: 'keys',
  role: 'role',
  sso: 'sign-in',
  process: 'program',
  'web-identity': 'web identity',
  empty: 'no keys in it',
}
