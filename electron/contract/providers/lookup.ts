import { type OtherService, type Provider, ProviderId } from './provider.ts'
import { PROVIDER_TABLE } from './table.ts'

/** In the order in which the form offers them. */
export const PROVIDERS: readonly Provider[] = ProviderId.options.map((id) => ({
  id,
  ...PROVIDER_TABLE[id],
}))

export function providerOf(id: ProviderId): Provider {
  const found = PROVIDERS.find((provider) => provider.id === id)
  if (found === undefined) throw new TypeError(`No provider ${id}`)
  return found
}

/** The address of a store's region; null if the user has to know it. */
export function endpointOf(provider: Provider, region: string): string | null {
  const id = region || provider.defaultRegion
  const own = provider.regions.find((each) => each.id === id)?.endpoint
  return own ?? provider.endpointTemplate?.replace('{region}', id) ?? null
}

/** The facts that follow from a host name alone. */
export interface KnownHost {
  readonly provider: Provider
  /** The part of the host name before the endpoint's. */
  readonly bucket: string | null
  readonly region: string | null
  /** `public`: shows a bucket to the public and accepts no uploads. */
  readonly kind: 'endpoint' | 'public' | OtherService
}

/** Finds the provider of a host; null: Ferry does not know it, so it is the user's own server. */
export function knownHost(hostname: string): KnownHost | null {
  const host = hostname.toLowerCase()
  for (const provider of PROVIDERS) {
    const found = hostKinds(provider).find(([pattern]) => pattern.test(host))
    if (found === undefined) continue
    const [pattern, kind] = found
    const { bucket, region } = pattern.exec(host)?.groups ?? {}
    return { provider, bucket: bucket ?? null, region: region ?? null, kind }
  }
  return null
}

/** The narrow patterns come first, because a bucket name may contain almost anything. */
function hostKinds(provider: Provider): (readonly [RegExp, KnownHost['kind']])[] {
  return [
    ...provider.otherHosts,
    ...provider.publicHosts.map((each) => [each, 'public'] as const),
    ...provider.hosts.map((each) => [each, 'endpoint'] as const),
  ]
}

/** The region that a store's own address names; null: none, or it is not the store's address. */
export function regionNamedIn(provider: Provider, endpoint: string): string | null {
  const hostname = /^https?:\/\/([^/:?#]+)/.exec(endpoint)?.[1]
  const known = hostname === undefined ? null : knownHost(hostname)
  return known?.provider.id === provider.id ? known.region : null
}
