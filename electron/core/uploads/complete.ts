import type { Proof } from '../../contract/checksum.ts'
import type { UploadRecord } from '../../contract/commands/uploads.ts'
import type { Failure } from '../../contract/failure/kinds.ts'
import { isDenied } from '../../contract/failure/s3-failure.ts'
import type { UploadId } from '../../contract/ids.ts'
import { failed, type Outcome, succeeded } from '../../contract/outcome.ts'
import { type PartPlan, partCountOf } from '../../contract/part-plan.ts'
import { partsByChecksum } from '../integrity/part-checksums.ts'
import {
  type ExpectedObject,
  expectedObject,
  proofOf,
  recordedObject,
} from '../integrity/verification.ts'
import { abortUntilGone } from '../s3/abort-multipart.ts'
import { bareEtag, NO_ETAG } from '../s3/checksum-headers.ts'
import { headObjectWithChecksums, type ObjectHead } from '../s3/head-object.ts'
import { listParts, partsOfPlan, type StoreUpload } from '../s3/list-parts.ts'
import { addMissingTags, requestCompletion } from './complete-request.ts'
import { isSettling, isUndecided, waitForObject } from './object-settling.ts'
import { isOwn, isOwnWhole, isWhole, removeOwnObject } from './own-object.ts'
import { mustYield, yieldIfTaken, yieldKey } from './rules/conflict.ts'
import {
  isUnfinished,
  type UploadAtStore,
  type UploadContext,
  uploadAtStore,
} from './upload-context.ts'

/** The proof is null for an upload from a version of Ferry without checksums. */
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
 * Makes one object from the parts and proves by HEAD that it exists, is ours, is complete and
 * equals the file. The store's answer to Complete alone proves nothing: it can be lost, be 200 with
 * an error in it, or lack the ETag (Ceph 16). An object that does not appear at once is not a
 * failure yet: it has a minute.
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
  if (!isUnfinished(row) || plan === null) return failed({ kind: 'wrong-state' })
  const at = await uploadAtStore(context, row)
  if (!at.ok) return at
  const completing = { context, at: at.value, plan, signal }
  const finished =
    plan.mode === 'single' ? await finishSingle(completing) : await finishMultipart(completing)
  if (!finished.ok) return finished
  if (plan.mode === 'multipart') await addMissingTags(context, at.value, signal)
  const link = await context.makeLink(at.value.store, row)
  return succeeded(context.records.finish(uploadId, finished.value, context.now(), link))
}

async function finishSingle(completing: Completing): Promise<Outcome<Finished>> {
  const { context, at, signal } = completing
  const { uploadId, key } = at.row.record
  const receipt = context.records.parts.all(uploadId).get(1)?.etag ?? null
  const head = await headObjectWithChecksums(at.store, key, signal)
  if (!head.ok) {
    if (!mayNotLook(head.failure) || receipt === null) return head
    return succeeded({ etag: receipt, proof: proofUnseen(asRecorded(completing)) })
  }
  const isMeant = (seen: ObjectHead | null) => isPut(seen, receipt, at, signal)
  if (head.value !== null && (await isMeant(head.value))) {
    return settle(completing, null, head.value)
  }
  // An object that is too short stays so; and if no one said that it arrived, nothing is on its
  // way.
  const wasTaken = receipt !== null || at.row.completingAtMs !== null
  if (isOwn(head.value, at) || !wasTaken) return missing(completing)
  const since = at.row.completingAtMs === null ? asking(completing) : completing
  return settleWhenShown(since, null, isMeant)
}

/**
 * Whether the object is ours by its token or, if the store keeps no metadata, by the ETag that it
 * gave the PUT.
 */
async function isPut(
  head: ObjectHead | null,
  receipt: string | null,
  at: UploadAtStore,
  signal: AbortSignal,
): Promise<boolean> {
  if (head === null || receipt === null || head.token !== null || head.etag === null) {
    return isOwnWhole(head, at, signal)
  }
  return bareEtag(head.etag) === bareEtag(receipt) && isWhole(head, at, signal)
}

async function finishMultipart(completing: Completing): Promise<Outcome<Finished>> {
  const { at, plan, signal } = completing
  const { row, store } = at
  const { key } = row.record
  // Checked only where the whole object was seen before.
  if (row.storeUploadId === null) {
    const failure: Failure = { kind: 'object-missing' }
    return (await ifOurs(completing, null, failure)) ?? failed(failure)
  }
  const upload = { key, storeUploadId: row.storeUploadId }
  const listed = await listParts(store, upload, signal)
  if (!listed.ok) return afterFailedList(completing, listed.failure)
  const { integrity } = row
  const recorded = completing.context.records.parts.all(row.record.uploadId)
  if (integrity === null) return failed({ kind: 'wrong-state' })
  const listedParts = partsOfPlan(plan, listed.value)
  const { held } = partsByChecksum(integrity.algorithm, listedParts, recorded, row.encryption)
  const parts = held.toSorted((a, b) => a.partNumber - b.partNumber)
  // The store lost something, or its content is unknown: preparing again finds out which parts have
  // to be sent once more.
  if (parts.length !== partCountOf(plan)) return missing(completing)
  const expected = expectedObject(plan, integrity, parts)
  const looked = await yieldIfTaken(completing.context, at, signal)
  if (!looked.ok) return looked
  const asked = asking(completing)
  const completed = await requestCompletion(at, { upload, parts, expected }, signal)
  if (!completed.ok) {
    const isSpoilt = completed.failure.kind === 'body-corrupted'
    return isSpoilt
      ? discardParts(asked)
      : afterFailedComplete(asked, upload, expected, completed.failure)
  }
  const head = await headObjectWithChecksums(store, key, signal)
  if (head.ok) {
    const isMeant = (seen: ObjectHead | null) => isMade(seen, at, signal)
    if (head.value !== null && (await isMeant(head.value))) {
      return settle(asked, expected, head.value, completed.value.etag)
    }
    if (isOwn(head.value, at)) return missing(asked)
    return settleWhenShown(asking(asked), expected, isMeant, completed.value.etag)
  }
  const { etag } = completed.value
  if (!mayNotLook(head.failure) || etag === null) return head
  return succeeded({ etag, proof: proofUnseen(expected) })
}

/** The store has just said that it made the object; some keep no metadata to prove it by. */
async function isMade(
  head: ObjectHead | null,
  at: UploadAtStore,
  signal: AbortSignal,
): Promise<boolean> {
  if (head === null || !(head.token === null || isOwn(head, at))) return false
  return isWhole(head, at, signal)
}

/**
 * Records that the object may be on its way: before the request, and whenever the result is
 * unclear.
 */
function asking(completing: Completing): Completing {
  const { context, at } = completing
  const { uploadId } = at.row.record
  const row = context.records.setCompleting(uploadId, context.now())
  return { ...completing, at: { ...at, row } }
}

/**
 * The store does not list the parts. If it was asked to complete them, that may be the reason; Ceph
 * then answers 403 to access keys that may not list the bucket.
 */
async function afterFailedList(
  completing: Completing,
  failure: Failure,
): Promise<Outcome<Finished>> {
  const { context, at } = completing
  const ours = await ifOurs(completing, null, failure)
  if (ours !== null) return ours
  const isOver = failure.kind === 'upload-gone' || isDenied(failure)
  if (at.row.completingAtMs === null || !isOver) return failed(failure)
  return isSettling(at.row, context.now()) ? settleWhenShown(completing, null) : missing(completing)
}

async function afterFailedComplete(
  completing: Completing,
  upload: StoreUpload,
  expected: ExpectedObject,
  failure: Failure,
): Promise<Outcome<Finished>> {
  const { context, at, signal } = completing
  const ours = await ifOurs(completing, expected, failure)
  if (ours !== null) return ours
  if (isLostPart(failure)) return missing(completing)
  if (!isUndecided(failure)) {
    context.records.setCompleting(at.row.record.uploadId, null)
    return failed(failure)
  }
  const since = asking(completing)
  const listed = await listParts(at.store, upload, signal)
  const isOver = !listed.ok && listed.failure.kind === 'upload-gone'
  // While the upload is listed, it can be completed again; a store that does not answer is asked
  // later.
  return isOver ? settleWhenShown(since, expected) : failed(failure)
}

/**
 * The result if the object exists in spite of `failure`, or if somebody else's does; otherwise
 * null.
 */
async function ifOurs(
  completing: Completing,
  expected: ExpectedObject | null,
  failure: Failure,
): Promise<Outcome<Finished> | null> {
  const { at, signal } = completing
  const head = await headObjectWithChecksums(at.store, at.row.record.key, signal)
  if (head.ok && head.value !== null && (await isOwnWhole(head.value, at, signal))) {
    return settle(completing, expected, head.value)
  }
  return mustYield(at, head, failure) ? yieldKey(completing.context, at, signal) : null
}

/** Nothing is started again before the object has had its time to appear. */
async function settleWhenShown(
  completing: Completing,
  expected: ExpectedObject | null,
  isMeant: (head: ObjectHead | null) => Promise<boolean> = (head) =>
    isOwnWhole(head, completing.at, completing.signal),
  etag: string | null = null,
): Promise<Outcome<Finished>> {
  const { context, at, signal } = completing
  const shown = await waitForObject(context, at, isMeant, signal)
  if (!shown.ok) return shown
  if (shown.value === null) return missing(completing)
  return settle(completing, expected, shown.value, etag)
}

/** @param expected null: the expected object comes from the records. */
async function settle(
  completing: Completing,
  expected: ExpectedObject | null,
  head: ObjectHead,
  completedEtag: string | null = null,
): Promise<Outcome<Finished>> {
  const { context, at } = completing
  const receipt = context.records.parts.all(at.row.record.uploadId).get(1)?.etag ?? null
  const ofPut = completing.plan.mode === 'single' ? receipt : null
  const etag = head.etag ?? completedEtag ?? ofPut ?? NO_ETAG
  if (at.row.integrity === null) return succeeded({ etag, proof: null })
  const object = expected ?? asRecorded(completing, head)
  if (object === null) return missing(completing)
  const proof = proofOf(object, head)
  return proof === 'differs' ? discardObject(completing) : succeeded({ etag, proof })
}

function asRecorded({ context, at, plan }: Completing, head: ObjectHead | null = null) {
  const recorded = context.records.parts.all(at.row.record.uploadId)
  return recordedObject(recorded, at.row.integrity, plan, head)
}

/**
 * The proof for an object that these access keys may not read: the checksums that the store checked
 * on arrival.
 */
function proofUnseen(expected: ExpectedObject | null): Proof | null {
  const proof = expected === null ? null : proofOf(expected, null)
  return proof === 'differs' ? null : proof
}

/**
 * The records forget it first: an object that cannot be deleted now is overwritten by the next try.
 */
async function discardObject(completing: Completing): Promise<Outcome<Finished>> {
  const failure = noteDiffering(completing)
  await removeOwnObject(completing.at, completing.signal)
  return failed(failure)
}

/** The store refuses to make an object from the parts that would equal the file. */
async function discardParts(completing: Completing): Promise<Outcome<Finished>> {
  const { at, signal } = completing
  const { key } = at.row.record
  const upload = { key, storeUploadId: at.row.storeUploadId ?? '' }
  const aborted = await abortUntilGone(at.store, upload, signal)
  return aborted.ok ? failed(noteDiffering(completing)) : aborted
}

/** One difference is bad luck in transit; after two, trying again does not help. */
function noteDiffering({ context, at }: Completing): Failure {
  const { differingCount } = context.records.noteDiffering(at.row.record.uploadId)
  context.log.warn({ count: differingCount }, 'The finished object was not the file')
  return { kind: differingCount > 1 ? 'object-differs' : 'object-missing' }
}

/** The store says that the parts it listed a moment ago cannot be joined. */
function isLostPart(failure: Failure): boolean {
  return (
    failure.kind === 'store-refused' &&
    ['InvalidPart', 'InvalidPartOrder', 'EntityTooSmall'].includes(failure.code)
  )
}

/** Access keys that may write but not read: the receipt is then the only proof. */
function mayNotLook(failure: Failure): boolean {
  return isDenied(failure)
}

/**
 * The store took everything but shows no complete object: from here on the file may be sent once
 * more.
 */
function missing({ context, at }: Completing) {
  context.records.setCompleting(at.row.record.uploadId, null)
  return failed({ kind: 'object-missing' })
}
