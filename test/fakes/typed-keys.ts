import type { Destination } from '../../electron/contract/commands/destinations.ts'
import type { DestinationDraft } from '../../electron/contract/destination-draft.ts'

/** The fields of a draft with typed access keys: all other sources of keys are empty. */
export const TYPED_KEYS = {
  credentialKind: 'keys',
  profile: '',
  ssoStartUrl: '',
  ssoRegion: '',
  ssoAccountId: '',
  ssoRoleName: '',
} as const satisfies Partial<DestinationDraft>

export function keyIdOf({ credentials }: Destination): string {
  return credentials.kind === 'keys' ? credentials.accessKeyId : ''
}
