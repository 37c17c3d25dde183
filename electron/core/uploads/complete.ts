import type { Proof } from '../../contract/checksum.ts'
import type { Failure } from '../../contract/failure.ts'
import type { UploadId } from '../../contract/ids.ts'
import { failed, type Outcome, succeeded } from '../../contract/outcome.ts'
import { type PartPlan, partCountOf } from '../../contract/part-plan.ts'
import { isDenied } from '../../contract/s3-failure.ts'
import type { UploadRecord } from '../../contract/upload.ts'
import { abortUntilGone } from './abort-until-gone.ts'
import { askToComplete } from './ask-to-complete.ts'
import { objectOf, recordedObject } from './expected-object.ts'
import { headObjectSums, type ObjectHead } from './head-object.ts'
import { fitting, listParts } from './list-parts.ts'
import { addMissingTags } from './missing-tags.ts'
import { isOwn, isOwnWhole, removeOwnObject } from './own-object.ts'
import { type ExpectedObject, proofOf } from './prove-object.ts'
import { makeShareLink } from './share-link.ts'
import { summedParts } from './summed-parts.ts'
import {
  isUnfinished,
  type UploadAtStore,
  type UploadContext,
  uploadAtStore,
} from './upload-context.ts'
import { lookFirst, mustYield, yieldPlace } from './yield-place.ts'

/** The proof is null for an upload of a Ferry that made no checksums. */
interface Finished {
  readonly etag: string
  readonly proof: Proof | null
}

interface Completing {
  readonly context: UploadContext
  readonly at: UploadAtStore
  readonly plan: PartPlan
  readonly signal: AbortSignal
}

/**
 * Makes one object of the parts and proves by HEAD that it is there, ours, whole and the file. The
 * store's answer to Complete alone proves nothing: it can be lost, be 200 with an error in it, or
 * lack the ETag (Ceph 16).
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
  const at = await uploadAtStore(context, row)
  if (!at.ok) return at
  const completing = { context, at: at.value, plan, signal }
  const finished =
    plan.mode === 'single' ? await finishSingle(completing) : await finishMultipart(completing)
  if (!finished.ok) return finished
  const { store } = at.value
  if (plan.mode === 'multipart') await addMissingTags(context, at.value, signal)
  const link = await makeShareLink(store, row, store.destination.linkSeconds, context.now())
  return succeeded(context.records.progress.finish(uploadId, finished.value, context.now(), link))
}

async function finishSingle(completing: Completing): Promise<Outcome<Finished>> {
  const { context, at, signal } = completing
  const { uploadId, key } = at.row.record
  const head = await headObjectSums(at.store, key, signal)
  if (head.ok) return isOwnWhole(head.value, at) ? settle(completing, null, head.value) : gone()
  const receipt = context.records.parts.all(uploadId).get(1)?.etag ?? null
  if (!mayNotLook(head.failure) || receipt === null) return head
  return succeeded({ etag: receipt, proof: proofUnseen(asRecorded(completing)) })
}

async function finishMultipart(completing: Completing): Promise<Outcome<Finished>> {
  const { at, plan, signal } = completing
  const { row, store } = at
  const { key } = row.record
  if (row.storeUploadId === null) return ifOurs(completing, null, { kind: 'upload-gone' })
  const upload = { key, storeUploadId: row.storeUploadId }
  const listed = await listParts(store, upload, signal)
  if (!listed.ok) return ifOurs(completing, null, listed.failure)
  const { integrity } = row
  const recorded = completing.context.records.parts.all(row.record.uploadId)
  // Something was lost on the store, or nobody knows what it is: preparing again finds out what has
  // to be sent once more.
  if (integrity === null) return gone()
  const listedParts = fitting(plan, listed.value)
  const { held } = summedParts(integrity.algorithm, listedParts, recorded, row.encryption)
  const parts = held.toSorted((a, b) => a.partNumber - b.partNumber)
  if (parts.length !== partCountOf(plan)) return gone()
  const expected = objectOf(plan, integrity, parts)
  const looked = await lookFirst(completing.context, at, signal)
  if (!looked.ok) return looked
  const completed = await askToComplete(at, { upload, parts, expected }, signal)
  if (!completed.ok) {
    const isSpoilt = completed.failure.kind === 'body-corrupted'
    return isSpoilt ? discardParts(completing) : ifOurs(completing, expected, completed.failure)
  }
  const head = await headObjectSums(store, key, signal)
  if (head.ok) return isMade(head.value, at) ? settle(completing, expected, head.value) : gone()
  const { etag } = completed.value
  if (!mayNotLook(head.failure) || etag === null) return head
  return succeeded({ etag, proof: proofUnseen(expected) })
}

/** The store has just said that it made the object; some keep no metadata to prove it by. */
function isMade(head: ObjectHead | null, at: UploadAtStore): head is ObjectHead {
  if (head === null || head.byteLength !== at.row.record.byteLength) return false
  return head.token === null || isOwn(head, at)
}

/** Whether the object is there in spite of `failure`; only our own token counts as proof. */
async function ifOurs(
  completing: Completing,
  expected: ExpectedObject | null,
  failure: Failure,
): Promise<Outcome<Finished>> {
  const { at, signal } = completing
  const head = await headObjectSums(at.store, at.row.record.key, signal)
  if (head.ok && isOwnWhole(head.value, at)) return settle(completing, expected, head.value)
  if (mustYield(at, head, failure)) return yieldPlace(completing.context, at, signal)
  return failed(isLostPart(failure) ? { kind: 'upload-gone' } : failure)
}

/** @param expected null: as the records have it. */
function settle(
  completing: Completing,
  expected: ExpectedObject | null,
  head: ObjectHead,
): Outcome<Finished> | Promise<Outcome<Finished>> {
  const { etag } = head
  if (completing.at.row.integrity === null) return succeeded({ etag, proof: null })
  const object = expected ?? asRecorded(completing, head)
  if (object === null) return gone()
  const proof = proofOf(object, head)
  return proof === 'differs' ? discardObject(completing) : succeeded({ etag, proof })
}

function asRecorded({ context, at, plan }: Completing, head: ObjectHead | null = null) {
  return recordedObject(context.records.parts, at.row, plan, head)
}

/** Of an object that these keys may not look at: what the store has checked on the way. */
function proofUnseen(expected: ExpectedObject | null): Proof | null {
  const proof = expected === null ? null : proofOf(expected, null)
  return proof === 'differs' ? null : proof
}

/** The records forget it first: what cannot be deleted now is overwritten by the next try. */
async function discardObject(completing: Completing): Promise<Outcome<Finished>> {
  const failure = noteDiffering(completing)
  await removeOwnObject(completing.at, completing.signal)
  return failed(failure)
}

/** The store refuses to make an object of them that would be the file. */
async function discardParts(completing: Completing): Promise<Outcome<Finished>> {
  const { at, signal } = completing
  const { key } = at.row.record
  const upload = { key, storeUploadId: at.row.storeUploadId ?? '' }
  const aborted = await abortUntilGone(at.store, upload, signal)
  return aborted.ok ? failed(noteDiffering(completing)) : aborted
}

/** Once is bad luck on the way, twice is something that trying again does not mend. */
function noteDiffering({ context, at }: Completing): Failure {
  const { differingCount } = context.records.progress.noteDiffering(at.row.record.uploadId)
  context.log.warn({ count: differingCount }, 'The finished object was not the file')
  return { kind: differingCount > 1 ? 'object-differs' : 'upload-gone' }
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
  return isDenied(failure)
}

function gone() {
  return failed({ kind: 'upload-gone' })
}
