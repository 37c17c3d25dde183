import {
  CompleteMultipartUploadCommand,
  GetObjectTaggingCommand,
  PutObjectTaggingCommand,
} from '@aws-sdk/client-s3'
import type { Failure } from '../../contract/failure/kinds.ts'
import { type Outcome, succeeded } from '../../contract/outcome.ts'
import { CRC64NVME } from '../../lib/crc-combine.ts'
import { fullObjectCrc } from '../integrity/object-checksums.ts'
import type { ChecksummedPart } from '../integrity/part-checksums.ts'
import type { ExpectedObject } from '../integrity/verification.ts'
import { checksumField } from '../s3/checksum-headers.ts'
import type { StoreUpload } from '../s3/list-parts.ts'
import { conditionField } from '../s3/put-headers.ts'
import { sendToStore } from '../s3/request.ts'
import type { UploadAtStore, UploadContext } from './upload-context.ts'

/** What Complete says besides the parts, so that the store can check it. */
interface Guards {
  readonly hasLength: boolean
  readonly hasChecksums: boolean
}

/** A store that refuses a guard is asked again without it; HEAD looks in any case. */
const GUARDS: readonly Guards[] = [
  { hasLength: true, hasChecksums: true },
  { hasLength: false, hasChecksums: true },
]
const NO_GUARDS: Guards = { hasLength: false, hasChecksums: false }

export interface Completion {
  readonly upload: StoreUpload
  /** In order. */
  readonly parts: readonly ChecksummedPart[]
  readonly expected: ExpectedObject
}

/** Asks the store to make one object of all the parts. */
export async function requestCompletion(
  at: UploadAtStore,
  completion: Completion,
  signal: AbortSignal,
): Promise<Outcome<{ readonly etag: string | null }>> {
  for (const guards of GUARDS) {
    const completed = await requestGuarded(at, completion, guards, signal)
    if (completed.ok || !isAboutGuards(completed.failure)) return completed
  }
  return requestGuarded(at, completion, NO_GUARDS, signal)
}

async function requestGuarded(
  { row, store }: UploadAtStore,
  { upload, parts, expected }: Completion,
  guards: Guards,
  signal: AbortSignal,
): Promise<Outcome<{ readonly etag: string | null }>> {
  const command = new CompleteMultipartUploadCommand({
    Bucket: store.destination.bucket,
    Key: upload.key,
    UploadId: upload.storeUploadId,
    ...conditionField(row),
    ...(guards.hasLength ? { MpuObjectSize: row.record.byteLength } : {}),
    ...(guards.hasChecksums && row.integrity?.isChecked === true
      ? objectChecksumField(expected)
      : {}),
    MultipartUpload: {
      Parts: parts.map((part) => ({
        PartNumber: part.partNumber,
        ETag: part.etag,
        ...(guards.hasChecksums ? partChecksumField(part, expected) : {}),
      })),
    },
  })
  const completed = await sendToStore(store, (client, options) => client.send(command, options), {
    signal,
    isOnce: true,
  })
  return completed.ok ? succeeded({ etag: completed.value.ETag || null }) : completed
}

/** The one checksum of which the store works out that of the whole object by itself. */
function objectChecksumField({ algorithm, parts }: ExpectedObject) {
  if (algorithm !== 'crc64nvme') return {}
  return {
    ...checksumField(algorithm, fullObjectCrc(CRC64NVME, parts)),
    ChecksumType: 'FULL_OBJECT',
  } as const
}

/** OpenStack Swift takes those for malformed XML, and gives none back. */
function partChecksumField({ echoed, checksum }: ChecksummedPart, { algorithm }: ExpectedObject) {
  return echoed[algorithm] === undefined ? {} : checksumField(algorithm, checksum)
}

/** Refused for what it says of the object; what it says of the parts the store has listed itself. */
function isAboutGuards(failure: Failure): boolean {
  if (failure.kind !== 'store-refused') return false
  const isOfParts = ['InvalidPart', 'InvalidPartOrder', 'EntityTooSmall'].includes(failure.code)
  return (failure.status === 400 || failure.status === 501) && !isOfParts
}

/**
 * Ceph's gateway 16.2 takes the tags of an upload in parts and forgets them, so they are looked for
 * and put again. A store that lets nobody look keeps what it has: the object is whole all the same.
 */
export async function addMissingTags(
  context: UploadContext,
  { row, store }: UploadAtStore,
  signal: AbortSignal,
): Promise<void> {
  const { bucket, rules } = store.destination
  if (rules.tags.length === 0) return
  const place = { Bucket: bucket, Key: row.record.key }
  const held = await sendToStore(
    store,
    (client, options) => client.send(new GetObjectTaggingCommand(place), options),
    { signal },
  )
  if (!held.ok || (held.value.TagSet ?? []).length > 0) return
  const TagSet = rules.tags.map(({ name, value }) => ({ Key: name, Value: value }))
  const put = await sendToStore(
    store,
    (client, options) =>
      client.send(new PutObjectTaggingCommand({ ...place, Tagging: { TagSet } }), options),
    { signal },
  )
  if (!put.ok) context.log.warn({ kind: put.failure.kind }, 'The store keeps no tags')
}
