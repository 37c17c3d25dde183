import {
  HeadObjectCommand,
  type HeadObjectCommandInput,
  type HeadObjectCommandOutput,
} from '@aws-sdk/client-s3'
import type { Failure } from '../../contract/failure/kinds.ts'
import { type Outcome, succeeded } from '../../contract/outcome.ts'
import { checksumsIn, type StoreChecksums } from '../s3/checksum-headers.ts'
import { isFreshlyProven, isProven, noteAccessProven, proveAccess } from '../store/prove-access.ts'
import { type Store, sendToStore } from '../store/store.ts'

/** The metadata header by which an object says which upload wrote it: `x-amz-meta-ferry-upload`. */
export const TOKEN_METADATA = 'ferry-upload'

export interface ObjectHead {
  /** Null: the answer says nothing of it, as behind a proxy that compresses. It is not 0. */
  readonly byteLength: number | null
  /** Null: the answer has none, as behind a proxy that takes it away. */
  readonly etag: string | null
  /** Null for objects that no upload of Ferry's wrote, and at stores that drop metadata. */
  readonly token: string | null
  /** Empty unless asked for, and at stores that keep none. */
  readonly sums: StoreChecksums
  /** Whether they sum up the parts' checksums or the object's bytes; null: the store does not say. */
  readonly isComposite: boolean | null
  /** As the store names it; null: it says nothing of encryption. */
  readonly encryption: string | null
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
  const answered = await askHead(store, key, {}, signal)
  if (!answered.ok) return refusalExplained(store, answered, signal)
  noteAccessProven(store)
  return succeeded(headIn(answered.value))
}

/**
 * The same with the checksums that the store keeps. Some keys may look at an object and not at
 * those (they need leave to decrypt), and some stores know no such wish: they are asked without it.
 */
export async function headObjectWithChecksums(
  store: Store,
  key: string,
  signal: AbortSignal,
): Promise<Outcome<ObjectHead | null>> {
  const answered = await askHead(store, key, { ChecksumMode: 'ENABLED' }, signal)
  if (answered.ok) {
    noteAccessProven(store)
    return succeeded(headIn(answered.value))
  }
  const { kind } = answered.failure
  const isRefused = kind === 'access-denied' || kind === 'store-refused'
  return isRefused ? headObject(store, key, signal) : answered
}

function askHead(
  store: Store,
  key: string,
  wish: Pick<HeadObjectCommandInput, 'ChecksumMode'>,
  signal: AbortSignal | undefined,
) {
  const command = new HeadObjectCommand({ Bucket: store.destination.bucket, Key: key, ...wish })
  return sendToStore(
    store,
    (client, options) => client.send(command, options),
    signal === undefined ? {} : { signal },
  )
}

function headIn(answer: HeadObjectCommandOutput): ObjectHead {
  const { ContentLength, ETag, Metadata, ChecksumType, ServerSideEncryption } = answer
  const sums = checksumsIn(answer)
  const isNumbered = Object.values(sums).some((sum) => /-\d+$/.test(sum))
  return {
    byteLength: Number.isSafeInteger(ContentLength) ? (ContentLength ?? null) : null,
    etag: ETag || null,
    token: Metadata?.[TOKEN_METADATA] ?? null,
    sums,
    isComposite: isNumbered || (ChecksumType === undefined ? null : ChecksumType === 'COMPOSITE'),
    encryption: ServerSideEncryption ?? null,
  }
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
  // AWS answers 400 when the keys ended a moment ago; only 403 is about this object.
  const isExplained = isMissing
    ? isProven(store)
    : failure.kind === 'access-denied' && isFreshlyProven(store)
  if (!isExplained) {
    const proven = await proveAccess(store, signal)
    if (!proven.ok) return proven
  }
  return isMissing ? succeeded(null) : refused
}
