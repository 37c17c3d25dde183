import { bucketUrl } from '../s3/bucket-url.ts'
import type { StoredDestination } from './stored-destination.ts'

type Place = Pick<StoredDestination, 'endpoint' | 'region' | 'bucket' | 'pathStyle'>

/** Every origin that parts for these destinations are signed for. */
export function originsOf(destinations: readonly Place[]): string[] {
  return [...new Set(destinations.flatMap(originOf))]
}

function originOf(destination: Place): string[] {
  try {
    return [bucketUrl(destination).origin]
  } catch {
    // Nothing can be signed for it, so that nothing needs to be reached.
    return []
  }
}
