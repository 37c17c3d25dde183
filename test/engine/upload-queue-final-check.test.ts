import { describe, expect, it } from 'vitest'
import { MIB } from '../../electron/contract/limits.ts'
import type { PartPlan } from '../../electron/contract/part-plan.ts'
import { uploadRecord } from '../fakes/upload-records.ts'
import { gate, QueueBench } from './queue-bench.ts'
import { ALL, expectChanged, plan, readParts, textOf } from './ten-parts.ts'

describe('the final check', () => {
  it('reads the whole file again if the host cannot tell that nobody wrote to it', async () => {
    const bench = new QueueBench()
    bench.checksums.bytesPerMs = 10_000
    const uploadId = bench.add(1, 160 * MIB)
    await bench.untilPhase(uploadId, 'verifying')
    const shown: number[] = []
    bench.queue.subscribeUpload(uploadId, () => {
      const { phase, verifiedBytes } = bench.view(uploadId)
      if (phase === 'verifying') shown.push(verifiedBytes ?? -1)
    })
    const { totals } = bench.queue.snapshot()
    const first = bench.view(uploadId)

    await bench.untilPhase(uploadId, 'done')

    expect(first).toMatchObject({ sentBytes: 160 * MIB, bytesPerSecond: null })
    expect(totals).toMatchObject({ activeCount: 1, unfinishedCount: 1 })
    expect(shown.length).toBeGreaterThan(2)
    expect(shown).toEqual([...shown].sort((one, other) => one - other))
    expect(bench.view(uploadId).verifiedBytes).toBeNull()
    for (const each of ALL) expect(bench.checksums.calls.join()).toContain(textOf(each))
    const readTwice = ALL.filter(
      (each) =>
        bench.checksums.calls.filter((call) => call.endsWith(` ${textOf(each)}`)).length > 1,
    )
    expect(readTwice).toEqual(ALL)
  })

  it.each(['sha256', 'md5'] as const)(
    'costs only a CRC if parts are sent with %s, computed in the first reading',
    async (algorithm) => {
      const bench = new QueueBench()
      bench.store.algorithm = algorithm
      const uploadId = bench.add(1, 160 * MIB)

      await bench.untilPhase(uploadId, 'done')

      const times = (each: string) =>
        bench.checksums.algorithms.filter((one) => one === each).length
      expect(times(`${algorithm} and crc64nvme`)).toBe(10)
      expect(times('crc64nvme')).toBe(10)
      expect(times(algorithm)).toBe(0)
    },
  )

  it('starts while the last parts are being sent', async () => {
    const bench = new QueueBench()
    const isLast = (call: { partNumber: number }) => call.partNumber === 10
    bench.store.script('put', { kind: 'hang' }, isLast)
    const uploadId = bench.add(1, 160 * MIB)

    await bench.clock.until(() => bench.store.partsOf(uploadId).length === 9)
    await bench.clock.advance(1_000)
    const read = readParts(bench, 'idle')
    await bench.untilPhase(uploadId, 'done')

    expect(bench.phase(uploadId)).toBe('done')
    expect(read.length).toBeGreaterThan(2)
  })

  it('counts parts that were read again while the last part was sent', async () => {
    const bench = new QueueBench()
    bench.checksums.bytesPerMs = 10_000
    const answer = gate()
    const isLast = (call: { partNumber: number }) => call.partNumber === 10
    bench.store.script('put', { kind: 'hold', until: answer.opened }, isLast)
    const uploadId = bench.add(1, 160 * MIB)
    await bench.clock.until(() => readParts(bench, 'idle').length === 5)

    answer.open()
    await bench.untilPhase(uploadId, 'verifying')
    await bench.clock.settle()

    // The fifth part is being read.
    expect(bench.view(uploadId).verifiedBytes).toBe(4 * 16 * MIB)
    await bench.untilPhase(uploadId, 'done')
  })

  it('reads nothing again if the host can tell that nobody wrote to it', async () => {
    const bench = new QueueBench()
    bench.store.isUnwritten = true

    const uploadId = bench.add(1, 160 * MIB)
    await bench.untilPhase(uploadId, 'done')

    expect(bench.checksums.calls).toHaveLength(10)
    expect(bench.store.calls).toContain('checkSource 1')
  })

  it('is skipped for a file in one PUT', async () => {
    const bench = new QueueBench()

    const uploadId = bench.add(1, 3 * MIB)
    await bench.untilPhase(uploadId, 'done')

    expect(bench.checksums.calls).toHaveLength(1)
    expect(bench.store.calls).not.toContain('checkSource 1')
  })

  it.each([
    [1, true],
    [1, false],
    [10, true],
    [10, false],
  ])(
    'finds bytes written to part %i while it is sent (store checks: %s)',
    async (part, checksBodies) => {
      const bench = new QueueBench()
      bench.store.checksBodies = checksBodies
      const uploadId = bench.add(1, 160 * MIB)
      await bench.clock.until(() => bench.store.partsOf(uploadId).length === 3)

      bench.sourceOf(uploadId).edit(part * 16 * MIB - 1)

      await expectChanged(bench, uploadId)
    },
  )

  it('finds a part that changed after it was read again, before other parts were read at all', async () => {
    const bench = new QueueBench()
    const long: PartPlan = { ...plan, byteLength: 640 * MIB }
    const record = bench.store.add(uploadRecord(1, 640 * MIB, { plan: long }))
    bench.store.storeParts(record.uploadId, long, [1, 2, 3])
    const source = bench.giveSource(record)
    bench.queue.adopt([record])
    await bench.clock.until(() => readParts(bench, 'idle').length === 3)

    // One that need not be sent, and one that nobody has looked at yet: half old, half new.
    source.edit(1)
    source.edit(639 * MIB)

    await expectChanged(bench, record.uploadId)
  })

  it('fails with what the host finds out about the file', async () => {
    const bench = new QueueBench()
    bench.store.fail('checkSource', { kind: 'source-missing' }, 2)

    const uploadId = bench.add(1, 160 * MIB)
    await bench.untilPhase(uploadId, 'failed')

    expect(bench.view(uploadId).failure).toEqual({ kind: 'source-missing' })
  })

  it('is retried if the host is gone meanwhile', async () => {
    const bench = new QueueBench()
    bench.store.fail('checkSource', { kind: 'host-gone' }, 2)

    const uploadId = bench.add(1, 160 * MIB)
    await bench.clock.until(() => bench.view(uploadId).retryAtMs !== null)
    const shown = bench.view(uploadId)
    await bench.untilPhase(uploadId, 'done')

    expect(shown).toMatchObject({ phase: 'verifying', failure: { kind: 'host-gone' } })
    expect(Math.max(...Object.values(bench.putsOf(uploadId)))).toBe(1)
  })

  it.each(['pause', 'sleep'] as const)(
    'continues after a %s, and sends nothing twice',
    async (kind) => {
      const bench = new QueueBench()
      bench.checksums.bytesPerMs = 10_000
      const uploadId = bench.add(1, 160 * MIB)
      await bench.untilPhase(uploadId, 'verifying')

      if (kind === 'pause') bench.queue.pause(uploadId)
      else bench.power.become('asleep')
      await bench.clock.advance(10_000)
      const asked = bench.store.calls.length
      const shown = bench.phase(uploadId)
      if (kind === 'pause') bench.queue.resume(uploadId)
      else bench.power.become('awake')
      await bench.untilPhase(uploadId, 'done')

      expect(shown).toBe(kind === 'pause' ? 'paused' : 'offline')
      expect(bench.store.calls.slice(asked)).not.toContain('put 1/1')
      expect(Math.max(...Object.values(bench.putsOf(uploadId)))).toBe(1)
    },
  )

  it('can be cancelled', async () => {
    const bench = new QueueBench()
    bench.checksums.bytesPerMs = 10_000
    const uploadId = bench.add(1, 160 * MIB)
    await bench.untilPhase(uploadId, 'verifying')

    bench.queue.cancel(uploadId)
    await bench.untilPhase(uploadId, 'cancelled')

    expect(bench.store.partsOf(uploadId)).toEqual([])
    expect(bench.store.isComplete(uploadId)).toBe(false)
  })
})
