import { HeadBucketCommand, PutObjectCommand, UploadPartCommand } from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import type { PartToSign, SignedPart } from '../../contract/commands/uploads.ts'
import type { CommandInput } from '../../contract/commands.ts'
import type { Failure } from '../../contract/failure/kinds.ts'
import { KIB } from '../../contract/limits.ts'
import { failed, type Outcome, succeeded } from '../../contract/outcome.ts'
import { type PartPlan, partCountOf, rangeOfPart } from '../../contract/part-plan.ts'
import type { Store } from '../destinations/open-store.ts'
import { type IntegrityPlan, isChecksumSent } from '../integrity/store-integrity.ts'
import type { UploadRow } from '../records/stored-upload.ts'
import { checksumField, checksumHeader, isChecksumOf } from '../s3/checksum-headers.ts'
import { signedSeconds } from '../s3/presign.ts'
import {
  conditionField,
  conditionHeader,
  headersOfFields,
  type ObjectFields,
  objectFields,
} from '../s3/put-headers.ts'
import { sendToStore } from '../s3/request.ts'
import { refusalByRules } from './rules/admission.ts'
import { fileNameOf } from './rules/object-key.ts'
import { storeOfUpload, type UploadContext, unfinishedRow } from './upload-context.ts'

const LEAST_SECONDS = 15 * 60
const MOST_SECONDS = 60 * 60
/** A connection slower than this has worse problems than an expired signature. */
const SLOWEST_BYTES_PER_SECOND = 16 * KIB
const LEARN_TIME_MS = 5_000

/**
 * Signs PUTs only for parts in this upload's own record. The checksums are recorded first, so the
 * checksum of whatever arrives is known. Fails with `wrong-state` for a part that is not in the
 * plan and for text that is not a checksum of the upload's algorithm.
 */
export async function signParts(
  context: UploadContext,
  { uploadId, parts }: CommandInput<'signParts'>,
): Promise<Outcome<SignedPart[]>> {
  const asked = unfinishedRow(context, uploadId)
  if (!asked.ok) return asked
  const store = await storeOfUpload(context, asked.value)
  if (!store.ok) return store
  await learnTimeIfUnsure(store.value)
  // Read after the wait, since nothing may come between this read, the record and the signature.
  const row = unfinishedRow(context, uploadId)
  if (!row.ok) return row
  const { plan } = row.value.record
  const { integrity, storeUploadId } = row.value
  if (plan === null || integrity === null) return failed({ kind: 'wrong-state' })
  const refusal = refusalByRules(store.value.destination, row.value)
  if (refusal !== null) return failed(refusal)
  if (!parts.every((each) => isPartOf(plan, integrity, each)))
    return failed({ kind: 'wrong-state' })
  if (plan.mode === 'multipart' && storeUploadId === null) return failed({ kind: 'upload-gone' })
  const tooLarge = refusedForLength(context, row.value, plan, parts)
  if (tooLarge !== null) return failed(tooLarge)
  const wanted = new Map(parts.map((part) => [part.partNumber, part]))
  context.records.parts.announce(uploadId, plan, [...wanted.values()])
  const signing = { context, store: store.value, row: row.value, plan, integrity }
  return succeeded(await Promise.all([...wanted.values()].map((part) => signPart(signing, part))))
}

/** Whether the plan has this part and the checksum is valid for the algorithm. */
export function isPartOf(plan: PartPlan, { algorithm }: IntegrityPlan, part: PartToSign): boolean {
  return part.partNumber <= partCountOf(plan) && isChecksumOf(algorithm, part.checksum)
}

/** The store refused bodies of this length a moment ago, so sending these would be in vain. */
function refusedForLength(
  { reasons }: UploadContext,
  { record }: UploadRow,
  plan: PartPlan,
  parts: readonly PartToSign[],
): Failure | null {
  const lengths = parts.map(({ partNumber }) => {
    const { start, end } = rangeOfPart(plan, partNumber)
    return end - start
  })
  return reasons.tooLarge(record.destinationId, Math.max(0, ...lengths))
}

/**
 * Long enough for the slowest connection to begin sending, short enough to be worth little if
 * leaked.
 */
export function lifeSeconds(byteLength: number): number {
  const seconds = Math.ceil(byteLength / SLOWEST_BYTES_PER_SECOND)
  return Math.min(MOST_SECONDS, Math.max(LEAST_SECONDS, seconds))
}

interface Signing {
  readonly context: UploadContext
  readonly store: Store
  readonly row: UploadRow
  readonly plan: PartPlan
  readonly integrity: IntegrityPlan
}

async function signPart(signing: Signing, part: PartToSign): Promise<SignedPart> {
  const { context, store, plan } = signing
  const { partNumber } = part
  const { start, end } = rangeOfPart(plan, partNumber)
  const nowMs = context.now()
  const expiresIn = await signedSeconds(store, lifeSeconds(end - start), nowMs)
  const headers = headersOf(signing, part)
  const names = Object.keys(headers)
  const url = await presigned(signing, part, {
    expiresIn,
    signingDate: new Date(nowMs + store.clock.offsetMs),
    // By default the presigner leaves Content-Type out; Ceph 20 refuses an unsigned one.
    signableHeaders: new Set(['host', ...names]),
    // In the query, OpenStack Swift would lose metadata and no store would check the checksum.
    unhoistableHeaders: new Set(names),
  })
  const expiresAtMs = Math.floor(nowMs / 1000) * 1000 + expiresIn * 1000
  const { bucket, kind } = store.destination
  return { partNumber, url, headers, expiresAtMs, bucket, isLocal: kind === 'local' }
}

/** All headers that must be sent with the PUT. The page sends a part's body without a type. */
function headersOf(signing: Signing, part: PartToSign): Record<string, string> {
  const { row, plan, integrity } = signing
  const whole = () => ({ ...headersOfFields(fieldsOf(signing)), ...conditionHeader(row) })
  return {
    ...(plan.mode === 'single' ? whole() : {}),
    ...(isChecksumSent(integrity) ? { [checksumHeader(integrity.algorithm)]: part.checksum } : {}),
  }
}

function presigned(
  signing: Signing,
  part: PartToSign,
  options: Parameters<typeof getSignedUrl>[2],
): Promise<string> {
  const { store, row, plan, integrity } = signing
  const checksum = isChecksumSent(integrity)
    ? checksumField(integrity.algorithm, part.checksum)
    : {}
  const place = { Bucket: store.destination.bucket, Key: row.record.key, ...checksum }
  if (plan.mode === 'single') {
    const put = { ...place, ...fieldsOf(signing), ...conditionField(row) }
    return getSignedUrl(store.client, new PutObjectCommand(put), options)
  }
  const upload = { UploadId: row.storeUploadId ?? '', PartNumber: part.partNumber }
  return getSignedUrl(store.client, new UploadPartCommand({ ...place, ...upload }), options)
}

function fieldsOf({ store, row }: Signing): ObjectFields {
  const { contentType } = row.record
  const file = { name: fileNameOf(row.relativePath), contentType, token: row.token }
  return objectFields(store.destination.rules, file)
}

/**
 * Every answer has a date, even a refusal. If the store does not answer, the signature uses the
 * best known time, so that the parts can still be tried.
 */
async function learnTimeIfUnsure(store: Store): Promise<void> {
  if (!store.clock.isUnsure()) return
  const place = { Bucket: store.destination.bucket }
  await sendToStore(
    store,
    (client, options) => client.send(new HeadBucketCommand(place), options),
    {
      signal: AbortSignal.timeout(LEARN_TIME_MS),
    },
  )
}
