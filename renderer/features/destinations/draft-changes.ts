import type { AwsProfile } from '../../../electron/contract/commands/credentials.ts'
import type { ListedBucket } from '../../../electron/contract/destination-draft.ts'
import { endpointOf, knownHost, providerOf } from '../../../electron/contract/providers/lookup.ts'
import { type FormDraft, type OpenDraft, withCustomFlags } from './draft.ts'

type ProviderId = OpenDraft['provider']

/** Fields that nothing else in the form follows from. */
export function withFields(form: FormDraft, fields: Partial<OpenDraft>): FormDraft {
  return { ...form, draft: { ...form.draft, ...fields } }
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
  const next = { ...withFields(form, { endpoint }), isEndpointOwn: true }
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

/** What was pasted says more than what the form made up; the rest stays. */
export function withPasted(form: FormDraft, pasted: Partial<OpenDraft>): FormDraft {
  const { provider, region, endpoint, pathStyle, ...plain } = pasted
  // Another store's address would be of no use to this one.
  const isMoved = provider !== undefined && provider !== form.draft.provider
  let next = isMoved && endpoint === undefined ? { ...form, isEndpointOwn: false } : form
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
