import { ListObjectsV2Command } from '@aws-sdk/client-s3'
import { isDenied } from '../../contract/failure/s3-failure.ts'
import { type Outcome, succeeded } from '../../contract/outcome.ts'
import { type Store, sendToStore } from './store.ts'

/** Keys can end or be revoked, so a proof of them is good for a while only. */
const PROOF_MS = 60_000

/** What a store has shown of itself; times are `performance.now()`. */
export interface StoreAccess {
  provenAtMs: number | null
  /** These keys, or this store, do not let us find out what is checked: not worth asking again. */
  hidesIntegrity: boolean
}

/** Bucket, region and keys were right once: an object that is missing is just missing. */
export function isProven({ access }: Store): boolean {
  return access.provenAtMs !== null
}

/** They were right a moment ago: a refusal is about this request alone. */
export function isFreshlyProven({ access }: Store): boolean {
  return access.provenAtMs !== null && performance.now() - access.provenAtMs < PROOF_MS
}

export function noteAccessProven(store: Store): void {
  store.access.provenAtMs = performance.now()
}

/**
 * HEAD has no body, so its 403 and 404 do not say what is wrong: the keys, the bucket, or just this
 * object. A listing has a body. Fails with what the store says in it, unless that is only that
 * these keys may not list.
 */
export async function proveAccess(store: Store, signal?: AbortSignal): Promise<Outcome<null>> {
  const place = { Bucket: store.destination.bucket, MaxKeys: 1 }
  const listed = await sendToStore(
    store,
    (client, options) => client.send(new ListObjectsV2Command(place), options),
    signal === undefined ? {} : { signal },
  )
  if (!listed.ok && !isDenied(listed.failure)) return listed
  noteAccessProven(store)
  return succeeded(null)
}
