import type {
  AwsProfile,
  CredentialSource,
  SsoAccount,
} from '../../../../electron/contract/commands/credentials.ts'
import type { Destination } from '../../../../electron/contract/commands/destinations.ts'
import type {
  DestinationDraft,
  ListedBucket,
} from '../../../../electron/contract/destination-draft.ts'
import {
  endpointOf,
  knownHost,
  PROVIDERS,
  providerOf,
} from '../../../../electron/contract/providers/lookup.ts'
import { unreachable } from '../../../../electron/lib/unreachable.ts'
import type { FailureDestination } from '../../../failures/failure-text.ts'

export const SECRET_FIELDS = ['secretAccessKey', 'sessionToken'] as const
export type SecretField = (typeof SECRET_FIELDS)[number]

/** The draft without its secrets: those stay in their inputs until a command is sent. */
export type OpenDraft = Omit<DestinationDraft, SecretField>

/** The fields that hold text. */
export type OpenField = Exclude<
  { [K in keyof OpenDraft]: OpenDraft[K] extends string ? K : never }[keyof OpenDraft],
  'provider' | 'credentialKind'
>

/** The form's contents, and whether the user or the form chose endpoint and path style. */
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

/** The draft as failure texts need it. */
export function placeOfDraft(draft: OpenDraft): FailureDestination {
  const { name, bucket, provider, credentialKind: kind, profile } = draft
  return { name: name || bucket, kind: 's3', provider, credentials: { kind, profile } }
}

/** The host never returns a secret to the page; an empty one keeps the stored secret. */
export function formOf(destination: Destination): FormDraft {
  const { destinationId, name, provider, endpoint, region, bucket, prefix, pathStyle } = destination
  const { credentials, secretPlace } = destination
  return withCustomFlags({
    draft: {
      ...{ destinationId, name, provider, endpoint, region, bucket, prefix, pathStyle },
      // Users choose only for typed keys where they are kept.
      keepSecret: credentials.kind !== 'keys' || secretPlace !== 'memory',
      ...EMPTY_SOURCE_FIELDS,
      ...sourceFields(credentials),
    },
    isEndpointCustom: true,
    isPathStyleCustom: true,
  })
}

/** Custom is only a value that the provider would not have set itself. */
function withCustomFlags(form: FormDraft): FormDraft {
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

type ProviderId = OpenDraft['provider']

/** For fields on which no other field depends. */
export function withFields(form: FormDraft, fields: Partial<OpenDraft>): FormDraft {
  return { ...form, draft: { ...form.draft, ...fields } }
}

/** A typed endpoint or region changes other fields, too. */
export function withText(form: FormDraft, field: OpenField, value: string): FormDraft {
  if (field === 'endpoint') return withEndpoint(form, value)
  if (field === 'region') return withRegion(form, value)
  return withFields(form, { [field]: value })
}

/** Sets the provider's endpoint and path style, unless the user chose custom ones. */
export function withProvider(form: FormDraft, provider: ProviderId): FormDraft {
  const known = providerOf(provider)
  const { endpoint, pathStyle, region } = form.draft
  return withFields(form, {
    provider,
    endpoint: form.isEndpointCustom ? endpoint : (endpointOf(known, region) ?? ''),
    pathStyle: form.isPathStyleCustom ? pathStyle : known.pathStyle,
  })
}

export function withRegion(form: FormDraft, region: string): FormDraft {
  const endpoint = endpointOf(providerOf(form.draft.provider), region.trim())
  const isKept = form.isEndpointCustom || endpoint === null
  return withFields(form, { region, endpoint: isKept ? form.draft.endpoint : endpoint })
}

/** Recognises the provider of the endpoint; an unknown one gets path style as most own servers. */
export function withEndpoint(form: FormDraft, endpoint: string): FormDraft {
  const next = { ...withFields(form, { endpoint }), isEndpointCustom: true }
  const provider = providerAt(endpoint, form.draft.provider)
  return provider === form.draft.provider ? next : withProvider(next, provider)
}

export function withPathStyle(form: FormDraft, pathStyle: boolean): FormDraft {
  return { ...withFields(form, { pathStyle }), isPathStyleCustom: true }
}

/** Takes region and endpoint from the profile if the user entered none. */
export function withProfile(form: FormDraft, { name, region, endpoint }: AwsProfile): FormDraft {
  const named = withFields(form, { profile: name })
  const placed =
    region === null || form.draft.region.trim() !== '' ? named : withRegion(named, region)
  return endpoint === null || form.isEndpointCustom ? placed : withEndpoint(placed, endpoint)
}

export function withBucket(form: FormDraft, { name, region }: ListedBucket): FormDraft {
  const named = withFields(form, { bucket: name })
  return region === null ? named : withRegion(named, region)
}

export function rolesOf(accounts: readonly SsoAccount[], accountId: string): readonly string[] {
  return accounts.find((each) => each.accountId === accountId.trim())?.roleNames ?? []
}

/** Chooses the account's role if it has only one, and clears a role that it does not have. */
export function withAccount(
  form: FormDraft,
  accountId: string,
  accounts: readonly SsoAccount[],
): FormDraft {
  const roles = rolesOf(accounts, accountId)
  const { ssoRoleName } = form.draft
  const only = roles.length === 1 ? roles[0] : undefined
  return withFields(form, {
    ssoAccountId: accountId,
    ssoRoleName: only ?? (roles.includes(ssoRoleName) ? ssoRoleName : ''),
  })
}

/** Pasted fields replace the form's; all others stay. */
export function withPasted(form: FormDraft, pasted: Partial<OpenDraft>): FormDraft {
  const { provider, region, endpoint, pathStyle, ...plain } = pasted
  // The endpoint belongs to the previous store.
  const isMoved = provider !== undefined && provider !== form.draft.provider
  let next = isMoved && endpoint === undefined ? { ...form, isEndpointCustom: false } : form
  if (endpoint !== undefined) next = withEndpoint(next, endpoint)
  if (provider !== undefined) next = withProvider(next, provider)
  if (region !== undefined) next = withRegion(next, region)
  if (pathStyle !== undefined) next = withFields(next, { pathStyle })
  return withCustomFlags(withFields(next, plain))
}

function providerAt(endpoint: string, current: ProviderId): ProviderId {
  const host = hostOf(endpoint)
  if (host === null) return current
  const known = knownHost(host)
  if (known !== null) return known.provider.id
  // A self-hosted server cannot be a provider that has its own hosts.
  return providerOf(current).hosts.length > 0 ? 'other' : current
}

/** Null while the endpoint is incomplete. */
function hostOf(endpoint: string): string | null {
  const typed = endpoint.trim()
  if (!/[.:]/.test(typed)) return null
  return URL.parse(typed.includes('://') ? typed : `https://${typed}`)?.hostname || null
}
