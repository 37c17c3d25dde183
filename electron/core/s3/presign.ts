import type { S3Store } from './request.ts'

/**
 * For how many seconds a URL signed now is good: as long as `wantedSeconds`, and not longer than
 * the keys that sign it. Keys that do not say when they end shorten nothing.
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
