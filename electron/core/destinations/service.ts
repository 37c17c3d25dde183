import { endpointOf, knownHost } from '../../contract/providers/lookup.ts'

/**
 * The service behind an endpoint: scheme, host and port, and for the addresses that a provider gives
 * its regions the provider, since they all are its own and a store may name another region.
 */
export function serviceOf(endpoint: string): string {
  const known = knownHost(new URL(endpoint).hostname)
  if (known === null || known.region === null) return endpoint
  const isOwn = endpointOf(known.provider, known.region) === endpoint
  return isOwn ? known.provider.id : endpoint
}
