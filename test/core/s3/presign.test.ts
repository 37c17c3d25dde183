import { describe, expect, it } from 'vitest'
import { succeeded } from '../../../electron/contract/outcome.ts'
import { checkLinkLife } from '../../../electron/core/checks/steps/sharing.ts'
import type { KeySource } from '../../../electron/core/s3/access-keys.ts'
import { ServerClock } from '../../../electron/core/s3/clock.ts'
import { signedSeconds } from '../../../electron/core/s3/presign.ts'

const STORE_NOW_MS = Date.UTC(2026, 0, 1)
const HOUR_MS = 3_600_000
const DAY_SECONDS = 86_400

/** A store that has just answered, on a computer whose clock is this far ahead of it. */
function storeOf(aheadMs: number, keysEndInMs: number | null) {
  const nowMs = STORE_NOW_MS + aheadMs
  const clock = new ServerClock(
    () => nowMs,
    () => 0,
  )
  clock.learn(new Date(STORE_NOW_MS).toUTCString())
  const expiresAtMs = keysEndInMs === null ? null : STORE_NOW_MS + keysEndInMs
  const keys = { accessKeyId: 'ASIA', secretAccessKey: 's', sessionToken: 't', expiresAtMs }
  const source: KeySource = {
    current: async () => succeeded(keys),
    replaced: async () => succeeded(keys),
  }
  return { store: { keys: source, clock }, nowMs }
}

describe.each([
  ['right', 0],
  ['3 hours ahead', 3 * HOUR_MS],
  ['3 hours behind', -3 * HOUR_MS],
  ['4 minutes ahead', 4 * 60_000],
  ['4 minutes behind', -4 * 60_000],
])('on a computer whose clock is %s', (_, aheadMs) => {
  it('a signature expires with its access keys, by the clock of the store', async () => {
    const { store, nowMs } = storeOf(aheadMs, HOUR_MS)

    expect(await signedSeconds(store, DAY_SECONDS, nowMs)).toBe(3600)
  })

  it('the check reports how long links can be valid by the clock of the store', async () => {
    const { store } = storeOf(aheadMs, HOUR_MS)

    expect(await checkLinkLife({ store })).toMatchObject({
      finding: { kind: 'link-life', maxSeconds: 3600, endsWith: 'session' },
    })
  })
})

it('access keys without a known expiry shorten no signature', async () => {
  const { store, nowMs } = storeOf(0, null)

  expect(await signedSeconds(store, DAY_SECONDS, nowMs)).toBe(DAY_SECONDS)
})

it('access keys that have just expired still sign for a second: the store decides', async () => {
  const { store, nowMs } = storeOf(0, -1)

  expect(await signedSeconds(store, DAY_SECONDS, nowMs)).toBe(1)
})
