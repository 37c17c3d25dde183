import type { CredentialSource } from '../../../electron/contract/commands/credentials.ts'
import type { Destination } from '../../../electron/contract/commands/destinations.ts'
import type { DestinationDraft } from '../../../electron/contract/destination-draft.ts'
import { endpointOf, PROVIDERS, providerOf } from '../../../electron/contract/providers/lookup.ts'
import { unreachable } from '../../../electron/lib/unreachable.ts'
import type { FailureDestination } from '../../failures/failure-text.ts'

export type SecretField = 'secretAccessKey' | 'sessionToken'

/** All of the draft but its secrets: those stay in their inputs until a command is sent. */
export type OpenDraft = Omit<DestinationDraft, SecretField>

/** The form's contents, and what of them the person gave rather than the form. */
export interface FormDraft {
  readonly draft: OpenDraft
  readonly isEndpointCustom: boolean
  readonly isPathStyleCustom: boolean
}

const EMPTY_SOURCE_FIELDS = {
  credentialKind: 'keys',
  accessKeyId: '',
  profile: '',
  ssoStartUrl: '',
  ssoRegion: '',
  ssoAccountId: '',
  ssoRoleName: '',
} as const

export function emptyForm(): FormDraft {
  const provider = providerOf('aws')
  return {
    draft: {
      destinationId: null,
      name: '',
      provider: provider.id,
      endpoint: '',
      region: '',
      bucket: '',
      prefix: '',
      pathStyle: provider.pathStyle,
      keepSecret: true,
      ...EMPTY_SOURCE_FIELDS,
    },
    isEndpointCustom: false,
    isPathStyleCustom: false,
  }
}

/** The destination that the form would make, as far as words about a failure depend on it. */
export function placeOfDraft(draft: OpenDraft): FailureDestination {
  const { name, bucket, provider, credentialKind: kind, profile } = draft
  return { name: name || bucket, kind: 's3', provider, credentials: { kind, profile } }
}

/** The secret never comes back to the page; empty means "as before". */
export function formOf(destination: Destination): FormDraft {
  const { destinationId, name, provider, endpoint, region, bucket, prefix, pathStyle } = destination
  const { credentials, secretPlace } = destination
  return withCustomFlags({
    draft: {
      ...{ destinationId, name, provider, endpoint, region, bucket, prefix, pathStyle },
      // Only typed keys have a place that the person chose.
      keepSecret: credentials.kind !== 'keys' || secretPlace !== 'memory',
      ...EMPTY_SOURCE_FIELDS,
      ...sourceFields(credentials),
    },
    isEndpointCustom: true,
    isPathStyleCustom: true,
  })
}

/** The person's own is only what the provider would not have brought by itself. */
export function withCustomFlags(form: FormDraft): FormDraft {
  const { provider, region, endpoint, pathStyle } = form.draft
  const known = providerOf(provider)
  const isMade = endpoint === '' || endpoint === endpointOf(known, region)
  return { ...form, isEndpointCustom: !isMade, isPathStyleCustom: pathStyle !== known.pathStyle }
}

function sourceFields(source: CredentialSource): Partial<OpenDraft> {
  switch (source.kind) {
    case 'keys':
      return { credentialKind: source.kind, accessKeyId: source.accessKeyId }
    case 'profile':
      return { credentialKind: source.kind, profile: source.profile }
    case 'sso':
      return {
        credentialKind: source.kind,
        ssoStartUrl: source.startUrl,
        ssoRegion: source.ssoRegion,
        ssoAccountId: source.accountId,
        ssoRoleName: source.roleName,
      }
    case 'environment':
      return { credentialKind: source.kind }
    default:
      return unreachable(source)
  }
}

/** Where the form says that the keys come from. */
export function credentialSourceOf(draft: OpenDraft): CredentialSource {
  switch (draft.credentialKind) {
    case 'keys':
      return { kind: 'keys', accessKeyId: draft.accessKeyId.trim() }
    case 'profile':
      return { kind: 'profile', profile: draft.profile.trim() }
    case 'sso':
      return {
        kind: 'sso',
        startUrl: draft.ssoStartUrl.trim(),
        ssoRegion: draft.ssoRegion.trim(),
        accountId: draft.ssoAccountId.trim().slice(0, 20),
        roleName: draft.ssoRoleName.trim(),
      }
    case 'environment':
      return { kind: 'environment' }
    default:
      return unreachable(draft.credentialKind)
  }
}

export const PROVIDER_OPTIONS = PROVIDERS.map(({ id, label }) => ({ value: id, label }))
