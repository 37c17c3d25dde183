import { GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3'
import type { Outcome } from '../../contract/outcome.ts'
import { type Store, sendToStore } from '../store/store.ts'

/**
 * How long an object is, found out without HEAD, whose Content-Length proxies that compress take
 * away: rclone#8137, minio#19259. Null: nobody says.
 */
export async function measureObjectLength(
  store: Store,
  key: string,
  signal: AbortSignal,
): Promise<number | null> {
  return (await lengthByRange(store, key, signal)) ?? (await lengthByList(store, key, signal))
}

interface RangeAnswer {
  readonly contentRange: string
  readonly byteLength: number | undefined
}

/** Asks for the first byte; the answer says how many there are. */
async function lengthByRange(
  store: Store,
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
      // A store that knows no ranges sends the whole of it, which nobody reads.
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

/** The key itself is the first of all that begin with it. */
async function lengthByList(
  store: Store,
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
