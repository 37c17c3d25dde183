import { CompleteMultipartUploadCommand } from '@aws-sdk/client-s3'
import type { Failure } from '../../contract/failure.ts'
import type { UploadId } from '../../contract/ids.ts'
import { failed, type Outcome, succeeded } from '../../contract/outcome.ts'
import { type PartPlan, partCountOf } from '../../contract/part-plan.ts'
import type { HeldPart, UploadRecord } from '../../contract/upload.ts'
import { ask } from '../store/store.ts'
import { headObject, type ObjectHead } from './head-object.ts'
import { fitting, listParts } from './list-parts.ts'
import { makeShareLink } from './share-link.ts'
import {
  isUnfinished,
  type UploadAtStore,
  type UploadContext,
  uploadAtStore,
} from './upload-context.ts'

/**
 * Makes one object of the parts and proves by HEAD that it is there, whole and ours. The store's
 * answer to Complete alone proves nothing: it can be lost, be 200 with an error in it, or lack the
 * ETag (Ceph 16).
 */
export async function completeUpload(
  context: UploadContext,
  uploadId: UploadId,
  signal: AbortSignal,
): Promise<Outcome<UploadRecord>> {
  const row = context.records.find(uploadId)
  if (row === null) return failed({ kind: 'unknown-id' })
  const { status, plan } = row.record
  if (status.phase === 'done') return succeeded(row.record)
  if (!isUnfinished(row) || plan === null) return failed({ kind: 'not-now' })
  const found = await uploadAtStore(context, row)
  if (!found.ok) return found
  const etag =
    plan.mode === 'single'
      ? await singleEtag(context, found.value, signal)
      : await multipartEtag(found.value, plan, signal)
  if (!etag.ok) return etag
  const { store } = found.value
  const link = await makeShareLink(store, row.record, store.destination.linkSeconds, context.now())
  return succeeded(context.records.finish(uploadId, etag.value, context.now(), link))
}

async function singleEtag(
  context: UploadContext,
  { row, store }: UploadAtStore,
  signal: AbortSignal,
): Promise<Outcome<string>> {
  const head = await headObject(store, row.record.key, signal)
  if (head.ok) return isOurs(head.value, { row, store }) ? succeeded(head.value.etag) : gone()
  const receipt = context.records.parts.etagOf(row.record.uploadId, 1)
  return mayNotLook(head.failure) && receipt !== null ? succeeded(receipt) : head
}

async function multipartEtag(
  { row, store }: UploadAtStore,
  plan: PartPlan,
  signal: AbortSignal,
): Promise<Outcome<string>> {
  const { key } = row.record
  if (row.storeUploadId === null) return etagIfOurs({ row, store }, { kind: 'upload-gone' }, signal)
  const listed = await listParts(store, { key, storeUploadId: row.storeUploadId }, signal)
  if (!listed.ok) return etagIfOurs({ row, store }, listed.failure, signal)
  const parts = fitting(plan, listed.value).toSorted((a, b) => a.partNumber - b.partNumber)
  // Something was lost on the store: preparing again finds out what has to be sent once more.
  if (parts.length !== partCountOf(plan)) return gone()
  const completed = await complete({ row, store }, row.storeUploadId, parts, signal)
  if (!completed.ok) return etagIfOurs({ row, store }, completed.failure, signal)
  const head = await headObject(store, key, signal)
  if (head.ok) {
    // The store has just said that it made the object; some keep no metadata to prove it by.
    const isWhole = head.value?.byteLength === plan.byteLength
    const isForeign = head.value?.token != null && head.value.token !== row.token
    return head.value !== null && isWhole && !isForeign ? succeeded(head.value.etag) : gone()
  }
  const { etag } = completed.value
  return mayNotLook(head.failure) && etag !== null ? succeeded(etag) : head
}

async function complete(
  { row, store }: UploadAtStore,
  storeUploadId: string,
  parts: readonly HeldPart[],
  signal: AbortSignal,
): Promise<Outcome<{ readonly etag: string | null }>> {
  const completed = await ask(
    store,
    (client, options) =>
      client.send(
        new CompleteMultipartUploadCommand({
          Bucket: store.destination.bucket,
          Key: row.record.key,
          UploadId: storeUploadId,
          MultipartUpload: {
            Parts: parts.map(({ partNumber, etag }) => ({ PartNumber: partNumber, ETag: etag })),
          },
        }),
        options,
      ),
    { signal, isOnce: true },
  )
  if (!completed.ok) return completed
  return succeeded({ etag: completed.value.ETag || null })
}

/** Whether the object is there in spite of `failure`; only our own token counts as proof. */
async function etagIfOurs(
  { row, store }: UploadAtStore,
  failure: Failure,
  signal: AbortSignal,
): Promise<Outcome<string>> {
  const head = await headObject(store, row.record.key, signal)
  if (head.ok && isOurs(head.value, { row, store })) return succeeded(head.value.etag)
  return failed(isLostPart(failure) ? { kind: 'upload-gone' } : failure)
}

function isOurs(head: ObjectHead | null, { row }: UploadAtStore): head is ObjectHead {
  return head !== null && head.token === row.token && head.byteLength === row.record.byteLength
}

/** The store says that the parts it listed a moment ago cannot be joined. */
function isLostPart(failure: Failure): boolean {
  return (
    failure.kind === 'store-refused' &&
    ['InvalidPart', 'InvalidPartOrder', 'EntityTooSmall', 'NoSuchKey'].includes(failure.code)
  )
}

/** Keys that may write and not read: the receipt is then all the proof there is. */
function mayNotLook(failure: Failure): boolean {
  return failure.kind === 'access-denied'
}

function gone() {
  return failed({ kind: 'upload-gone' })
}
