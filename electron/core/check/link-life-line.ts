import { S3_LIMITS } from '../../contract/limits.ts'
import type { Store } from '../s3/request.ts'
import { passed, unknown, type Verdict, warned } from './line.ts'

const { maxLinkSeconds } = S3_LIMITS

/** A link expires with the keys that signed it, by the store's clock, whatever it says itself. */
export async function linkLifeLine({
  store,
}: {
  readonly store: Pick<Store, 'keys' | 'clock'>
}): Promise<Verdict> {
  const keys = await store.keys.current()
  if (!keys.ok) return unknown(keys.failure)
  const { sessionToken, expiresAtMs } = keys.value
  const left = expiresAtMs === null ? null : Math.floor((expiresAtMs - store.clock.nowMs()) / 1000)
  if (left !== null && left < maxLinkSeconds) {
    return warned({ kind: 'link-life', maxSeconds: Math.max(0, left), endsWith: 'session' })
  }
  if (left !== null || sessionToken === '') {
    return passed({ kind: 'link-life', maxSeconds: maxLinkSeconds, endsWith: 'signature' })
  }
  return warned({ kind: 'link-life', maxSeconds: maxLinkSeconds, endsWith: 'session-unknown' })
}
