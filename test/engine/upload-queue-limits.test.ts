import { describe, expect, it } from 'vitest'
import type { UploadId } from '../../electron/contract/ids.ts'
import { KIB, MIB } from '../../electron/contract/limits.ts'
import { destinationIdOf } from '../fakes/upload-records.ts'
import { QueueBench } from './queue-bench.ts'

const HERE = destinationIdOf(1)
const THERE = destinationIdOf(2)
const PART = 5 * MIB

/** When the parts of these uploads started, relative to the first one. */
function beginnings(bench: QueueBench, ...uploadIds: readonly UploadId[]): readonly number[] {
  const puts = bench.store.puts.filter(({ uploadId }) => uploadIds.includes(uploadId))
  return puts.map(({ startedAtMs }) => startedAtMs - (puts[0]?.startedAtMs ?? 0))
}

/** The most bytes that started within any minute. */
function mostInAMinute(begunAtMs: readonly number[], byteLength: number): number {
  const counts = begunAtMs.map(
    (from) => begunAtMs.filter((at) => at >= from && at < from + 60_000).length,
  )
  return Math.max(...counts) * byteLength
}

describe('a speed limit', () => {
  it('starts a part when the debt of earlier parts is paid off, and is not exceeded in any minute', async () => {
    const bench = new QueueBench()
    bench.rules.set(HERE, { bytesPerSecond: MIB })
    const uploadId = bench.add(1, 40 * PART)

    await bench.untilPhase(uploadId, 'done')

    const begun = beginnings(bench, uploadId)
    expect(begun).toEqual(Array.from({ length: 40 }, (_, index) => index * 5_000))
    expect(mostInAMinute(begun, PART)).toBeLessThanOrEqual(60 * MIB)
  })

  it('counts small files as well', async () => {
    const bench = new QueueBench()
    bench.rules.set(HERE, { bytesPerSecond: 100 * KIB })
    const uploadIds = Array.from({ length: 90 }, (_, index) => bench.add(index + 1, 100 * KIB))

    await bench.clock.until(() => uploadIds.every((each) => bench.phase(each) === 'done'))

    const begun = beginnings(bench, ...uploadIds)
    expect(begun).toHaveLength(90)
    // No more than one second's worth of bytes may be saved during a pause.
    expect(mostInAMinute(begun, 100 * KIB)).toBeLessThanOrEqual(61 * 100 * KIB)
    expect(begun.at(-1)).toBeGreaterThanOrEqual(88_000)
  })

  it('is shared by all uploads to the destination', async () => {
    const bench = new QueueBench()
    bench.rules.set(HERE, { bytesPerSecond: MIB })
    const uploadIds = [1, 2, 3].map((number) => bench.add(number, 20 * PART))

    await bench.clock.until(() => bench.store.puts.length === 30)

    const counts = uploadIds.map((each) => beginnings(bench, each).length)
    expect(counts).toEqual([10, 10, 10])
    expect(beginnings(bench, ...uploadIds).at(-1)).toBe(29 * 5_000)
  })

  it('of one destination does not slow down another', async () => {
    const bench = new QueueBench()
    bench.endpoint = 'https://one.test'
    bench.rules.set(HERE, { bytesPerSecond: 64 * KIB })
    const slow = bench.add(1, 20 * PART)
    const fast = bench.add(2, 100 * PART, { destinationId: THERE })

    await bench.untilPhase(fast, 'done', 60_000)

    expect(bench.store.partsOf(slow).length).toBe(1)
    expect(beginnings(bench, slow)).toEqual([0])
  })

  it('holds two destinations to two speeds at the same time', async () => {
    const bench = new QueueBench()
    bench.endpoint = 'https://one.test'
    bench.rules.set(HERE, { bytesPerSecond: MIB })
    bench.rules.set(THERE, { bytesPerSecond: MIB / 4 })
    const here = bench.add(1, 100 * PART)
    const there = bench.add(2, 100 * PART, { destinationId: THERE })

    await bench.clock.until(() => beginnings(bench, here).length === 41)

    expect(beginnings(bench, here).at(-1)).toBe(40 * 5_000)
    expect(beginnings(bench, there)).toEqual(
      Array.from({ length: beginnings(bench, there).length }, (_, index) => index * 20_000),
    )
    expect(beginnings(bench, there).length).toBeGreaterThanOrEqual(10)
  })

  it('applies at once when it is raised, lowered or removed', async () => {
    const bench = new QueueBench()
    bench.rules.set(HERE, { bytesPerSecond: 16 * KIB })
    const uploadId = bench.add(1, 40 * PART)
    await bench.clock.until(() => bench.store.puts.length === 1)
    await bench.clock.advance(1_000)

    bench.rules.set(HERE, { bytesPerSecond: MIB })
    await bench.clock.until(() => bench.store.puts.length === 3, 11_000)
    bench.rules.set(HERE, { bytesPerSecond: 100 * KIB })
    await bench.clock.advance(40_000)
    const whileSlow = bench.store.puts.length
    bench.rules.set(HERE, {})
    await bench.untilPhase(uploadId, 'done', 5_000)

    expect(whileSlow).toBe(3)
  })

  it('does not count bytes that a pause kept from being sent', async () => {
    const bench = new QueueBench()
    bench.store.bytesPerMs = 1_000
    bench.rules.set(HERE, { bytesPerSecond: 16 * KIB })
    const uploadId = bench.add(1, 10 * PART)
    await bench.clock.until(() => bench.store.puts.length === 1)

    bench.queue.pause(uploadId)
    await bench.clock.settle()
    bench.queue.resume(uploadId)

    await bench.clock.until(() => bench.store.puts.length === 2, 1_000)
  })

  it('does not wait for an attempt that never left this computer', async () => {
    const bench = new QueueBench()
    bench.rules.set(HERE, { bytesPerSecond: 16 * KIB })
    bench.store.fail('put', { kind: 'no-response' })
    const uploadId = bench.add(1, PART)

    await bench.untilPhase(uploadId, 'done', 10_000)

    expect(bench.store.puts).toHaveLength(2)
  })

  it('is shown as the speed, and determines the time left, through parts and pauses', async () => {
    const bench = new QueueBench()
    bench.rules.set(HERE, { bytesPerSecond: MIB })
    const uploadId = bench.add(1, 60 * PART)
    await bench.clock.until(() => bench.store.puts.length === 1)
    const seen: { speed: number | null; total: number | null; error: number }[] = []

    for (let second = 1; second < 120; second += 1) {
      await bench.clock.advance(1_000)
      const { bytesPerSecond, msLeft } = bench.view(uploadId)
      const { totals } = bench.queue.snapshot()
      const error = Math.abs((msLeft ?? 0) - (300_000 - second * 1_000))
      seen.push({ speed: bytesPerSecond, total: totals.bytesPerSecond, error })
    }

    for (const { speed, total, error } of seen) {
      expect(speed).toBeLessThanOrEqual(MIB)
      expect(speed).toBeGreaterThan(0.85 * MIB)
      expect(total).toBeLessThanOrEqual(MIB)
      expect(total).toBeGreaterThan(0.85 * MIB)
      expect(error).toBeLessThan(50_000)
    }
  })

  it('does not hide a slower connection', async () => {
    const bench = new QueueBench()
    bench.store.bytesPerMs = 100
    bench.rules.set(HERE, { bytesPerSecond: 50 * MIB, parallel: 1 })
    const uploadId = bench.add(1, 20 * PART)
    await bench.clock.until(() => bench.store.puts.length === 1)

    await bench.clock.advance(300_000)

    expect(bench.view(uploadId).bytesPerSecond).toBeGreaterThan(90_000)
    expect(bench.view(uploadId).bytesPerSecond).toBeLessThan(110_000)
  })
})

describe('the number of requests at once', () => {
  it('follows the rules, over all uploads to the destination', async () => {
    const bench = new QueueBench()
    bench.rules.set(HERE, { parallel: 2 })
    const uploadIds = [1, 2, 3].map((number) => bench.add(number, 20 * MIB))

    await bench.clock.until(() => uploadIds.every((each) => bench.phase(each) === 'done'))

    expect(bench.store.mostPutsAtOnce).toBe(2)
  })

  it('changes at once', async () => {
    const bench = new QueueBench()
    bench.rules.set(HERE, { parallel: 1 })
    const uploadId = bench.add(1, 640 * MIB)
    await bench.clock.until(() => bench.store.puts.length === 3)
    const before = bench.store.mostPutsAtOnce

    bench.rules.set(HERE, { parallel: 4 })
    await bench.untilPhase(uploadId, 'done')

    expect([before, bench.store.mostPutsAtOnce]).toEqual([1, 4])
  })
})

describe('the part size', () => {
  it('follows the rules when the upload starts, and does not change', async () => {
    const bench = new QueueBench()
    bench.rules.set(HERE, { partBytes: 5 * MIB })
    const uploadId = bench.add(1, 50 * MIB)
    await bench.clock.until(() => bench.store.partsOf(uploadId).length >= 2)
    bench.queue.pause(uploadId)

    bench.rules.set(HERE, { partBytes: 25 * MIB })
    bench.queue.resume(uploadId)
    await bench.untilPhase(uploadId, 'done')

    expect(bench.store.partsOf(uploadId)).toHaveLength(10)
  })
})

describe('two destinations', () => {
  it('of one store both make progress, though the first has thousands of files', async () => {
    const bench = new QueueBench()
    bench.endpoint = 'https://one.test'
    for (let number = 1; number <= 2_000; number += 1) bench.add(number, MIB)
    for (let number = 3_001; number <= 3_010; number += 1) bench.add(number, 3200 * MIB)
    await bench.clock.until(() => bench.store.puts.length > 50)

    const there = bench.add(5_000, 160 * MIB, { destinationId: THERE })
    const beforeCount = bench.store.puts.length
    await bench.untilPhase(there, 'done')

    const sent = bench.store.puts.slice(beforeCount)
    const ownCount = sent.filter(({ uploadId }) => uploadId === there).length
    expect(ownCount).toBe(10)
    expect(sent.length).toBeLessThan(200)
    expect(bench.store.mostPutsAtOnce).toBe(6)
  })

  it('of two stores have six requests each', async () => {
    const bench = new QueueBench()
    bench.add(1, 1600 * MIB)
    bench.add(2, 1600 * MIB, { destinationId: THERE })

    await bench.clock.until(() => bench.queue.snapshot().totals.unfinishedCount === 0)

    expect(bench.store.mostPutsAtOnce).toBe(12)
  })
})
