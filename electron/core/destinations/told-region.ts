import type { DraftNote } from '../../contract/destination-draft.ts'
import type { StorePorts } from '../s3/client.ts'
import { proveAccess, type Store } from '../s3/request.ts'
import type { Destinations } from './destinations.ts'
import type { CleanDraft } from './draft.ts'
import { openDraftStore } from './open-draft-store.ts'
import { inRegion } from './region.ts'
import type { StoredDestination } from './stored-destination.ts'

interface Parts {
  readonly destinations: Destinations
  readonly ports: StorePorts
}

/** Somebody waits for the form to close, and a store that is silent now may speak tomorrow. */
const PATIENCE_MS = 4000

/**
 * The draft in the region that its store names when it refuses the draft's. A store that is content
 * with the region, or says nothing, leaves the draft as it is.
 */
export async function inToldRegion(
  parts: Parts,
  clean: CleanDraft,
  former: StoredDestination | null,
): Promise<CleanDraft> {
  const patience = { connectMs: PATIENCE_MS, idleMs: PATIENCE_MS, wholeMs: PATIENCE_MS }
  const store = await openDraftStore(parts, clean, former, patience)
  if (!store.ok) return clean
  try {
    const region = await toldRegion(store.value)
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
 * A listing has a body, which names the region where a store does not in a header:
 * docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html, `AuthorizationHeaderMalformed` and
 * `PermanentRedirect`.
 */
async function toldRegion(store: Store): Promise<string | null> {
  const signal = AbortSignal.timeout(PATIENCE_MS)
  // Keys that come from elsewhere may take their time before anything is asked.
  const silence = new Promise<null>((resolve) => {
    signal.addEventListener('abort', () => resolve(null), { once: true })
  })
  const proven = await Promise.race([proveAccess(store, signal), silence])
  if (proven === null || proven.ok) return null
  return proven.failure.kind === 'region-wrong' ? proven.failure.region : null
}
