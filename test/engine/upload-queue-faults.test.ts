import { describe, expect, it } from 'vitest'
import type { Failure } from '../../electron/contract/failure/kinds.ts'
import { MIB } from '../../electron/contract/limits.ts'
import { MAX_STORE_TRIES } from '../../renderer/engine/retry-policy.ts'
import { destinationIdOf } from '../fakes/upload-records.ts'
import { QueueBench } from './queue-bench.ts'

const MINUTE_MS = 60_000
const REJECTED = {
  kind: 'credentials-rejected',
  answer: {
    ...{ status: 403, code: 'SignatureDoesNotMatch', message: 'No.' },
    ...{ requestId: 'r1', server: '', atMs: 0 },
  },
} as const

describe('a failed part', () => {
  it.each<Failure>([
    { kind: 'stalled' },
    { kind: 'server-error', status: 500 },
    { kind: 'throttled', retryAfterMs: null },
    { kind: 'no-response' },
    { kind: 'body-corrupted' },
    { kind: 'url-expired' },
  ])('is sent again after $kind, and no other part is', async (failure) => {
    const bench = new QueueBench()
    bench.store.fail('put', failure, 1, ({ partNumber }) => partNumber === 2)

    const uploadId = bench.add(1, 60 * MIB)
    await bench.untilPhase(uploadId, 'done')

    expect(bench.putsOf(uploadId)).toEqual({ 1: 1, 2: 2, 3: 1, 4: 1 })
  })

  it('is given up after many attempts, and the other parts are kept for the retry', async () => {
    const bench = new QueueBench()
    const failure: Failure = { kind: 'server-error', status: 500 }
    bench.store.fail('put', failure, MAX_STORE_TRIES, ({ partNumber }) => partNumber === 2)
    const uploadId = bench.add(1, 60 * MIB)
    await bench.untilPhase(uploadId, 'failed')
    const kept = bench.store.partsOf(uploadId)

    bench.queue.retry(uploadId)
    await bench.untilPhase(uploadId, 'done')

    expect(kept).toEqual([1, 3, 4])
    expect(bench.putsOf(uploadId)).toEqual({ 1: 1, 2: MAX_STORE_TRIES + 1, 3: 1, 4: 1 })
    expect(bench.store.marks.map(({ mark }) => mark)).toEqual([
      { phase: 'failed', failure },
      { phase: 'waiting' },
    ])
  })

  it('is retried together with all other stuck uploads, in one click', async () => {
    const bench = new QueueBench()
    const refused: Failure = { kind: 'store-refused', status: 400, code: 'Odd' }
    bench.store.fail('put', refused, 1, ({ partNumber }) => partNumber === 1)
    const failed = bench.add(1, MIB)
    await bench.untilPhase(failed, 'failed')
    bench.store.fail('prepare', { kind: 'sign-in-needed', by: 'browser' }, 1)
    const stuck = bench.add(2, MIB)
    await bench.untilPhase(stuck, 'needs-you')
    const before = bench.queue.snapshot().totals

    bench.queue.retryAll()
    await bench.untilPhase(failed, 'done')
    await bench.untilPhase(stuck, 'done')

    expect(before).toMatchObject({ stuckCount: 2, failedCount: 1 })
    expect(bench.queue.snapshot().totals).toMatchObject({ stuckCount: 0, failedCount: 0 })
  })

  it('without an answer needs the user at once if the bucket’s CORS rules do not allow the page', async () => {
    const bench = new QueueBench()
    const blocked: Failure = { kind: 'cors-blocked', origin: 'http://127.0.0.1:1' }
    bench.store.noResponseReason = blocked
    bench.store.fail('put', { kind: 'no-response' }, 6)
    const uploadId = bench.add(1, 200 * MIB)

    await bench.untilPhase(uploadId, 'needs-you')
    const asked = bench.store.questions.length
    const before = bench.view(uploadId).failure
    bench.store.noResponseReason = null
    bench.queue.retry(uploadId)
    await bench.untilPhase(uploadId, 'done')

    expect(before).toEqual(blocked)
    expect(asked).toBe(1)
  })

  it('without an answer is retried if the host cannot say why either', async () => {
    const bench = new QueueBench()
    bench.store.fail('put', { kind: 'no-response' }, 2)
    bench.store.fail('diagnoseNoResponse', { kind: 'host-gone' }, 2)

    const uploadId = bench.add(1, 3 * MIB)
    await bench.untilPhase(uploadId, 'done')

    expect(bench.putsOf(uploadId)).toEqual({ 1: 3 })
  })

  it('with a signature that the store refuses means wrong access keys, if the host finds nothing else', async () => {
    const bench = new QueueBench()
    bench.store.fail('put', REJECTED, 6)

    const uploadId = bench.add(1, 200 * MIB)
    await bench.untilPhase(uploadId, 'needs-you')

    expect(bench.view(uploadId).failure).toEqual(REJECTED)
    expect(bench.store.calls.filter((call) => call.startsWith('diagnose'))).toHaveLength(1)
  })

  it('with a signature that was changed on its way is sent once more, and then needs the user', async () => {
    const bench = new QueueBench()
    bench.store.signatureReason = { kind: 'request-rewritten', host: 's3.example.org' }
    bench.store.fail('put', REJECTED, 2)

    const uploadId = bench.add(1, MIB)
    await bench.untilPhase(uploadId, 'needs-you')
    const { failure } = bench.view(uploadId)
    const sends = bench.putsOf(uploadId)
    bench.queue.retry(uploadId)
    await bench.untilPhase(uploadId, 'done')

    expect(failure).toEqual({
      kind: 'request-rewritten',
      host: 's3.example.org',
      answer: REJECTED.answer,
    })
    expect(sends).toEqual({ 1: 2 })
  })

  it('continues by itself if only the access keys had changed since it was signed', async () => {
    const bench = new QueueBench()
    bench.store.signatureReason = { kind: 'request-rewritten', host: 's3.example.org' }
    bench.store.fail('put', REJECTED)

    const uploadId = bench.add(1, MIB)
    await bench.untilPhase(uploadId, 'done')

    expect(bench.putsOf(uploadId)).toEqual({ 1: 2 })
  })

  it('is not diagnosed if the store does not know the access keys at all', async () => {
    const bench = new QueueBench()
    const unknown: Failure = {
      ...REJECTED,
      answer: { ...REJECTED.answer, code: 'InvalidAccessKeyId' },
    }
    bench.store.fail('put', unknown)

    const uploadId = bench.add(1, MIB)
    await bench.untilPhase(uploadId, 'needs-you')

    expect(bench.store.calls.filter((call) => call.startsWith('diagnose'))).toEqual([])
  })

  it.each<Failure>([
    { kind: 'quota-exceeded', of: 'bucket' },
    { kind: 'store-full' },
    { kind: 'acl-refused' },
    { kind: 'account-problem' },
    { kind: 'request-too-large', limitBytes: null },
    { kind: 'redirected', to: null },
    { kind: 'bucket-missing', bucket: 'files' },
  ])('with a cause that only the user can remove is not sent again: $kind', async (failure) => {
    const bench = new QueueBench()
    bench.store.fail('put', failure)
    const uploadId = bench.add(1, MIB)

    await bench.untilPhase(uploadId, 'needs-you')
    await bench.clock.advance(60 * MINUTE_MS)

    expect(bench.putsOf(uploadId)).toEqual({ 1: 1 })
    expect(bench.view(uploadId).failure).toEqual(failure)
  })

  it('is sent again when nothing moves for half a minute', async () => {
    const bench = new QueueBench()
    bench.store.script('put', { kind: 'hang' }, ({ partNumber }) => partNumber === 2)

    const uploadId = bench.add(1, 60 * MIB)
    const beganAtMs = bench.clock.now()
    await bench.untilPhase(uploadId, 'done')

    expect(bench.putsOf(uploadId)).toEqual({ 1: 1, 2: 2, 3: 1, 4: 1 })
    expect(bench.clock.now() - beganAtMs).toBeGreaterThanOrEqual(30_000)
    expect(bench.clock.now() - beganAtMs).toBeLessThan(35_000)
  })

  it('has two minutes for its answer once all its bytes are handed to the network', async () => {
    const bench = new QueueBench()
    bench.store.script('put', { kind: 'hang-at-end' })

    const uploadId = bench.add(1, 3 * MIB)
    const beganAtMs = bench.clock.now()
    await bench.untilPhase(uploadId, 'done')

    // Half a minute after the last byte, a slow connection is still draining its buffers.
    expect(bench.clock.now() - beganAtMs).toBeGreaterThanOrEqual(120_000)
    expect(bench.clock.now() - beganAtMs).toBeLessThan(125_000)
  })
})

describe('a store that asks to slow down', () => {
  it('gets the wait that it asks for, and half as many requests', async () => {
    const bench = new QueueBench()
    bench.store.fail('put', { kind: 'throttled', retryAfterMs: 9_000 }, 6)
    const uploadId = bench.add(1, 320 * MIB)
    const beganAtMs = bench.clock.now()
    await bench.clock.until(() => bench.store.puts.length > 6)
    const waitedMs = bench.clock.now() - beganAtMs
    bench.store.mostPutsAtOnce = 0

    await bench.clock.until(() => bench.store.partsOf(uploadId).length === 6)
    const afterHalving = bench.store.mostPutsAtOnce
    await bench.untilPhase(uploadId, 'done')

    expect(waitedMs).toBe(9_000)
    expect(afterHalving).toBe(3)
    expect(bench.store.mostPutsAtOnce).toBe(4)
  })
})

describe('a lost multipart upload', () => {
  it('is started again, once', async () => {
    const bench = new QueueBench()
    const uploadId = bench.add(1, 320 * MIB)
    await bench.clock.until(() => bench.store.partsOf(uploadId).length === 8)

    bench.store.loseUpload(uploadId)
    await bench.untilPhase(uploadId, 'done')

    expect(bench.store.partsOf(uploadId)).toHaveLength(20)
  })

  it('is not started again for ever', async () => {
    const bench = new QueueBench()
    bench.store.fail('put', { kind: 'upload-gone' }, 100)

    const uploadId = bench.add(1, 320 * MIB)
    await bench.untilPhase(uploadId, 'failed')

    expect(bench.view(uploadId).failure).toEqual({ kind: 'upload-gone' })
    expect(bench.store.calls.filter((call) => call === 'prepare 1')).toHaveLength(2)
  })
})

describe('completing', () => {
  it('detects that it had worked although the answer was lost', async () => {
    const bench = new QueueBench()
    bench.store.script('complete', { kind: 'lose-answer', failure: { kind: 'no-response' } })

    const uploadId = bench.add(1, 60 * MIB)
    await bench.untilPhase(uploadId, 'done')

    expect(bench.putsOf(uploadId)).toEqual({ 1: 1, 2: 1, 3: 1, 4: 1 })
    expect(bench.store.calls.filter((call) => /^(prepare|complete)/.test(call))).toEqual([
      'prepare 1',
      'complete 1',
      'prepare 1',
      'complete 1',
    ])
  })

  it('is not retried for ever', async () => {
    const bench = new QueueBench()
    bench.store.fail('complete', { kind: 'server-error', status: 500 }, 1000)

    const uploadId = bench.add(1, 60 * MIB)
    await bench.untilPhase(uploadId, 'failed')

    expect(bench.store.calls.filter((call) => call === 'complete 1')).toHaveLength(MAX_STORE_TRIES)
  })
})

describe('a file that changes', () => {
  it('stops the upload with a clear failure', async () => {
    const bench = new QueueBench()
    const uploadId = bench.add(1, 320 * MIB)
    await bench.clock.until(() => bench.store.partsOf(uploadId).length === 4)

    bench.sourceOf(uploadId).trouble = { kind: 'source-changed' }
    await bench.untilPhase(uploadId, 'failed')

    expect(bench.view(uploadId).failure).toEqual({ kind: 'source-changed' })
    expect(bench.store.isComplete(uploadId)).toBe(false)
  })

  it('is noticed even if it changes while its last part is sent', async () => {
    const bench = new QueueBench()
    const uploadId = bench.add(1, 3 * MIB)
    await bench.clock.until(() => bench.store.puts.length === 1)

    bench.sourceOf(uploadId).trouble = { kind: 'source-changed' }
    await bench.untilPhase(uploadId, 'failed')

    expect(bench.store.partsOf(uploadId)).toEqual([1])
    expect(bench.store.isComplete(uploadId)).toBe(false)
  })
})

describe('without a network', () => {
  it('waits as long as it takes, counts no attempts, and continues when the network is back', async () => {
    const bench = new QueueBench()
    const uploadId = bench.add(1, 320 * MIB)
    await bench.clock.until(() => bench.store.partsOf(uploadId).length === 8)

    bench.store.isDown = true
    bench.network.become(false)
    await bench.untilPhase(uploadId, 'offline', 4_000)
    await bench.clock.advance(8 * 60 * MINUTE_MS)
    bench.store.isDown = false
    bench.network.become(true)
    await bench.untilPhase(uploadId, 'done', MINUTE_MS)

    expect(bench.store.marks).toEqual([])
    expect(bench.store.partsOf(uploadId)).toHaveLength(20)
  })

  it('sends to a bucket on this computer', async () => {
    const bench = new QueueBench()
    bench.endpoint = 'http://127.0.0.1:9000'
    bench.network.become(false)
    bench.store.isDown = true

    const uploadId = bench.add(1, 60 * MIB)
    await bench.clock.until(() => bench.view(uploadId).failure !== null)
    const shown = bench.view(uploadId)
    bench.store.isDown = false
    await bench.untilPhase(uploadId, 'done', MINUTE_MS)

    expect(shown).toMatchObject({ phase: 'preparing', failure: { kind: 'no-response' } })
  })

  it('sends to a store that answers anyway', async () => {
    const bench = new QueueBench()
    bench.network.become(false)

    const uploadId = bench.add(1, 60 * MIB)
    await bench.untilPhase(uploadId, 'done')

    expect(bench.putsOf(uploadId)).toEqual({ 1: 1, 2: 1, 3: 1, 4: 1 })
  })
})

describe('a store that does not answer', () => {
  it('is retried, and the row says when', async () => {
    const bench = new QueueBench()
    const uploadId = bench.add(1, 320 * MIB)
    await bench.clock.until(() => bench.store.partsOf(uploadId).length === 4)

    bench.store.isDown = true
    await bench.clock.until(() => bench.view(uploadId).failure !== null)
    const shown = bench.view(uploadId)
    await bench.clock.advance(2 * MINUTE_MS)
    bench.store.isDown = false
    await bench.untilPhase(uploadId, 'done', 2 * MINUTE_MS)

    expect(shown).toMatchObject({ phase: 'uploading', retryAtMs: expect.any(Number) })
    expect(['stalled', 'no-response']).toContain(shown.failure?.kind)
  })

  it('does not fail the rest of the file', async () => {
    const bench = new QueueBench()
    const uploadId = bench.add(1, 3200 * MIB)
    await bench.clock.until(() => bench.store.partsOf(uploadId).length === 4)

    bench.store.isDown = true
    await bench.clock.advance(20 * MINUTE_MS)

    expect(Object.keys(bench.putsOf(uploadId)).length).toBeLessThanOrEqual(10)
    expect(bench.store.partsOf(uploadId)).toHaveLength(4)
    bench.queue.close()
  })

  it('does not hold up the uploads to another store', async () => {
    const bench = new QueueBench()
    bench.store.fail('prepare', { kind: 'host-unreachable', host: 'nas' }, 100_000, (call) => {
      return (Number(call.uploadId?.slice(-12)) || 0) < 100
    })
    for (let number = 1; number < 50; number += 1) bench.add(number, 40 * MIB)

    const other = bench.add(100, 40 * MIB, { destinationId: destinationIdOf(2) })
    await bench.untilPhase(other, 'done', 10_000)

    expect(bench.queue.snapshot().totals.doneCount).toBe(1)
  })
})

describe('a host that is gone', () => {
  it('is waited for as long as it takes, and no row is lost', async () => {
    const bench = new QueueBench()
    const uploadIds = [1, 2, 3].map((number) => bench.add(number, 60 * MIB))
    await bench.clock.until(() => bench.store.puts.length > 3)

    bench.store.isHostGone = true
    await bench.clock.advance(10 * MINUTE_MS)
    const phases = uploadIds.map((uploadId) => bench.phase(uploadId))
    bench.store.isHostGone = false
    await bench.clock.until(() => bench.queue.snapshot().totals.doneCount === 3, MINUTE_MS)

    expect(phases).not.toContain('failed')
    expect(bench.store.marks).toEqual([])
  })

  it('receives afterwards what the user decided meanwhile', async () => {
    const bench = new QueueBench()
    const uploadId = bench.add(1, 60 * MIB)
    bench.store.isHostGone = true

    bench.queue.pause(uploadId)
    await bench.clock.advance(MINUTE_MS)
    bench.store.isHostGone = false
    await bench.clock.advance(MINUTE_MS)

    expect(bench.phase(uploadId)).toBe('paused')
    expect(bench.store.marks.map(({ mark }) => mark)).toEqual([{ phase: 'paused' }])
  })

  it('is asked at once when it answers again', async () => {
    const bench = new QueueBench()
    bench.clock.chance = 0.999
    bench.store.isHostGone = true
    const uploadId = bench.add(1, 3 * MIB)
    await bench.clock.settle()
    bench.store.isHostGone = false

    bench.network.become(true)
    await bench.untilPhase(uploadId, 'done', 1000)

    expect(bench.putsOf(uploadId)).toEqual({ 1: 1 })
  })
})

describe('failures that only the user can resolve', () => {
  it.each<Failure>([
    { kind: 'access-denied' },
    { kind: 'sign-in-needed', by: 'code' },
    { kind: 'bucket-missing', bucket: 'b' },
    { kind: 'etag-hidden' },
  ])('need the user after $kind, and then the upload continues', async (failure) => {
    const bench = new QueueBench()
    bench.store.fail('put', failure)
    const uploadId = bench.add(1, 60 * MIB)
    await bench.untilPhase(uploadId, 'needs-you')
    const shown = bench.view(uploadId).failure

    bench.queue.retry(uploadId)
    await bench.untilPhase(uploadId, 'done')

    expect(shown).toEqual(failure)
    expect(bench.store.marks.map(({ mark }) => mark.phase)).toEqual(['failed', 'waiting'])
  })

  it('does not count as live, so the other uploads continue', async () => {
    const bench = new QueueBench()
    bench.store.fail('prepare', { kind: 'access-denied' }, 30)
    for (let number = 1; number <= 30; number += 1) bench.add(number, 40 * MIB)

    const last = bench.add(31, 40 * MIB)
    await bench.untilPhase(last, 'done')

    expect(bench.queue.snapshot().totals).toMatchObject({ stuckCount: 30, doneCount: 1 })
  })
})
