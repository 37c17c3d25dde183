import { CompleteMultipartUploadCommand } from '@aws-sdk/client-s3'
import type { Failure } from '../../contract/failure/kinds.ts'
import { type Outcome, succeeded } from '../../contract/outcome.ts'
import { CRC64NVME } from '../../lib/crc-combine.ts'
import { fullObjectCrc } from '../integrity/object-checksums.ts'
import type { ChecksummedPart } from '../integrity/part-checksums.ts'
import { checksumField } from '../s3/checksum-headers.ts'
import type { StoreUpload } from '../s3/list-parts.ts'
import { sendToStore } from '../store/store.ts'
import type { ExpectedObject } from './prove-object.ts'
import type { UploadAtStore } from './upload-context.ts'
import { conditionField } from './write-conditions.ts'

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
