import { HeadObjectCommand } from '@aws-sdk/client-s3'
import type { Failure } from '../../contract/failure.ts'
import { type Outcome, succeeded } from '../../contract/outcome.ts'
import { isFreshlyProven, isProven, notePassed, proveAccess } from '../store/prove-access.ts'
import { ask, type Store } from '../store/store.ts'

/** The metadata header by which an object says which upload wrote it: `x-amz-meta-ferry-upload`. */
export const TOKEN_METADATA = 'ferry-upload'

export interface ObjectHead {
  readonly byteLength: number
  readonly etag: string
  /** Null for objects that no upload of Ferry's wrote, and at stores that drop metadata. */
  readonly token: string | null
}

/**
 * Null when there is no such object. Fails with `access-denied` only when the keys are right and
 * may not look.
 */
export async function headObject(
  store: Store,
  key: string,
  signal?: AbortSignal,
): Promise<Outcome<ObjectHead | null>> {
  const place = { Bucket: store.destination.bucket, Key: key }
  const answered = await ask(
    store,
    (client, options) => client.send(new HeadObjectCommand(place), options),
    signal === undefined ? {} : { signal },
  )
  if (!answered.ok) return refusalExplained(store, answered, signal)
  notePassed(store)
  const { ContentLength, ETag, Metadata } = answered.value
  return succeeded({
    byteLength: ContentLength ?? 0,
    etag: ETag ?? '""',
    token: Metadata?.[TOKEN_METADATA] ?? null,
  })
}

async function refusalExplained(
  store: Store,
  refused: { readonly ok: false; readonly failure: Failure },
  signal: AbortSignal | undefined,
): Promise<Outcome<null>> {
  const { failure } = refused
  const isMissing = failure.kind === 'store-refused' && failure.status === 404
  const isMute = failure.kind === 'store-refused' || failure.kind === 'access-denied'
  if (!isMute) return refused
  const isExplained = isMissing ? isProven(store) : isFreshlyProven(store)
  if (!isExplained) {
    const proven = await proveAccess(store, signal)
    if (!proven.ok) return proven
  }
  return isMissing ? succeeded(null) : refused
}
