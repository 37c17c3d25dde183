import { describe, expect, it } from 'vitest'
import type { UploadId } from '../../electron/contract/ids.ts'
import { MIB } from '../../electron/contract/limits.ts'
import type { PartPlan } from '../../electron/contract/part-plan.ts'
import { READ_AT_ONCE } from '../../renderer/upload/engine/reading-gate.ts'
import { fakeSum } from '../fakes/fake-source.ts'
import { uploadRecord } from '../fakes/upload-records.ts'
import { QueueBench } from './queue-bench.ts'

const plan: PartPlan = { mode: 'multipart', byteLength: 160 * MIB, partBytes: 16 * MIB }
const ALL = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
const textOf = (partNumber: number) => `${(partNumber - 1) * 16 * MIB}-${partNumber * 16 * MIB}`

/** What of the file was summed up, part by part, in order. */
function readParts(bench: QueueBench, order: 'next' | 'idle'): readonly number[] {
  return bench.checksums.calls
    .filter((call) => call.startsWith(order))
    .map((call) => Number.parseInt(call.slice(5), 10) / (16 * MIB) + 1)
}

/** The page after a restart: the store holds these parts of ten. */
function restarted(held: readonly number[]) {
  const bench = new QueueBench()
  const recordedBytes = held.length * 16 * MIB
  const record = bench.store.take(uploadRecord(1, 160 * MIB, { plan, recordedBytes }))
  bench.store.hold(record.uploadId, plan, held)
  const source = bench.giveSource(record)
  return { bench, record, source, uploadId: record.uploadId }
}

async function expectChanged(bench: QueueBench, uploadId: UploadId): Promise<void> {
  await bench.untilPhase(uploadId, 'failed')
  expect(bench.view(uploadId).failure).toEqual({ kind: 'source-changed' })
  expect(bench.store.calls.filter((call) => call.startsWith('complete'))).toEqual([])
}

describe('the checksum of a part', () => {
  it('is made before it gets a slot, signed, and told with the receipt', async () => {
    const bench = new QueueBench()
    bench.checksums.bytesPerMs = 16 * MIB

    const uploadId = bench.add(1, 160 * MIB)
    await bench.untilPhase(uploadId, 'done')

    expect(readParts(bench, 'next').slice(0, 10)).toEqual(ALL)
    expect(bench.store.sums(uploadId)).toEqual(ALL.map((each) => fakeSum(textOf(each))))
    expect(bench.store.recordedSums(uploadId)).toEqual(bench.store.sums(uploadId))
  })

  it('is not made again for another try', async () => {
    const bench = new QueueBench()
    bench.store.isUnwritten = true
    bench.store.fail('put', { kind: 'server-error', status: 500 }, 3)

    const uploadId = bench.add(1, 160 * MIB)
    await bench.untilPhase(uploadId, 'done')

    expect([...readParts(bench, 'next')].sort((a, b) => a - b)).toEqual(ALL)
  })

  it('is made by few at once, whatever is queued, so that few bodies are in memory', async () => {
    const { bench, record } = restarted([1, 2, 3])
    bench.checksums.bytesPerMs = 10_000
    bench.queue.adopt([record])
    for (let number = 2; number < 20; number += 1) bench.add(number, number * 10 * MIB)

    await bench.clock.until(() => bench.queue.snapshot().totals.unfinishedCount === 0)

    expect(bench.checksums.mostAtOnce).toBe(READ_AT_ONCE)
  })
})

describe('a part that the store got damaged', () => {
  it('is read and sent again', async () => {
    const bench = new QueueBench()
    bench.store.isUnwritten = true
    const isSecond = (call: { partNumber: number }) => call.partNumber === 2
    bench.store.fail('put', { kind: 'body-corrupted' }, 1, isSecond)

    const uploadId = bench.add(1, 160 * MIB)
    await bench.untilPhase(uploadId, 'done')

    expect(readParts(bench, 'next').filter((each) => each === 2)).toHaveLength(2)
    expect(bench.putsOf(uploadId)).toMatchObject({ 1: 1, 2: 2, 3: 1 })
  })

  it('ends the upload when the file is another by now', async () => {
    const bench = new QueueBench()
    const uploadId = bench.add(1, 160 * MIB)
    await bench.clock.until(() => bench.store.puts.length === 6)

    bench.sourceOf(uploadId).edit(17 * MIB)

    await expectChanged(bench, uploadId)
    expect(bench.store.partsOf(uploadId)).not.toContain(2)
  })
})

describe('parts that an earlier run sent', () => {
  it('are read again in the background, and not sent', async () => {
    const { bench, record, uploadId } = restarted([1, 2, 3, 9])
    bench.store.isUnwritten = true
    bench.queue.adopt([record])

    await bench.untilPhase(uploadId, 'done')

    expect(readParts(bench, 'idle')).toEqual([1, 2, 3, 9])
    expect(bench.putsOf(uploadId)).toEqual({ 4: 1, 5: 1, 6: 1, 7: 1, 8: 1, 10: 1 })
  })

  it('end the upload as soon as one of them is not what the file says', async () => {
    const { bench, record, source, uploadId } = restarted([1, 2, 3])
    source.edit(MIB)
    bench.queue.adopt([record])

    await expectChanged(bench, uploadId)

    expect(bench.store.partsOf(uploadId)).toEqual([1, 2, 3])
  })

  it('are read before the upload completes, even when the background has not come to it', async () => {
    const { bench, record, source, uploadId } = restarted([1, 2, 3, 4, 5, 6, 7, 8, 9])
    bench.store.isUnwritten = true
    source.edit(130 * MIB)
    bench.checksums.bytesPerMs = 1_000
    bench.queue.adopt([record])

    await expectChanged(bench, uploadId)
  })

  it('are left alone once the upload is paused', async () => {
    const { bench, record, uploadId } = restarted([1, 2, 3, 4, 5])
    bench.checksums.bytesPerMs = 1_000
    bench.queue.adopt([record])
    await bench.clock.until(() => readParts(bench, 'idle').length === 2)

    bench.queue.pause(uploadId)
    await bench.clock.advance(3600_000)
    const before = readParts(bench, 'idle')
    bench.queue.resume(uploadId)
    await bench.untilPhase(uploadId, 'done')

    expect(before).toHaveLength(2)
  })

  it('are completed without the file when there is nothing left to send', async () => {
    const { bench, record, uploadId } = restarted(ALL)
    bench.sources.clear()
    bench.queue.adopt([{ ...record, sourceId: null }])

    await bench.untilPhase(uploadId, 'done')

    expect(bench.checksums.calls).toEqual([])
    expect(bench.store.puts).toEqual([])
  })
})

describe('the final check', () => {
  it('reads the whole file once more where the host cannot vouch for it', async () => {
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

  it('begins while the last parts are on their way', async () => {
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

  it('reads nothing again that the host vouches for', async () => {
    const bench = new QueueBench()
    bench.store.isUnwritten = true

    const uploadId = bench.add(1, 160 * MIB)
    await bench.untilPhase(uploadId, 'done')

    expect(bench.checksums.calls).toHaveLength(10)
    expect(bench.store.calls).toContain('checkSource 1')
  })

  it('is not needed for a file in one PUT', async () => {
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
  ])('finds bytes written to part %i on the way (store checks: %s)', async (part, checksBodies) => {
    const bench = new QueueBench()
    bench.store.checksBodies = checksBodies
    const uploadId = bench.add(1, 160 * MIB)
    await bench.clock.until(() => bench.store.partsOf(uploadId).length === 3)

    bench.sourceOf(uploadId).edit(part * 16 * MIB - 1)

    await expectChanged(bench, uploadId)
  })

  it('finds a part that changed after it was read again, before others were read at all', async () => {
    const bench = new QueueBench()
    const long: PartPlan = { ...plan, byteLength: 640 * MIB }
    const record = bench.store.take(uploadRecord(1, 640 * MIB, { plan: long }))
    bench.store.hold(record.uploadId, long, [1, 2, 3])
    const source = bench.giveSource(record)
    bench.queue.adopt([record])
    await bench.clock.until(() => readParts(bench, 'idle').length === 3)

    // One that need not be sent, and one that nobody has looked at yet: half old, half new.
    source.edit(1)
    source.edit(639 * MIB)

    await expectChanged(bench, record.uploadId)
  })

  it('is told what the host sees of the file', async () => {
    const bench = new QueueBench()
    bench.store.fail('checkSource', { kind: 'source-missing' }, 2)

    const uploadId = bench.add(1, 160 * MIB)
    await bench.untilPhase(uploadId, 'failed')

    expect(bench.view(uploadId).failure).toEqual({ kind: 'source-missing' })
  })

  it('is tried again when the host is gone meanwhile', async () => {
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
    'goes on after a %s, and sends nothing twice',
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

describe('an object that is not what was sent', () => {
  it('fails, visibly and for good', async () => {
    const bench = new QueueBench()
    bench.store.fail('complete', { kind: 'object-differs' })

    const uploadId = bench.add(1, 160 * MIB)
    await bench.untilPhase(uploadId, 'failed')

    expect(bench.view(uploadId).failure).toEqual({ kind: 'object-differs' })
    expect(bench.store.marks.map(({ mark }) => mark.phase)).toEqual(['failed'])
  })
})
