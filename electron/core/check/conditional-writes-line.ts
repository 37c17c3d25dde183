import { CompleteMultipartUploadCommand } from '@aws-sdk/client-s3'
import type { ConditionSupport } from '../../contract/commands/checks.ts'
import type { Failure } from '../../contract/failure/kinds.ts'
import { failed, type Outcome, succeeded } from '../../contract/outcome.ts'
import { PLAIN_CHECKSUM } from '../integrity/integrity-probe.ts'
import { sendToStore } from '../s3/request.ts'
import { passed, unknown, warned } from './line.ts'
import { failureOfAnswer, isGood } from './send-as-page.ts'
import type { Step, Trial } from './trial.ts'

/**
 * `If-None-Match: *` lets two that upload to the same name at once not overwrite each other. Stores
 * take the header, and some never look at it.
 */
export const conditionalWritesLine: Step = async (trial) => {
  const put = await honourOfPut(trial)
  if (!put.ok) return unknown(put.failure)
  const complete = await honourOfComplete(trial)
  if (!complete.ok) return unknown(complete.failure)
  const finding = { kind: 'conditional-writes', put: put.value, complete: complete.value } as const
  const isKept = finding.put === 'honoured' && finding.complete === 'honoured'
  return isKept ? passed(finding) : warned(finding)
}

async function honourOfPut(trial: Trial): Promise<Outcome<ConditionSupport>> {
  const { object } = trial
  // Where nothing is, the write must pass.
  if (!object.isThere) {
    const first = await putIfNew(trial)
    if (!first.ok) return first
    if (first.value !== 'ignored') return succeeded('refused')
  }
  return putIfNew(trial)
}

/** `ignored`: it was written. */
async function putIfNew({ object, store, writing }: Trial): Promise<Outcome<ConditionSupport>> {
  const answer = await object.put(writing, { isNew: true })
  if (!answer.ok) return answer
  if (isGood(answer.value)) return succeeded('ignored')
  return honourSaidBy(failureOfAnswer(store, answer.value, 's3:PutObject'))
}

async function honourOfComplete(trial: Trial): Promise<Outcome<ConditionSupport>> {
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
  return completed.ok ? succeeded('ignored') : honourSaidBy(completed.failure)
}

/** Silence, a missing permission and an ill store say nothing of the condition. */
function honourSaidBy(failure: Failure): Outcome<ConditionSupport> {
  if (failure.kind !== 'store-refused') return failed(failure)
  // 409: somebody else writes there at this moment, which nobody does.
  if (failure.status === 409) return failed(failure)
  return succeeded(failure.status === 412 ? 'honoured' : 'refused')
}
