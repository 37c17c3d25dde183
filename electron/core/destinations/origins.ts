import { usesPathStyle } from '../store/path-style.ts'
import type { StoredDestination } from './stored-destination.ts'

/** Every origin that requests for these destinations may go to. */
export function originsOf(destinations: readonly StoredDestination[]): string[] {
  const origins = destinations.flatMap((destination) => {
    const url = new URL(destination.endpoint)
    // The SDK falls back to the path for names that no host can carry, so both are named.
    if (usesPathStyle(destination)) return [url.origin]
    return [url.origin, `${url.protocol}//${destination.bucket}.${url.host}`]
  })
  return [...new Set(origins)]
}
