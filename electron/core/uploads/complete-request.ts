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

/** Facts that Complete states besides the parts, so that the store can check them. */
interface Guards {
  readonly hasLength: boolean
  readonly hasChecksums: boolean
}

/** A store that refuses a guard is asked again without it; HEAD checks the object in any case. */
const GUARDS: readonly Guards[] = [
  { hasLength: true, hasChecksums: true },
  { hasLength: false, hasChecksums: true },
]
const NO_GUARDS: Guards = { hasLength: false, hasChecksums: false }

export interface Completion {
  readonly upload: StoreUpload
  /** In ascending order. */
  readonly parts: readonly ChecksummedPart[]
  readonly expected: ExpectedObject
}

/** Asks the store to make one object from all the parts. */
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

/** The only checksum from which the store computes the whole object's checksum by itself. */
function objectChecksumField({ algorithm, parts }: ExpectedObject) {
  if (algorithm !== 'crc64nvme') return {}
  return {
    ...checksumField(algorithm, fullObjectCrc(CRC64NVME, parts)),
    ChecksumType: 'FULL_OBJECT',
  } as const
}

/** OpenStack Swift treats part checksums as malformed XML, and returns none. */
function partChecksumField({ echoed, checksum }: ChecksummedPart, { algorithm }: ExpectedObject) {
  return echoed[algorithm] === undefined ? {} : checksumField(algorithm, checksum)
}

/**
 * Refused because of what the request says about the object; the facts about the parts come from
 * the store's own list.
 */
function isAboutGuards(failure: Failure): boolean {
  if (failure.kind !== 'store-refused') return false
  const isOfParts = ['InvalidPart', 'InvalidPartOrder', 'EntityTooSmall'].includes(failure.code)
  return (failure.status === 400 || failure.status === 501) && !isOfParts
}

/**
 * Ceph's gateway 16.2 accepts the tags of a multipart upload and forgets them, so they are read and
 * set again. If the store does not allow reading them, they stay as they are: the object is
 * complete anyway.
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
