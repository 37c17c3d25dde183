import { HeadBucketCommand, PutObjectCommand, UploadPartCommand } from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import type { UploadId } from '../../contract/ids.ts'
import { KIB } from '../../contract/limits.ts'
import { failed, type Outcome, succeeded } from '../../contract/outcome.ts'
import { type PartPlan, partCountOf, rangeOfPart } from '../../contract/part-plan.ts'
import type { SignedPart } from '../../contract/upload.ts'
import type { UploadRow } from '../records/upload-row.ts'
import { ask, type Store } from '../store/store.ts'
import { TOKEN_METADATA } from './head-object.ts'
import { type UploadContext, unfinishedRow } from './upload-context.ts'

const LEAST_SECONDS = 15 * 60
const MOST_SECONDS = 60 * 60
/** A line slower than this has other troubles than an expired signature. */
const SLOWEST_BYTES_PER_SECOND = 16 * KIB
const TOKEN_HEADER = `x-amz-meta-${TOKEN_METADATA}`

/**
 * Signs PUTs for parts of this upload's own record, and for nothing else. Fails with `not-now` for
 * a part that the plan does not have.
 */
export async function signParts(
  context: UploadContext,
  uploadId: UploadId,
  partNumbers: readonly number[],
): Promise<Outcome<SignedPart[]>> {
  const row = unfinishedRow(context, uploadId)
  if (!row.ok) return row
  const { plan, destinationId } = row.value.record
  if (plan === null || partNumbers.some((each) => each > partCountOf(plan))) {
    return failed({ kind: 'not-now' })
  }
  if (plan.mode === 'multipart' && row.value.storeUploadId === null) {
    return failed({ kind: 'upload-gone' })
  }
  const store = await context.stores.of(destinationId)
  if (!store.ok) return store
  await learnTimeIfUnsure(store.value)
  const sign = (partNumber: number) => signPart(context, store.value, row.value, plan, partNumber)
  return succeeded(await Promise.all([...new Set(partNumbers)].map(sign)))
}

/** Long enough for the slowest line to begin sending, short enough to be worth little if leaked. */
export function lifeSeconds(byteLength: number): number {
  const seconds = Math.ceil(byteLength / SLOWEST_BYTES_PER_SECOND)
  return Math.min(MOST_SECONDS, Math.max(LEAST_SECONDS, seconds))
}

async function signPart(
  context: UploadContext,
  store: Store,
  row: UploadRow,
  plan: PartPlan,
  partNumber: number,
): Promise<SignedPart> {
  const { start, end } = rangeOfPart(plan, partNumber)
  const nowMs = context.now()
  const expiresIn = lifeSeconds(end - start)
  const signing = { expiresIn, signingDate: new Date(nowMs + store.clock.offsetMs) }
  const expiresAtMs = Math.floor(nowMs / 1000) * 1000 + expiresIn * 1000
  if (plan.mode === 'single') {
    return { partNumber, expiresAtMs, ...(await signSingle(store, row, signing)) }
  }
  const command = new UploadPartCommand({
    Bucket: store.destination.bucket,
    Key: row.record.key,
    UploadId: row.storeUploadId ?? '',
    PartNumber: partNumber,
  })
  // No headers: the page sends a body without a type, so nothing unsigned travels with it.
  return {
    partNumber,
    expiresAtMs,
    url: await getSignedUrl(store.client, command, signing),
    headers: {},
  }
}

async function signSingle(
  store: Store,
  row: UploadRow,
  signing: { readonly expiresIn: number; readonly signingDate: Date },
) {
  const { key, contentType } = row.record
  const command = new PutObjectCommand({
    Bucket: store.destination.bucket,
    Key: key,
    ContentType: contentType,
    Metadata: { [TOKEN_METADATA]: row.token },
  })
  const url = await getSignedUrl(store.client, command, {
    ...signing,
    // The presigner leaves Content-Type out unless told; Ceph 20 refuses an unsigned one.
    signableHeaders: new Set(['host', 'content-type']),
    // In the query the metadata would be lost at OpenStack Swift.
    unhoistableHeaders: new Set([TOKEN_HEADER]),
  })
  return { url, headers: { 'content-type': contentType, [TOKEN_HEADER]: row.token } }
}

/** Any answer has a date, a refusal, too; without one the signature is made as well as we know. */
async function learnTimeIfUnsure(store: Store): Promise<void> {
  if (!store.clock.isUnsure()) return
  await ask(store, (client, options) =>
    client.send(new HeadBucketCommand({ Bucket: store.destination.bucket }), options),
  )
}
