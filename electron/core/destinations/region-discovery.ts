import type { Destination } from '../../contract/commands/destinations.ts'
import type { DraftNote } from '../../contract/destination-draft.ts'
import { isRegion } from '../../contract/plain-text.ts'
import { endpointOf, providerOf, regionNamedIn } from '../../contract/providers/lookup.ts'
import type { StorePorts } from '../s3/client.ts'
import { proveAccess } from '../s3/request.ts'
import type { Destinations } from './destinations.ts'
import type { CleanDraft } from './draft.ts'
import { openDraftStore, type Store } from './open-store.ts'
import type { StoredDestination } from './stored-destination.ts'

interface RegionDiscoveryDeps {
  readonly destinations: Destinations
  readonly ports: StorePorts
}

/** The user waits for the form to close, and a store that is silent now may answer tomorrow. */
const DISCOVERY_TIMEOUT_MS = 4000

/**
 * Answers the draft in the region that its store names when it refuses the draft's region. If the
 * store accepts the region, or does not answer, the draft stays unchanged.
 */
export async function inDiscoveredRegion(
  parts: RegionDiscoveryDeps,
  clean: CleanDraft,
  former: StoredDestination | null,
): Promise<CleanDraft> {
  const patience = {
    connectMs: DISCOVERY_TIMEOUT_MS,
    idleMs: DISCOVERY_TIMEOUT_MS,
    wholeMs: DISCOVERY_TIMEOUT_MS,
  }
  const store = await openDraftStore(parts, clean, former, patience)
  if (!store.ok) return clean
  try {
    const region = await discoverRegion(store.value)
    const fields = region === null ? null : inRegion(clean.fields, region)
    if (fields === null) return clean
    const note: DraftNote = { field: 'region', change: 'region-corrected' }
    const notes = clean.notes.filter(({ change }) => change !== note.change)
    return { ...clean, fields, notes: [...notes, note] }
  } finally {
    store.value.client.destroy()
  }
}

/**
 * Sends a listing, whose answer has a body: some stores name the region there and not in a header:
 * docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html, `AuthorizationHeaderMalformed` and
 * `PermanentRedirect`.
 */
async function discoverRegion(store: Store): Promise<string | null> {
  const signal = AbortSignal.timeout(DISCOVERY_TIMEOUT_MS)
  // Getting the keys may take a while before anything is sent.
  const silence = new Promise<null>((resolve) => {
    signal.addEventListener('abort', () => resolve(null), { once: true })
  })
  const proven = await Promise.race([proveAccess(store, signal), silence])
  if (proven === null || proven.ok) return null
  return proven.failure.kind === 'region-wrong' ? proven.failure.region : null
}

/**
 * The same destination in the region that its store named, with the matching endpoint if the
 * provider's addresses name the region. Null if nothing would change.
 */
export function inRegion<P extends Pick<Destination, 'provider' | 'endpoint' | 'region'>>(
  place: P,
  region: string,
): P | null {
  // The region comes from the network, and becomes part of a host name.
  if (!isRegion(region)) return null
  const provider = providerOf(place.provider)
  const isNamed = regionNamedIn(provider, place.endpoint) !== null
  const endpoint = (isNamed ? endpointOf(provider, region) : null) ?? place.endpoint
  if (region === place.region && endpoint === place.endpoint) return null
  return { ...place, region, endpoint }
}
