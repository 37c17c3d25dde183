import type { StoredDestination } from './stored-destination.ts'

/** Every origin that requests for these destinations may go to. */
export function originsOf(destinations: readonly StoredDestination[]): string[] {
  const origins = destinations.flatMap(({ endpoint, bucket, pathStyle }) => {
    const url = new URL(endpoint)
    // The SDK falls back to the path for names that no host can carry, so both are named.
    return pathStyle ? [url.origin] : [url.origin, `${url.protocol}//${bucket}.${url.host}`]
  })
  return [...new Set(origins)]
}
