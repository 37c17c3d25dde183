import {
  CompleteMultipartUploadCommand,
  GetObjectLockConfigurationCommand,
} from '@aws-sdk/client-s3'
import type { ConditionSupport } from '../../../contract/commands/checks.ts'
import type { Failure } from '../../../contract/failure/kinds.ts'
import { isDenied } from '../../../contract/failure/s3-failure.ts'
import { failed, type Outcome, succeeded } from '../../../contract/outcome.ts'
import type { Store } from '../../destinations/open-store.ts'
import { isDefinite, PLAIN_CHECKSUM } from '../../integrity/integrity-probe.ts'
import { sendToStore } from '../../s3/request.ts'
import { failureOfAnswer, isSuccess, type PageAnswer } from '../page-request.ts'
import { PROBE_BODY } from '../probe-object.ts'
import {
  type CheckContext,
  failedBy,
  passed,
  type StepCheck,
  unknown,
  warned,
  warnedBy,
  warnedIfDenied,
} from '../step.ts'

/** A tiny object, sent the way that the page sends it. */
export const checkPut: StepCheck = async ({ object, store, writing }) => {
  const answer = await object.put(writing)
  if (!answer.ok) return failedBy(answer.failure)
  if (!isSuccess(answer.value))
    return failedBy(failureOfAnswer(store, answer.value, 's3:PutObject'))
  // A web server that answers yes to everything is no store.
  if (answer.value.headers.etag !== undefined) return passed()
  return failedBy({ kind: 'not-s3', host: new URL(store.destination.endpoint).host })
}

/** Without it, uploads succeed but links lead nowhere. */
export const checkGet: StepCheck = async ({ object, reading }) => {
  if (!object.isThere) return unknown()
  const text = await object.get(reading)
  if (!text.ok) return warnedIfDenied(text.failure)
  return text.value === PROBE_BODY.toString() ? passed() : failedBy({ kind: 'body-corrupted' })
}

/** Without it, uploads still work; only a cancelled one may leave its object. */
export const checkDelete: StepCheck = async ({ object, store, reading, writing }) => {
  if (!object.isThere) return unknown()
  const removed = await object.remove(writing)
  if (removed.ok) return passed()
  const retention = isDefinite(removed.failure)
    ? await retentionOf(store, removed.failure, reading)
    : null
  return retention === null ? warnedBy(removed.failure) : warned(retention)
}

/**
 * Null if no known retention would prevent objects from being removed.
 *
 * docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
 */
async function retentionOf(store: Store, refused: Failure, signal: AbortSignal) {
  const command = new GetObjectLockConfigurationCommand({ Bucket: store.destination.bucket })
  const got = await sendToStore(store, (client, options) => client.send(command, options), {
    signal,
  })
  const rule = got.ok ? got.value.ObjectLockConfiguration?.Rule?.DefaultRetention : undefined
  const days = rule?.Days ?? (rule?.Years === undefined ? null : rule.Years * 365)
  const said = 'answer' in refused ? (refused.answer?.message ?? '') : ''
  const isLocked = rule !== undefined || /object lock|retention|\bworm\b/i.test(said)
  return isLocked ? ({ kind: 'retention', days } as const) : null
}

/**
 * `If-None-Match: *` prevents two uploads to the same key at once from overwriting each other. Some
 * stores accept the header and ignore it.
 */
export const checkConditionalWrites: StepCheck = async (trial) => {
  const put = await putCondition(trial)
  if (!put.ok) return unknown(put.failure)
  const complete = await completeCondition(trial)
  if (!complete.ok) return unknown(complete.failure)
  const finding = { kind: 'conditional-writes', put: put.value, complete: complete.value } as const
  const isKept = finding.put === 'honoured' && finding.complete === 'honoured'
  return isKept ? passed(finding) : warned(finding)
}

async function putCondition(trial: CheckContext): Promise<Outcome<ConditionSupport>> {
  const { object } = trial
  // If no object exists, the write must succeed.
  if (!object.isThere) {
    const first = await putIfNew(trial)
    if (!first.ok) return first
    if (first.value !== 'ignored') return succeeded('refused')
  }
  return putIfNew(trial)
}

/** `ignored`: the object was written. */
async function putIfNew({
  object,
  store,
  writing,
}: CheckContext): Promise<Outcome<ConditionSupport>> {
  const answer = await object.put(writing, { isNew: true })
  if (!answer.ok) return answer
  if (isSuccess(answer.value)) return succeeded('ignored')
  return conditionSupportFrom(failureOfAnswer(store, answer.value, 's3:PutObject'))
}

async function completeCondition(trial: CheckContext): Promise<Outcome<ConditionSupport>> {
  const { object, store, uploads, writing } = trial
  const missing = await object.ensure(writing)
  if (missing !== null) return failed(missing)
  const begun = await uploads.begin(null, writing)
  if (!begun.ok) return begun
  const sent = await uploads.part(begun.value, 1, PLAIN_CHECKSUM, writing)
  if (!sent.ok) return sent
  const command = new CompleteMultipartUploadCommand({
    Bucket: store.destination.bucket,
    Key: object.key,
    UploadId: begun.value,
    MultipartUpload: { Parts: [{ PartNumber: 1, ETag: sent.value.ETag }] },
    IfNoneMatch: '*',
  })
  const completed = await sendToStore(store, (client, options) => client.send(command, options), {
    signal: writing,
    isOnce: true,
  })
  if (completed.ok) object.noteWritten(completed.value.VersionId)
  await uploads.abort(begun.value, writing)
  return completed.ok ? succeeded('ignored') : conditionSupportFrom(completed.failure)
}

/** Silence, a missing permission and a server error prove nothing about the condition. */
function conditionSupportFrom(failure: Failure): Outcome<ConditionSupport> {
  if (failure.kind !== 'store-refused') return failed(failure)
  // 409: somebody else is writing there at this moment, which cannot be the case here.
  if (failure.status === 409) return failed(failure)
  return succeeded(failure.status === 412 ? 'honoured' : 'refused')
}

/**
 * Whether an unsigned header changes the effect of a signed PUT. S3 refuses every unsigned
 * `x-amz-*` header. If a store obeys one, anybody who gets an upload's URL can have any object of
 * the bucket copied over the uploaded one, and made public: CVE-2026-54330.
 * docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html (`X-Amz-SignedHeaders`)
 */
export const checkUnsignedHeaders: StepCheck = async (trial) => {
  const { object, store, writing } = trial
  const missing = await object.ensure(writing)
  if (missing !== null) return unknown(missing)
  // Copies the check's own object onto itself: it stays the same, whatever the store does.
  const unsigned = {
    'x-amz-copy-source': copySource(trial),
    'x-amz-metadata-directive': 'REPLACE',
  }
  const answer = await object.put(writing, { unsigned })
  if (!answer.ok) return unknown(answer.failure)
  const finding = { kind: 'unsigned-headers', isObeyed: hasCopied(answer.value) } as const
  if (finding.isObeyed) return warned(finding)
  if (isSuccess(answer.value)) return passed(finding)
  const failure = failureOfAnswer(store, answer.value, 's3:PutObject')
  return isRefusal(failure) ? passed(finding) : unknown(failure)
}

function copySource({ object, store }: CheckContext): string {
  const key = object.key.split('/').map(encodeURIComponent).join('/')
  return `/${store.destination.bucket}/${key}`
}

/** A plain PUT's answer has no document. */
function hasCopied(answer: PageAnswer): boolean {
  return isSuccess(answer) && /<(\w{1,20}:)?CopyObjectResult\b/.test(answer.text.slice(0, 4000))
}

/** In S3's words, in Garage's ("should be signed", 400), or by a store that has no copies. */
function isRefusal(failure: Failure): boolean {
  if (isDenied(failure)) return true
  const said = 'answer' in failure ? (failure.answer?.message ?? '') : ''
  const status = failure.kind === 'store-refused' ? failure.status : 0
  return failure.kind === 'credentials-rejected' || status === 501 || /signed/i.test(said)
}
