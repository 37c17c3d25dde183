import type { PartReceipt, PutDiagnosis } from '../../../contract/commands/uploads.ts'
import type { CommandInput } from '../../../contract/commands.ts'
import type { Failure } from '../../../contract/failure/kinds.ts'
import { PRECONDITION_FAILED } from '../../../contract/failure/s3-failure.ts'
import type { UploadId } from '../../../contract/ids.ts'
import { failed, type Outcome, succeeded } from '../../../contract/outcome.ts'
import { type PartPlan, partCountOf, rangeOfPart } from '../../../contract/part-plan.ts'
import { isSilence, type PutProbeResult } from '../../checks/put-probes.ts'
import { partsByChecksum } from '../../integrity/part-checksums.ts'
import { proofOf, recordedObject } from '../../integrity/verification.ts'
import { NO_ETAG } from '../../s3/checksum-headers.ts'
import { headObjectWithChecksums } from '../../s3/head-object.ts'
import { listParts, partsOfPlan } from '../../s3/list-parts.ts'
import { proveAccess } from '../../s3/request.ts'
import { isOwn, isOwnWhole } from '../own-object.ts'
import { fileNameOf } from '../rules/object-key.ts'
import {
  storeOfUpload,
  type UploadAtStore,
  type UploadContext,
  unfinishedRow,
} from '../upload-context.ts'
import type { UnansweredPut } from './no-response-reasons.ts'

const LOOK_MS = 15_000

/** How much the store has of the bytes that the page sent. */
type Look =
  | { readonly kind: 'there'; readonly receipt: PartReceipt }
  | { readonly kind: 'absent' }
  /** These access keys may not look, or the store does not say. */
  | { readonly kind: 'unseen' }
  /** The store refuses the upload as a whole, in an answer that the page could not read. */
  | { readonly kind: 'refused'; readonly failure: Failure }
  | { readonly kind: 'silent' }

/**
 * Finds out why a PUT from the page got no answer that the page may read. To a page, every answer
 * without CORS headers looks like a dead network: a refusal by the store or by something in front
 * of it, a bucket without a CORS rule, and a store that omits the headers on success. So the host
 * checks whether the bytes arrived, and makes the same requests itself.
 *
 * Fails with `wrong-state` for a part that is not in the plan.
 */
export async function diagnoseNoResponse(
  context: UploadContext,
  { uploadId, partNumber, isBodySent, seen }: CommandInput<'diagnoseNoResponse'>,
): Promise<Outcome<PutDiagnosis>> {
  const found = unfinishedRow(context, uploadId)
  if (!found.ok) return found
  const row = found.value
  const { reasons } = context
  const { plan, contentType } = row.record
  const { integrity } = row
  if (plan === null || integrity === null || partNumber > partCountOf(plan)) {
    return failed({ kind: 'wrong-state' })
  }
  const store = await storeOfUpload(context, row)
  if (!store.ok) return store
  const { start, end } = rangeOfPart(plan, partNumber)
  const put: UnansweredPut = {
    store: store.value,
    mode: plan.mode,
    byteLength: end - start,
    isBodySent,
    integrity,
    file: { name: fileNameOf(row.relativePath), contentType, token: 'check' },
  }
  if (seen === 'too-large') return succeeded(refused(await reasons.limitFor(put)))
  const look = await lookFor(context, { row, store: store.value }, plan, partNumber)
  switch (look.kind) {
    case 'there':
      return succeeded({
        kind: 'acknowledged',
        receipt: look.receipt,
        isAnswerHidden: await reasons.hidesAnswers(put),
      })
    case 'refused':
      return succeeded(refused(look.failure))
    case 'silent':
      return succeeded({ kind: 'unexplained', isStoreReached: false })
    case 'absent':
    case 'unseen':
      return succeeded(diagnosisOf(await reasons.reasonFor(put), look.kind, reasons.allowedOrigin))
  }
}

function refused(failure: Failure): PutDiagnosis {
  return { kind: 'refused', failure }
}

/** If nobody may look at the bytes, a hidden answer says only that they arrived. */
function diagnosisOf(
  tried: PutProbeResult,
  look: 'absent' | 'unseen',
  origin: string,
): PutDiagnosis {
  switch (tried.kind) {
    case 'refused':
      return refused(tried.failure)
    case 'silent':
      return { kind: 'unexplained', isStoreReached: false }
    case 'taken':
      return tried.isHidden && look === 'unseen'
        ? refused({ kind: 'answer-hidden', origin })
        : { kind: 'unexplained', isStoreReached: true }
  }
}

function lookFor(
  context: UploadContext,
  at: UploadAtStore,
  plan: PartPlan,
  partNumber: number,
): Promise<Look> {
  const signal = AbortSignal.timeout(LOOK_MS)
  return plan.mode === 'single'
    ? lookForObject(context, at, plan, signal)
    : lookForPart(context, at, plan, partNumber, signal)
}

/** Applies the same checks as an upload that continues after a pause. */
async function lookForPart(
  context: UploadContext,
  { row, store }: UploadAtStore,
  plan: PartPlan,
  partNumber: number,
  signal: AbortSignal,
): Promise<Look> {
  const { integrity, storeUploadId, encryption } = row
  const { key, uploadId } = row.record
  if (storeUploadId === null) return { kind: 'refused', failure: { kind: 'upload-gone' } }
  const listed = await listParts(store, { key, storeUploadId }, signal)
  if (!listed.ok) return lookFailed(listed.failure)
  const parts = partsOfPlan(plan, listed.value).filter((part) => part.partNumber === partNumber)
  if (integrity === null || parts.length === 0) return { kind: 'absent' }
  const recorded = context.records.parts.all(uploadId)
  const [held] = partsByChecksum(integrity.algorithm, parts, recorded, encryption).held
  if (held === undefined) return { kind: 'absent' }
  const { etag, checksum } = held
  return { kind: 'there', receipt: { partNumber, etag, checksum } }
}

/**
 * Some stores refuse a conditional write without the CORS headers that the page needs to read the
 * answer, and some close the connection before they have read the whole body: the page sees no
 * answer in either case.
 */
async function lookForObject(
  context: UploadContext,
  at: UploadAtStore,
  plan: PartPlan,
  signal: AbortSignal,
): Promise<Look> {
  const { row, store } = at
  const head = await headObjectWithChecksums(store, row.record.key, signal)
  if (!head.ok) return lookFailed(head.failure)
  if (head.value !== null && (await isOwnWhole(head.value, at, signal))) {
    const { etag } = head.value
    const { uploadId } = row.record
    const expected = recordedObject(
      context.records.parts.all(uploadId),
      row.integrity,
      plan,
      head.value,
    )
    const checksum = context.records.parts.all(uploadId).get(1)?.checksum ?? null
    const isFile = expected !== null && proofOf(expected, head.value) !== 'differs'
    return isFile && checksum !== null
      ? { kind: 'there', receipt: { partNumber: 1, etag: etag ?? NO_ETAG, checksum } }
      : { kind: 'absent' }
  }
  const isTaken = row.guard === 'condition' && head.value !== null && !isOwn(head.value, at)
  return isTaken ? { kind: 'refused', failure: PRECONDITION_FAILED } : { kind: 'absent' }
}

function lookFailed(failure: Failure): Look {
  if (isSilence(failure)) return { kind: 'silent' }
  switch (failure.kind) {
    case 'access-denied':
    case 'explicitly-denied':
    case 'store-refused':
    case 'not-s3':
    case 'wrong-protocol':
    case 'answer-unreadable':
    case 'answer-too-long':
      return { kind: 'unseen' }
    default:
      return { kind: 'refused', failure }
  }
}

const SIGNATURE_PROBE_MS = 15_000

/**
 * Finds out why the store may not have accepted the signature of the page's PUT. A wrong secret key
 * makes every signature wrong. If a plain request from the host passes with the same access keys,
 * the PUT was changed on its way: proxies rewrite the host, decode the path, or merge its slashes.
 */
export async function diagnoseSignature(
  context: UploadContext,
  uploadId: UploadId,
): Promise<Outcome<{ failure: Failure | null }>> {
  const row = unfinishedRow(context, uploadId)
  if (!row.ok) return row
  const store = await storeOfUpload(context, row.value)
  if (!store.ok) return store
  const proven = await proveAccess(store.value, AbortSignal.timeout(SIGNATURE_PROBE_MS))
  if (!proven.ok) return succeeded({ failure: null })
  const { host } = new URL(store.value.destination.endpoint)
  return succeeded({ failure: { kind: 'request-rewritten', host } })
}
