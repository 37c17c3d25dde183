import { describe, expect, it } from 'vitest'
import type { Failure } from '../../electron/contract/failure/kinds.ts'
import { MIB } from '../../electron/contract/limits.ts'
import { MAX_CREDENTIAL_TRIES, MAX_STORE_TRIES } from '../../renderer/engine/retry-policy.ts'
import { QueueBench } from './queue-bench.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

describe('no response', () => {
  it.each<Failure>([
    { kind: 'no-response' },
    { kind: 'host-not-found', host: 'store.test' },
    { kind: 'host-unreachable', host: 'store.test' },
    { kind: 'stalled' },
    { kind: 'throttled', retryAfterMs: null },
  ])('ends no upload by itself: $kind', async (failure) => {
    const bench = new QueueBench()
    bench.clock.chance = 0.001
    bench.store.fail('prepare', failure, 300)
    bench.store.fail('put', failure, 300)
    bench.store.fail('complete', failure, 100)

    const uploadId = bench.add(1, 3 * MIB)
    await bench.clock.until(() => bench.view(uploadId).failure !== null)
    const shown = bench.view(uploadId)
    await bench.untilPhase(uploadId, 'done')

    expect(shown).toMatchObject({ failure, retryAtMs: expect.any(Number) })
    expect(bench.store.marks).toEqual([])
  })

  it('leaves the store its whole budget for when it answers again', async () => {
    const bench = new QueueBench()
    bench.clock.chance = 0.001
    bench.store.fail('put', { kind: 'no-response' }, 2 * MAX_STORE_TRIES)
    bench.store.fail('put', { kind: 'server-error', status: 500 }, MAX_STORE_TRIES - 1)

    const uploadId = bench.add(1, 3 * MIB)
    await bench.untilPhase(uploadId, 'done')

    expect(bench.putsOf(uploadId)).toEqual({ 1: 3 * MAX_STORE_TRIES })
  })
})

describe('a full disk', () => {
  const full: Failure = { kind: 'disk-full', where: 'data-folder' }

  it.each(['prepare', 'sign', 'put', 'complete'] as const)(
    'is shown to the user, and retried by itself (%s)',
    async (call) => {
      const bench = new QueueBench()
      bench.store.fail(call, full, 20)
      const uploadId = bench.add(1, 60 * MIB)

      await bench.untilPhase(uploadId, 'needs-you')
      const shown = bench.view(uploadId)
      const { totals } = bench.queue.snapshot()
      await bench.untilPhase(uploadId, 'done')

      expect(shown.failure).toEqual(full)
      expect((shown.retryAtMs ?? 0) - bench.clock.now()).toBeLessThanOrEqual(30_000)
      expect(totals).toMatchObject({ stuckCount: 1, unfinishedCount: 1, failedCount: 0 })
      expect(bench.store.marks).toEqual([])
    },
  )

  it('does not keep the user from pausing, retrying or cancelling', async () => {
    const bench = new QueueBench()
    bench.store.fail('prepare', full, 3)
    const uploadId = bench.add(1, 60 * MIB)
    await bench.untilPhase(uploadId, 'needs-you')

    bench.queue.pause(uploadId)
    await bench.clock.advance(HOUR_MS)
    const paused = bench.phase(uploadId)
    bench.queue.resume(uploadId)
    await bench.untilPhase(uploadId, 'needs-you')
    const beforeMs = bench.clock.now()
    bench.queue.retryAll()
    await bench.clock.settle()
    const askedAt = bench.clock.now() - beforeMs
    bench.queue.cancel(uploadId)
    await bench.untilPhase(uploadId, 'cancelled')

    expect(paused).toBe('paused')
    expect(askedAt).toBe(0)
    expect(bench.store.calls.filter((call) => call === 'prepare 1')).toHaveLength(3)
  })

  it('loses none of the user’s decisions', async () => {
    const bench = new QueueBench()
    const uploadId = bench.add(1, 60 * MIB)
    bench.store.fail('mark', full, 5)

    bench.queue.pause(uploadId)
    await bench.clock.advance(MINUTE_MS)

    expect(bench.store.marks.map(({ mark }) => mark.phase)).toEqual(['paused'])
  })
})

describe('access keys that stop working during an upload', () => {
  it.each<Failure>([
    { kind: 'sign-in-needed', by: 'browser' },
    { kind: 'keys-unavailable', source: 'work', reason: 'process-failed' },
    { kind: 'credentials-rejected' },
    { kind: 'secret-missing' },
  ])('let the upload continue afterwards, and no part is sent twice: $kind', async (failure) => {
    const bench = new QueueBench()
    const uploadId = bench.add(1, 320 * MIB)
    await bench.clock.until(() => bench.store.partsOf(uploadId).length === 6)
    bench.store.fail('put', failure)
    bench.store.fail('prepare', failure)
    await bench.untilPhase(uploadId, 'needs-you')
    const acknowledged = bench.store.partsOf(uploadId)
    const shown = bench.view(uploadId).failure
    await bench.clock.advance(HOUR_MS)

    bench.queue.retry(uploadId)
    await bench.untilPhase(uploadId, 'needs-you')
    bench.queue.retry(uploadId)
    await bench.untilPhase(uploadId, 'done')

    expect(shown).toEqual(failure)
    const puts = bench.putsOf(uploadId)
    expect(acknowledged.length).toBeGreaterThan(5)
    expect(acknowledged.map((partNumber) => puts[partNumber])).toEqual(acknowledged.map(() => 1))
  })
})

describe('access keys that expire', () => {
  it('are renewed by the host without asking the user', async () => {
    const bench = new QueueBench()
    bench.store.fail(
      'put',
      { kind: 'credentials-expired' },
      1,
      ({ partNumber }) => partNumber === 9,
    )
    const uploadId = bench.add(1, 320 * MIB)

    await bench.untilPhase(uploadId, 'done', 60_000)

    expect(bench.store.marks).toEqual([])
  })

  it('are requested from the user if the host has no others', async () => {
    const bench = new QueueBench()
    bench.store.fail('prepare', { kind: 'credentials-expired' }, MAX_CREDENTIAL_TRIES + 1)
    const uploadId = bench.add(1, MIB)

    await bench.untilPhase(uploadId, 'needs-you', 60_000)

    expect(bench.view(uploadId).failure).toEqual({ kind: 'credentials-expired' })
  })
})

describe('a wrong clock', () => {
  it('is measured again as often as the store says so, if parts are acknowledged in between', async () => {
    const bench = new QueueBench()
    const skewed: Failure = { kind: 'clock-skewed', serverTimeMs: null }
    for (const partNumber of [1, 5, 9, 13, 17, 20]) {
      bench.store.fail('put', skewed, 1, (call) => call.partNumber === partNumber)
    }

    const uploadId = bench.add(1, 320 * MIB)
    await bench.untilPhase(uploadId, 'done')

    expect(bench.store.partsOf(uploadId)).toHaveLength(20)
  })

  it('needs the user if measuring does not help', async () => {
    const bench = new QueueBench()
    bench.store.fail('put', { kind: 'clock-skewed', serverTimeMs: null }, 1000)

    const uploadId = bench.add(1, 320 * MIB)
    await bench.untilPhase(uploadId, 'needs-you')

    expect(bench.view(uploadId).failure).toMatchObject({ kind: 'clock-skewed' })
  })
})

describe('an upload that the store lost twice', () => {
  it('is started once more when the user asks', async () => {
    const bench = new QueueBench()
    const uploadId = bench.add(1, 3 * MIB)
    bench.store.fail('put', { kind: 'upload-gone' }, 3)
    await bench.untilPhase(uploadId, 'failed')

    bench.queue.retry(uploadId)
    await bench.untilPhase(uploadId, 'done')

    expect(bench.store.calls.filter((call) => call === 'prepare 1')).toHaveLength(4)
  })
})
