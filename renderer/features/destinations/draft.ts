import type { Destination } from '../../../electron/contract/destination.ts'
import type { DestinationDraft } from '../../../electron/contract/destination-draft.ts'
import { endpointOf, PROVIDERS, providerOf } from '../../../electron/contract/providers.ts'

/** The form's contents, and what of them the person typed rather than the form. */
export interface FormDraft {
  readonly draft: DestinationDraft
  readonly isEndpointOwn: boolean
  readonly isPathStyleOwn: boolean
}

const NO_SIGN_IN = {
  profile: '',
  ssoStartUrl: '',
  ssoRegion: '',
  ssoAccountId: '',
  ssoRoleName: '',
}

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
      accessKeyId: '',
      secretAccessKey: '',
      sessionToken: '',
      keepSecret: true,
      credentialKind: 'keys',
      ...NO_SIGN_IN,
    },
    isEndpointOwn: false,
    isPathStyleOwn: false,
  }
}

/** The secret never comes back to the page; empty means "as before". */
export function formOf(destination: Destination): FormDraft {
  const { destinationId, name, provider, endpoint, region, bucket, prefix, pathStyle } = destination
  return {
    draft: {
      ...{ destinationId, name, provider, endpoint, region, bucket, prefix, pathStyle },
      credentialKind: destination.credentials.kind,
      ...NO_SIGN_IN,
      accessKeyId:
        destination.credentials.kind === 'keys' ? destination.credentials.accessKeyId : '',
      secretAccessKey: '',
      sessionToken: '',
      keepSecret: destination.secretPlace !== 'memory',
    },
    isEndpointOwn: true,
    isPathStyleOwn: true,
  }
}

/** The provider brings its own address and style, unless the person gave others. */
export function withProvider(form: FormDraft, provider: DestinationDraft['provider']): FormDraft {
  const known = providerOf(provider)
  return {
    ...form,
    draft: {
      ...form.draft,
      provider,
      endpoint: form.isEndpointOwn
        ? form.draft.endpoint
        : (endpointOf(known, form.draft.region) ?? ''),
      pathStyle: form.isPathStyleOwn ? form.draft.pathStyle : known.pathStyle,
    },
  }
}

export function withRegion(form: FormDraft, region: string): FormDraft {
  const endpoint = endpointOf(providerOf(form.draft.provider), region.trim())
  return {
    ...form,
    draft: {
      ...form.draft,
      region,
      endpoint: form.isEndpointOwn || endpoint === null ? form.draft.endpoint : endpoint,
    },
  }
}

/** A pasted address tells whose it is; an unknown one gets what most servers at home need. */
export function withEndpoint(form: FormDraft, endpoint: string): FormDraft {
  const next = { ...form, isEndpointOwn: true, draft: { ...form.draft, endpoint } }
  const provider = providerFromEndpoint(endpoint, form.draft.provider)
  return provider === form.draft.provider ? next : withProvider(next, provider)
}

const HOSTS: readonly (readonly [RegExp, DestinationDraft['provider']])[] = [
  [/\.amazonaws\.com(\.cn)?$/, 'aws'],
  [/\.r2\.cloudflarestorage\.com$/, 'r2'],
  [/\.backblazeb2\.com$/, 'b2'],
  [/\.wasabisys\.com$/, 'wasabi'],
  [/\.digitaloceanspaces\.com$/, 'spaces'],
  [/\.scw\.cloud$/, 'scaleway'],
]

function providerFromEndpoint(
  endpoint: string,
  current: DestinationDraft['provider'],
): DestinationDraft['provider'] {
  const host = hostOf(endpoint)
  if (host === null) return current
  const known = HOSTS.find(([pattern]) => pattern.test(host))
  if (known !== undefined) return known[1]
  // A person's own server: never one of the stores that have an address of their own.
  const hasOwnAddress = HOSTS.some(([, provider]) => provider === current)
  return hasOwnAddress ? 'other' : current
}

/** Null while the address is not one yet. */
function hostOf(endpoint: string): string | null {
  const typed = endpoint.trim()
  if (!/[.:]/.test(typed)) return null
  return URL.parse(typed.includes('://') ? typed : `https://${typed}`)?.hostname || null
}

export const PROVIDER_OPTIONS = PROVIDERS.map(({ id, label }) => ({ value: id, label }))
