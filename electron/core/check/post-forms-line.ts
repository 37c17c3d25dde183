import { type Outcome, succeeded } from '../../contract/outcome.ts'
import { bucketUrl } from '../s3/bucket-url.ts'
import { passed, unknown, warned } from './line.ts'
import { formBody, signedForm } from './post-form.ts'
import { PROBE_BODY, PROBE_TYPE } from './probe-object.ts'
import { failureOfAnswer, isGood, sendAsPage } from './send-as-page.ts'
import type { Step, Trial } from './trial.ts'

const LIFE_MS = 5 * 60_000

/** Forms are how somebody without keys may send a file, and no longer one than was allowed. */
export const postFormsLine: Step = async (trial) => {
  // First the one that must be refused, which writes nothing.
  const tooLong = await isTaken(trial, Buffer.concat([PROBE_BODY, PROBE_BODY]))
  if (!tooLong.ok) return unknown(tooLong.failure)
  if (tooLong.value) return warned({ kind: 'post-forms', isTaken: false })
  const fitting = await isTaken(trial, PROBE_BODY)
  if (!fitting.ok) return unknown(fitting.failure)
  const finding = { kind: 'post-forms', isTaken: fitting.value } as const
  return finding.isTaken ? passed(finding) : warned(finding)
}

async function isTaken({ object, store, writing }: Trial, file: Buffer): Promise<Outcome<boolean>> {
  const keys = await store.keys.current()
  if (!keys.ok) return keys
  const { bucket, region } = store.destination
  const fields = signedForm(
    {
      ...{ bucket, region, key: object.key, contentType: PROBE_TYPE },
      ...{ maxBytes: PROBE_BODY.length, nowMs: store.clock.nowMs(), lifeMs: LIFE_MS },
    },
    keys.value,
  )
  const sent = {
    method: 'POST',
    url: bucketUrl(store.destination),
    ...formBody(fields, file),
  } as const
  const answer = await sendAsPage(store, { ...sent, signal: writing })
  if (!answer.ok) return answer
  if (isGood(answer.value)) {
    object.noteWritten(answer.value.headers['x-amz-version-id'])
    return succeeded(true)
  }
  const failure = failureOfAnswer(store, answer.value)
  const isIll = failure.kind === 'server-error' || failure.kind === 'throttled'
  return isIll ? { ok: false, failure } : succeeded(false)
}
