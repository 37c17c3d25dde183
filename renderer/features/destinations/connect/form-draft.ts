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

/** All of the draft but its secrets: those stay in their inputs until a command is sent. */
export type OpenDraft = Omit<DestinationDraft, SecretField>

/** The fields that hold text. */
export type OpenField = Exclude<
  { [K in keyof OpenDraft]: OpenDraft[K] extends string ? K : never }[keyof OpenDraft],
  'provider' | 'credentialKind'
>

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

type ProviderId = OpenDraft['provider']

/** Fields that nothing else in the form follows from. */
export function withFields(form: FormDraft, fields: Partial<OpenDraft>): FormDraft {
  return { ...form, draft: { ...form.draft, ...fields } }
}

/** What the user types; an endpoint and a region change other fields with them. */
export function withText(form: FormDraft, field: OpenField, value: string): FormDraft {
  if (field === 'endpoint') return withEndpoint(form, value)
  if (field === 'region') return withRegion(form, value)
  return withFields(form, { [field]: value })
}

/** The provider brings its own address and style, unless the person gave others. */
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

/** A pasted address tells whose it is; an unknown one gets what most servers at home need. */
export function withEndpoint(form: FormDraft, endpoint: string): FormDraft {
  const next = { ...withFields(form, { endpoint }), isEndpointCustom: true }
  const provider = providerAt(endpoint, form.draft.provider)
  return provider === form.draft.provider ? next : withProvider(next, provider)
}

export function withPathStyle(form: FormDraft, pathStyle: boolean): FormDraft {
  return { ...withFields(form, { pathStyle }), isPathStyleCustom: true }
}

/** The profile's own region and address, where the person gave none. */
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

/** Also chooses the role when the account has only one, and clears a role that it does not have. */
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

/** What was pasted says more than what the form made up; the rest stays. */
export function withPasted(form: FormDraft, pasted: Partial<OpenDraft>): FormDraft {
  const { provider, region, endpoint, pathStyle, ...plain } = pasted
  // Another store's address would be of no use to this one.
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
  // A person's own server: never one of the stores that have an address of their own.
  return providerOf(current).hosts.length > 0 ? 'other' : current
}

/** Null while the address is not one yet. */
function hostOf(endpoint: string): string | null {
  const typed = endpoint.trim()
  if (!/[.:]/.test(typed)) return null
  return URL.parse(typed.includes('://') ? typed : `https://${typed}`)?.hostname || null
}
