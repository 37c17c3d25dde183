import type { Destination } from '../../contract/commands/destinations.ts'
import { isRegion } from '../../contract/plain-text.ts'
import { endpointOf, providerOf, regionNamedIn } from '../../contract/providers/lookup.ts'

/**
 * The same place in the region that its store named, and its endpoint with it where the provider's
 * addresses name the region. Null where nothing would change.
 */
export function inRegion<P extends Pick<Destination, 'provider' | 'endpoint' | 'region'>>(
  place: P,
  region: string,
): P | null {
  // It comes from the network, and becomes a part of a host's name.
  if (!isRegion(region)) return null
  const provider = providerOf(place.provider)
  const isNamed = regionNamedIn(provider, place.endpoint) !== null
  const endpoint = (isNamed ? endpointOf(provider, region) : null) ?? place.endpoint
  if (region === place.region && endpoint === place.endpoint) return null
  return { ...place, region, endpoint }
}
