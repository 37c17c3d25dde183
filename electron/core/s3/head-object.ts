import {
  GetObjectCommand,
  HeadObjectCommand,
  type HeadObjectCommandInput,
  type HeadObjectCommandOutput,
  ListObjectsV2Command,
} from '@aws-sdk/client-s3'
import type { Failure } from '../../contract/failure/kinds.ts'
import { type Outcome, succeeded } from '../../contract/outcome.ts'
import { checksumsIn, type StoreChecksums } from './checksum-headers.ts'
import {
  isFreshlyProven,
  isProven,
  noteAccessProven,
  proveAccess,
  type S3Store,
  sendToStore,
} from './request.ts'

/** The metadata header that says which upload wrote an object: `x-amz-meta-ferry-upload`. */
export const TOKEN_METADATA = 'ferry-upload'

export interface ObjectHead {
  /** Null: the answer gives no length, as behind a proxy that compresses. It does not mean 0. */
  readonly byteLength: number | null
  /** Null: the answer has none, as behind a proxy that removes it. */
  readonly etag: string | null
  /** Null for objects that no upload of Ferry wrote, and at stores that drop metadata. */
  readonly token: string | null
  /** Empty unless requested, and at stores that keep none. */
  readonly sums: StoreChecksums
  /**
   * Whether they are checksums of the parts' checksums or of the object's bytes; null: the store
   * does not say.
   */
  readonly isComposite: boolean | null
  /** As the store names it; null: the store does not mention encryption. */
  readonly encryption: string | null
}

/**
 * Null when there is no such object. Fails with `access-denied` only when the access keys are right
 * but may not look.
 */
export async function headObject(
  store: S3Store,
  key: string,
  signal?: AbortSignal,
): Promise<Outcome<ObjectHead | null>> {
  const answered = await askHead(store, key, {}, signal)
  if (!answered.ok) return refusalExplained(store, answered, signal)
  noteAccessProven(store)
  return succeeded(headIn(answered.value))
}

/**
 * The same with the checksums that the store keeps. Some access keys may look at an object but not
 * at its checksums (that needs permission to decrypt), and some stores do not support the request:
 * they are asked without it.
 */
export async function headObjectWithChecksums(
  store: S3Store,
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
  store: S3Store,
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
  const checksums = checksumsIn(answer)
  const isNumbered = Object.values(checksums).some((each) => /-\d+$/.test(each))
  return {
    byteLength: Number.isSafeInteger(ContentLength) ? (ContentLength ?? null) : null,
    etag: ETag || null,
    token: Metadata?.[TOKEN_METADATA] ?? null,
    sums: checksums,
    isComposite: isNumbered || (ChecksumType === undefined ? null : ChecksumType === 'COMPOSITE'),
    encryption: ServerSideEncryption ?? null,
  }
}

async function refusalExplained(
  store: S3Store,
  refused: { readonly ok: false; readonly failure: Failure },
  signal: AbortSignal | undefined,
): Promise<Outcome<null>> {
  const { failure } = refused
  const isMissing = failure.kind === 'store-refused' && failure.status === 404
  const isMute = failure.kind === 'store-refused' || failure.kind === 'access-denied'
  if (!isMute) return refused
  // AWS answers 400 when the access keys expired a moment ago; only 403 is about this object.
  const isExplained = isMissing
    ? isProven(store)
    : failure.kind === 'access-denied' && isFreshlyProven(store)
  if (!isExplained) {
    const proven = await proveAccess(store, signal)
    if (!proven.ok) return proven
  }
  return isMissing ? succeeded(null) : refused
}

/**
 * Finds the length of an object without HEAD, whose Content-Length proxies that compress remove:
 * rclone#8137, minio#19259. Null: unknown.
 */
export async function measureObjectLength(
  store: S3Store,
  key: string,
  signal: AbortSignal,
): Promise<number | null> {
  return (await lengthByRange(store, key, signal)) ?? (await lengthByList(store, key, signal))
}

interface RangeAnswer {
  readonly contentRange: string
  readonly byteLength: number | undefined
}

/** Requests the first byte; the answer says how many there are. */
async function lengthByRange(
  store: S3Store,
  key: string,
  signal: AbortSignal,
): Promise<number | null> {
  const command = new GetObjectCommand({
    Bucket: store.destination.bucket,
    Key: key,
    Range: 'bytes=0-0',
  })
  const answered: Outcome<RangeAnswer> = await sendToStore(
    store,
    async (client, options) => {
      const { Body, ContentRange = '', ContentLength } = await client.send(command, options)
      // A store without support for ranges sends the whole object, which nobody reads.
      if (Body !== undefined && 'destroy' in Body) Body.on('error', () => undefined).destroy()
      return { contentRange: ContentRange, byteLength: ContentLength }
    },
    { signal },
  )
  if (!answered.ok) {
    const { failure } = answered
    // RFC 9110 section 15.5.17: only an empty object has no first byte.
    return failure.kind === 'store-refused' && failure.status === 416 ? 0 : null
  }
  const { contentRange, byteLength } = answered.value
  if (contentRange === '') return lengthIn(byteLength)
  return lengthIn(Number(/\/(\d+)$/.exec(contentRange.trim())?.[1]))
}

/** The key itself is the first of all keys that begin with it. */
async function lengthByList(
  store: S3Store,
  key: string,
  signal: AbortSignal,
): Promise<number | null> {
  const place = { Bucket: store.destination.bucket, Prefix: key, MaxKeys: 1 }
  const listed = await sendToStore(
    store,
    (client, options) => client.send(new ListObjectsV2Command(place), options),
    { signal },
  )
  const found = listed.ok ? listed.value.Contents?.find(({ Key }) => Key === key) : undefined
  return lengthIn(found?.Size)
}

function lengthIn(byteLength: number | undefined): number | null {
  return byteLength !== undefined && Number.isSafeInteger(byteLength) ? byteLength : null
}
