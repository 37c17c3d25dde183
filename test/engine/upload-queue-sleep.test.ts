import { describe, expect, it } from 'vitest'
import { MIB } from '../../electron/contract/limits.ts'
import { QueueBench } from './queue-bench.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

describe('a computer that sleeps', () => {
  it('stops everything, continues at once when it wakes, and counts no attempts', async () => {
    const bench = new QueueBench()
    const uploadId = bench.add(1, 320 * MIB)
    await bench.clock.until(() => bench.store.partsOf(uploadId).length === 6)

    bench.power.become('asleep')
    await bench.clock.settle()
    const acknowledged = bench.store.partsOf(uploadId)
    const shown = bench.phase(uploadId)
    bench.clock.oversleep(8 * HOUR_MS)
    bench.power.become('awake')
    await bench.untilPhase(uploadId, 'done', MINUTE_MS)

    const puts = bench.putsOf(uploadId)
    expect(shown).toBe('offline')
    expect(acknowledged.map((partNumber) => puts[partNumber])).toEqual(acknowledged.map(() => 1))
    expect(bench.store.marks).toEqual([])
  })

  it('starts again with fresh connections even if no event announced the sleep', async () => {
    const bench = new QueueBench()
    const uploadId = bench.add(1, 320 * MIB)
    await bench.clock.until(() => bench.store.partsOf(uploadId).length === 6)
    bench.store.script('put', { kind: 'hang' })
    await bench.clock.until(() => bench.store.puts.length > 12)

    bench.clock.oversleep(8 * HOUR_MS)
    bench.power.become('awake')
    await bench.untilPhase(uploadId, 'done', MINUTE_MS)

    expect(Math.max(...Object.values(bench.putsOf(uploadId)))).toBeLessThanOrEqual(2)
  })

  it('continues a minute later if no event announces that it woke', async () => {
    const bench = new QueueBench()
    const uploadId = bench.add(1, 60 * MIB)
    await bench.clock.until(() => bench.store.puts.length > 0)

    bench.power.become('asleep')
    await bench.untilPhase(uploadId, 'done', 2 * MINUTE_MS)

    expect(bench.phase(uploadId)).toBe('done')
  })

  it('leaves paused and waiting uploads as they are', async () => {
    const bench = new QueueBench()
    const paused = bench.add(1, 60 * MIB)
    bench.queue.pause(paused)

    bench.power.become('asleep')
    bench.power.become('awake')
    await bench.clock.advance(HOUR_MS)

    expect(bench.phase(paused)).toBe('paused')
    expect(bench.store.puts).toEqual([])
  })

  it('does not count the time it slept as a stall', async () => {
    const bench = new QueueBench()
    bench.store.bytesPerMs = 1_000
    const uploadId = bench.add(1, 30 * MIB)
    await bench.clock.until(() => bench.view(uploadId).sentBytes > 0)
    const beganAtMs = bench.clock.now()

    bench.clock.oversleep(10 * MINUTE_MS)
    await bench.untilPhase(uploadId, 'done')

    expect(bench.putsOf(uploadId)).toEqual({ 1: 1 })
    expect(bench.clock.now() - beganAtMs).toBeGreaterThan(10 * MINUTE_MS)
  })
})
