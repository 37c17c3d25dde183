import { describe, expect, it } from 'vitest'
import type { Failure } from '../../../electron/contract/failure/kinds.ts'
import type { UploadId } from '../../../electron/contract/ids.ts'
import { MIB } from '../../../electron/contract/limits.ts'
import { MAX_FRESH_TRIES } from '../../../renderer/engine/retry-policy.ts'
import { QueueBench } from '../queue-bench.ts'

const SILENT: Failure = { kind: 'no-response' }
const ANSWER_LOST = { kind: 'lose-answer', failure: SILENT } as const
const SWALLOWED = { kind: 'swallow', failure: SILENT } as const

function lose(bench: QueueBench, times: number): void {
  for (let time = 0; time < times; time += 1) bench.store.script('put', ANSWER_LOST)
}

function swallow(bench: QueueBench, times: number): void {
  for (let time = 0; time < times; time += 1) bench.store.script('put', SWALLOWED)
}

function sentCount(bench: QueueBench, uploadId: UploadId): number {
  return bench.store.puts.filter((put) => put.uploadId === uploadId).length
}

describe('a part on the store whose answer the page cannot read', () => {
  it('is not sent again, and the upload completes', async () => {
    const bench = new QueueBench()
    bench.store.script('put', ANSWER_LOST, ({ partNumber }) => partNumber === 2)

    const uploadId = bench.add(1, 60 * MIB)
    await bench.untilPhase(uploadId, 'done')

    expect(bench.putsOf(uploadId)).toEqual({ 1: 1, 2: 1, 3: 1, 4: 1 })
    expect(bench.store.recorded.get(uploadId)?.toSorted()).toEqual([1, 2, 3, 4])
    expect(bench.view(uploadId).hasHiddenAnswers).toBe(false)
  })

  it('is confirmed by the host each time if the store hides all its answers, and the row says so', async () => {
    const bench = new QueueBench()
    bench.store.hidesAnswers = true
    lose(bench, 20)

    const uploadId = bench.add(1, 320 * MIB)
    await bench.untilPhase(uploadId, 'done')

    expect(sentCount(bench, uploadId)).toBe(20)
    expect(bench.store.questions).toHaveLength(20)
    expect(bench.view(uploadId)).toMatchObject({ sentBytes: 320 * MIB, hasHiddenAnswers: true })
  })

  it('counts although another part of the same upload is not on the store', async () => {
    const bench = new QueueBench()
    bench.store.script('put', SWALLOWED, ({ partNumber }) => partNumber === 1)
    bench.store.script('put', ANSWER_LOST, ({ partNumber }) => partNumber === 2)

    const uploadId = bench.add(1, 60 * MIB)
    await bench.untilPhase(uploadId, 'done')

    expect(bench.putsOf(uploadId)).toEqual({ 1: 2, 2: 1, 3: 1, 4: 1 })
  })

  it('counts if its answer did not come in time', async () => {
    const bench = new QueueBench()
    bench.store.script('put', { kind: 'hang-at-end' })

    const uploadId = bench.add(1, 3 * MIB)
    await bench.untilPhase(uploadId, 'done')

    expect(bench.putsOf(uploadId)).toEqual({ 1: 1 })
  })

  it('is sent again if the store has other bytes', async () => {
    const bench = new QueueBench()
    bench.store.script('put', SWALLOWED, ({ partNumber }) => partNumber === 2)
    const uploadId = bench.add(1, 60 * MIB)
    await bench.clock.until(() => bench.store.puts.length > 0)
    const plan = { mode: 'multipart', byteLength: 60 * MIB, partBytes: 16 * MIB } as const
    bench.store.storeOtherBytes(uploadId, plan, 2)

    await bench.untilPhase(uploadId, 'done')

    expect(bench.putsOf(uploadId)).toEqual({ 1: 1, 2: 2, 3: 1, 4: 1 })
  })

  it('is recorded even if the user has paused meanwhile', async () => {
    const bench = new QueueBench()
    const asked = Promise.withResolvers<void>()
    bench.store.script('put', ANSWER_LOST)
    bench.store.script('diagnoseNoResponse', { kind: 'hold', until: asked.promise })
    const uploadId = bench.add(1, 3 * MIB)
    await bench.clock.until(() => bench.store.questions.length === 1)

    bench.queue.pause(uploadId)
    asked.resolve()
    await bench.clock.advance(2_000)

    expect(bench.phase(uploadId)).toBe('paused')
    expect(bench.store.recorded.get(uploadId)).toEqual([1])
  })
})

describe('a part that was redirected to an address where the page may not send', () => {
  const redirected: Failure = { kind: 'redirected', to: null }

  it('stops the upload, and the host says where the redirect led', async () => {
    const bench = new QueueBench()
    const named: Failure = { kind: 'redirected', to: 'https://elsewhere.example' }
    bench.store.noResponseReason = named
    bench.store.fail('put', redirected)

    const uploadId = bench.add(1, MIB)
    await bench.untilPhase(uploadId, 'needs-you')

    expect(bench.view(uploadId).failure).toEqual(named)
    expect(bench.putsOf(uploadId)).toEqual({ 1: 1 })
  })

  it.each<Failure | null>([null, { kind: 'server-error', status: 503 }])(
    'stops the upload even if the host gets another answer: %j',
    async (reasonForSilence) => {
      const bench = new QueueBench()
      bench.store.noResponseReason = reasonForSilence
      bench.store.script('put', { kind: 'lose-answer', failure: redirected })

      const uploadId = bench.add(1, MIB)
      await bench.untilPhase(uploadId, 'needs-you')

      expect(bench.view(uploadId).failure).toEqual(redirected)
    },
  )
})

describe('a part that is refused with an answer that the page cannot read', () => {
  const tooLarge: Failure = { kind: 'request-too-large', limitBytes: MIB }

  it('stops the upload with the reason at once, before the whole file is sent in vain', async () => {
    const bench = new QueueBench()
    bench.store.noResponseReason = tooLarge
    swallow(bench, 100)

    const uploadId = bench.add(1, 320 * MIB)
    await bench.untilPhase(uploadId, 'needs-you')

    expect(bench.view(uploadId).failure).toEqual(tooLarge)
    expect(sentCount(bench, uploadId)).toBeLessThanOrEqual(6)
    expect(bench.store.questions).toHaveLength(1)
  })

  it('is diagnosed again after the user has fixed the cause and retries', async () => {
    const bench = new QueueBench()
    bench.store.noResponseReason = tooLarge
    bench.store.script('put', SWALLOWED)
    const uploadId = bench.add(1, 3 * MIB)
    await bench.untilPhase(uploadId, 'needs-you')
    bench.store.noResponseReason = { kind: 'cors-blocked', origin: 'http://127.0.0.1:1' }
    bench.store.script('put', SWALLOWED)

    bench.queue.retry(uploadId)
    await bench.clock.until(() => bench.store.questions.length === 2)
    await bench.untilPhase(uploadId, 'needs-you')
    const second = bench.view(uploadId).failure
    bench.queue.retry(uploadId)
    await bench.untilPhase(uploadId, 'done')

    expect(second?.kind).toBe('cors-blocked')
  })

  it('is reported with its limit if the page itself could read that it is too large', async () => {
    const bench = new QueueBench()
    bench.store.noResponseReason = tooLarge
    bench.store.fail('put', { kind: 'request-too-large', limitBytes: null }, 6)

    const uploadId = bench.add(1, 320 * MIB)
    await bench.untilPhase(uploadId, 'needs-you')

    expect(bench.view(uploadId).failure).toEqual(tooLarge)
    expect(bench.store.questions.map(({ seen }) => seen)).toEqual(['too-large'])
  })

  it('keeps the page’s own failure if the host finds nothing more', async () => {
    const bench = new QueueBench()
    bench.store.fail('put', { kind: 'request-too-large', limitBytes: null })

    const uploadId = bench.add(1, 3 * MIB)
    await bench.untilPhase(uploadId, 'needs-you')

    expect(bench.view(uploadId).failure).toEqual({ kind: 'request-too-large', limitBytes: null })
  })
})

describe('a complete body that has no effect, for no known reason', () => {
  it('is not sent for ever while the store answers the host', async () => {
    const bench = new QueueBench()
    swallow(bench, 1000)

    const uploadId = bench.add(1, 20 * MIB)
    await bench.untilPhase(uploadId, 'needs-you')

    expect(sentCount(bench, uploadId)).toBe(MAX_FRESH_TRIES)
    expect(bench.view(uploadId).failure).toEqual({ kind: 'no-response', isOnlyPage: true })
    expect(new Set(bench.store.questions.map(({ isBodySent }) => isBodySent))).toEqual(
      new Set([true]),
    )
  })

  it('is sent for as long as it takes if the host gets no answer either', async () => {
    const bench = new QueueBench()
    bench.clock.chance = 0.001
    bench.store.isReached = false
    swallow(bench, 10 * MAX_FRESH_TRIES)

    const uploadId = bench.add(1, 20 * MIB)
    await bench.untilPhase(uploadId, 'done')

    expect(sentCount(bench, uploadId)).toBe(10 * MAX_FRESH_TRIES + 1)
    // One diagnosis is reused for all attempts within twenty seconds.
    expect(bench.store.questions.length).toBeLessThan(MAX_FRESH_TRIES)
  })

  it('is sent for as long as it takes if it may still be in the system’s buffers', async () => {
    const bench = new QueueBench()
    bench.clock.chance = 0.001
    swallow(bench, 10 * MAX_FRESH_TRIES)

    const uploadId = bench.add(1, 3 * MIB)
    await bench.untilPhase(uploadId, 'done')

    expect(sentCount(bench, uploadId)).toBe(10 * MAX_FRESH_TRIES + 1)
  })

  it('is sent for as long as it takes if it was cut off on its way', async () => {
    const bench = new QueueBench()
    bench.clock.chance = 0.001
    bench.store.fail('put', SILENT, 10 * MAX_FRESH_TRIES)

    const uploadId = bench.add(1, 20 * MIB)
    await bench.untilPhase(uploadId, 'done')

    expect(sentCount(bench, uploadId)).toBe(10 * MAX_FRESH_TRIES + 1)
    expect(new Set(bench.store.questions.map(({ isBodySent }) => isBodySent))).toEqual(
      new Set([false]),
    )
  })
})

it('diagnoses the parts of one upload one after the other', async () => {
  const bench = new QueueBench()
  const answered = Promise.withResolvers<void>()
  bench.store.script('diagnoseNoResponse', { kind: 'hold', until: answered.promise })
  lose(bench, 6)
  const uploadId = bench.add(1, 320 * MIB)
  await bench.clock.until(() => bench.store.puts.length >= 6)
  await bench.clock.advance(10_000)
  const atFirst = bench.store.questions.length

  answered.resolve()
  await bench.untilPhase(uploadId, 'done')

  expect(atFirst).toBe(1)
  expect(bench.store.questions).toHaveLength(6)
})
