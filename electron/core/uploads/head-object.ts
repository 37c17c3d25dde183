import { HeadObjectCommand } from '@aws-sdk/client-s3'
import { type Outcome, succeeded } from '../../contract/outcome.ts'
import { ask, type Store } from '../store/store.ts'

/** The metadata header by which an object says which upload wrote it: `x-amz-meta-ferry-upload`. */
export const TOKEN_METADATA = 'ferry-upload'

export interface ObjectHead {
  readonly byteLength: number
  readonly etag: string
  /** Null for objects that no upload of Ferry's wrote, and at stores that drop metadata. */
  readonly token: string | null
}

/** Null when there is no such object. */
export async function headObject(
  store: Store,
  key: string,
  signal?: AbortSignal,
): Promise<Outcome<ObjectHead | null>> {
  const answered = await ask(
    store,
    (client, options) =>
      client.send(new HeadObjectCommand({ Bucket: store.destination.bucket, Key: key }), options),
    signal === undefined ? {} : { signal },
  )
  if (!answered.ok) {
    const { failure } = answered
    // HEAD has no body, so no code says whether key or bucket is missing; the key is likelier, and
    // every other request names a missing bucket.
    const isMissing = failure.kind === 'store-refused' && failure.status === 404
    return isMissing ? succeeded(null) : answered
  }
  const { ContentLength, ETag, Metadata } = answered.value
  return succeeded({
    byteLength: ContentLength ?? 0,
    etag: ETag ?? '""',
    token: Metadata?.[TOKEN_METADATA] ?? null,
  })
}
