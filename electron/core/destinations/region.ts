import type { Destination } from '../../contract/destination.ts'
import { endpointOf, providerOf, regionNamedIn } from '../../contract/providers.ts'

/** A region becomes a part of a host's name, and comes from the network. */
const REGION = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i

/**
 * The same place in the region that its store named, and its endpoint with it where the provider's
 * addresses name the region. Null where nothing would change.
 */
export function inRegion<P extends Pick<Destination, 'provider' | 'endpoint' | 'region'>>(
  place: P,
  region: string,
): P | null {
  if (!REGION.test(region)) return null
  const provider = providerOf(place.provider)
  const isNamed = regionNamedIn(provider, place.endpoint) !== null
  const endpoint = (isNamed ? endpointOf(provider, region) : null) ?? place.endpoint
  if (region === place.region && endpoint === place.endpoint) return null
  return { ...place, region, endpoint }
}
