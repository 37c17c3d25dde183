import { S3_LIMITS } from '../../contract/limits.ts'
import { passed, unknown, warned } from './line.ts'
import type { Step } from './trial.ts'

const { maxLinkSeconds } = S3_LIMITS

/** A link dies with the keys that signed it, whatever it says itself. */
export const linkLifeLine: Step = async ({ store, ports }) => {
  const keys = await store.keys.current()
  if (!keys.ok) return unknown(keys.failure)
  const { sessionToken, expiresAtMs } = keys.value
  const left = expiresAtMs === null ? null : Math.floor((expiresAtMs - ports.now()) / 1000)
  if (left !== null && left < maxLinkSeconds) {
    return warned({ kind: 'link-life', maxSeconds: Math.max(0, left), endsWith: 'session' })
  }
  if (left !== null || sessionToken === '') {
    return passed({ kind: 'link-life', maxSeconds: maxLinkSeconds, endsWith: 'signature' })
  }
  return warned({ kind: 'link-life', maxSeconds: maxLinkSeconds, endsWith: 'session-unknown' })
}
