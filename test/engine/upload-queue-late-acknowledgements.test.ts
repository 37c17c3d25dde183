import { describe, expect, it } from 'vitest'
import { MIB } from '../../electron/contract/limits.ts'
import { BATCH_WINDOW_MS } from '../../renderer/engine/outbox.ts'
import type { Target } from '../fakes/fault-script.ts'
import { gate, QueueBench } from './queue-bench.ts'

const PART_BYTES = 16 * MIB
const isPart = (number: number) => (target: Target) => target.partNumber === number

/**
 * Three parts; all but the second are acknowledged. Its answer is held back while the user pauses.
 */
async function pausedBeforeAnswer() {
  const bench = new QueueBench()
  const answer = gate()
  bench.store.script('put', { kind: 'hold', until: answer.opened }, isPart(2))
  const uploadId = bench.add(1, 40 * MIB)
  await bench.clock.until(() => bench.store.partsOf(uploadId).length === 2)
  bench.queue.pause(uploadId)
  await bench.clock.advance(BATCH_WINDOW_MS)
  return { bench, uploadId, answer, recorded: () => bench.store.recorded.get(uploadId) ?? [] }
}

describe('a part that is acknowledged after the user has paused and resumed', () => {
  it('is reported to the host while the store is asked for its parts, and not sent again', async () => {
    const { bench, uploadId, answer, recorded } = await pausedBeforeAnswer()
    const prepared = gate()
    bench.store.script('prepare', { kind: 'hold', until: prepared.opened })
    bench.queue.resume(uploadId)
    await bench.clock.settle()

    answer.open()
    await bench.clock.advance(BATCH_WINDOW_MS)
    const recordedMeanwhile = [...recorded()].sort()
    prepared.open()
    await bench.untilPhase(uploadId, 'done')

    expect(recordedMeanwhile).toEqual([1, 2, 3])
    expect(bench.putsOf(uploadId)).toEqual({ 1: 1, 2: 1, 3: 1 })
  })

  it('is reported to the host, and does not end the running second attempt', async () => {
    const { bench, uploadId, answer, recorded } = await pausedBeforeAnswer()
    const secondAnswer = gate()
    bench.store.script('put', { kind: 'hold', until: secondAnswer.opened }, isPart(2))
    bench.queue.resume(uploadId)
    await bench.clock.until(() => bench.putsOf(uploadId)[2] === 2)

    answer.open()
    await bench.clock.advance(BATCH_WINDOW_MS)
    const shown = bench.view(uploadId)
    const recordedMeanwhile = [...recorded()].sort()
    secondAnswer.open()
    await bench.untilPhase(uploadId, 'done')

    expect(recordedMeanwhile).toEqual([1, 2, 3])
    expect(shown).toMatchObject({ phase: 'uploading', sentBytes: 40 * MIB - PART_BYTES })
    expect(bench.putsOf(uploadId)).toEqual({ 1: 1, 2: 2, 3: 1 })
  })
})

it('bytes of a failed attempt do not count beside those of other parts', async () => {
  const bench = new QueueBench()
  bench.clock.chance = 1
  const answer = gate()
  bench.store
    .script(
      'put',
      { kind: 'lose-answer', failure: { kind: 'server-error', status: 500 } },
      isPart(1),
    )
    .script('put', { kind: 'hold', until: answer.opened }, isPart(2))
    .script('put', { kind: 'hang' }, isPart(3))
  const uploadId = bench.add(1, 3 * PART_BYTES)
  await bench.clock.until(() => bench.view(uploadId).sentBytes === PART_BYTES)
  await bench.clock.settle()

  answer.open()
  await bench.clock.advance(300)
  const shown = bench.view(uploadId)
  const triesOfFirst = bench.putsOf(uploadId)[1]
  await bench.untilPhase(uploadId, 'done')

  // The first part waits for its second attempt; the second part is acknowledged.
  expect(triesOfFirst).toBe(1)
  expect(shown.sentBytes).toBe(PART_BYTES)
})
