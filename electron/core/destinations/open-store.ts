import type { DestinationId } from '../../contract/ids.ts'
import { type Outcome, succeeded } from '../../contract/outcome.ts'
import { DEFAULT_RULES } from '../../contract/rules/upload-rules.ts'
import { type IntegrityState, newIntegrityState } from '../integrity/store-integrity.ts'
import type { KeySource } from '../s3/access-keys.ts'
import { CHECK_TIMEOUTS, DEFAULT_TIMEOUTS, openS3Store, type StorePorts } from '../s3/client.ts'
import type { S3Store } from '../s3/request.ts'
import type { Destinations } from './destinations.ts'
import type { CleanDraft } from './draft.ts'
import { knowledgeFor, NOTHING_UNREAD, type StoredDestination } from './stored-destination.ts'

/** A destination that requests can be sent to. */
export interface Store extends S3Store<StoredDestination> {
  readonly integrity: IntegrityState
}

export function openStore(
  destination: StoredDestination,
  keys: KeySource,
  ports: StorePorts,
  timeouts = DEFAULT_TIMEOUTS,
): Store {
  return {
    ...openS3Store(destination, keys, ports, timeouts),
    integrity: newIntegrityState(),
  }
}

interface DraftStoreDeps {
  readonly destinations: Destinations
  readonly ports: StorePorts
}

/**
 * Opens a store for the content of the form, with keys; the caller destroys its client. Fails with
 * the reason why there are no keys: `secret-missing`, `sign-in-needed`, `keys-unavailable` and
 * similar.
 */
export async function openDraftStore(
  { destinations, ports }: DraftStoreDeps,
  clean: CleanDraft,
  former: StoredDestination | null,
  patience = CHECK_TIMEOUTS,
): Promise<Outcome<Store>> {
  const store = draftStore({ destinations, ports }, clean, former, patience)
  const first = await store.keys.current()
  if (first.ok) return succeeded(store)
  store.client.destroy()
  return first
}

/** The same, but the first request that needs the keys asks for them. */
export function draftStore(
  { destinations, ports }: DraftStoreDeps,
  clean: CleanDraft,
  former: StoredDestination | null,
  patience = CHECK_TIMEOUTS,
): Store {
  const keys = destinations.keysOfDraft(clean, former)
  const destination: StoredDestination = {
    ...clean.fields,
    // This draft is not stored, so nothing looks it up by its ID.
    destinationId: '' as DestinationId,
    kind: 's3',
    color: 'blue',
    rules: former?.rules ?? DEFAULT_RULES,
    secretPlace: 'memory',
    keptSecret: null,
    ...knowledgeFor(former, clean.fields),
    linkSeconds: 60,
    aside: NOTHING_UNREAD,
  }
  return openStore(destination, keys, ports, patience)
}
