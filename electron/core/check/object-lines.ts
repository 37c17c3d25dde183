import { failedBy, passed, unknown, warnedBy, warnedIfDenied } from './line.ts'
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
export const deleteLine: Step = async ({ object, writing }) => {
  if (!object.isThere) return unknown()
  const removed = await object.remove(writing)
  return removed.ok ? passed() : warnedBy(removed.failure)
}
