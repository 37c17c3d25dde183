import type { S3Store } from './request.ts'

/**
 * For how many seconds a URL signed now is valid: `wantedSeconds`, but not longer than the access
 * keys that sign it. Access keys without a known expiry shorten nothing.
 */
export async function signedSeconds(
  store: Pick<S3Store, 'keys' | 'clock'>,
  wantedSeconds: number,
  nowMs: number,
): Promise<number> {
  const keys = await store.keys.current()
  if (!keys.ok || keys.value.expiresAtMs === null) return wantedSeconds
  const leftMs = keys.value.expiresAtMs - (nowMs + store.clock.offsetMs)
  return Math.min(wantedSeconds, Math.max(1, Math.floor(leftMs / 1000)))
}
