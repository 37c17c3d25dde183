import { GetObjectLockConfigurationCommand } from '@aws-sdk/client-s3'
import type { Failure } from '../../contract/failure/kinds.ts'
import { isDefinite } from '../integrity/integrity-probe.ts'
import { type Store, sendToStore } from '../s3/request.ts'
import { failedBy, passed, unknown, warned, warnedBy, warnedIfDenied } from './line.ts'
import { PROBE_BODY } from './probe-object.ts'
import { failureOfAnswer, isGood } from './send-as-page.ts'
import type { Step } from './trial.ts'

/** A tiny object by the page's own way. */
export const putLine: Step = async ({ object, store, writing }) => {
  const answer = await object.put(writing)
  if (!answer.ok) return failedBy(answer.failure)
  if (!isGood(answer.value)) return failedBy(failureOfAnswer(store, answer.value, 's3:PutObject'))
  // A web server that says yes to everything is no store.
  if (answer.value.headers.etag !== undefined) return passed()
  return failedBy({ kind: 'not-s3', host: new URL(store.destination.endpoint).host })
}

/** Without it uploads end well, and links lead nowhere. */
export const getLine: Step = async ({ object, reading }) => {
  if (!object.isThere) return unknown()
  const text = await object.get(reading)
  if (!text.ok) return warnedIfDenied(text.failure)
  return text.value === PROBE_BODY.toString() ? passed() : failedBy({ kind: 'body-corrupted' })
}

/** Without it uploads work all the same; only a cancelled one may leave its object. */
export const deleteLine: Step = async ({ object, store, reading, writing }) => {
  if (!object.isThere) return unknown()
  const removed = await object.remove(writing)
  if (removed.ok) return passed()
  const retention = isDefinite(removed.failure)
    ? await retentionOf(store, removed.failure, reading)
    : null
  return retention === null ? warnedBy(removed.failure) : warned(retention)
}

/**
 * Null where no retention is known that would keep objects from being removed.
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
