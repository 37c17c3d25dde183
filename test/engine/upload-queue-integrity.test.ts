import { describe, expect, it } from 'vitest'
import { MIB } from '../../electron/contract/limits.ts'
import { MAX_CONCURRENT_READS } from '../../renderer/engine/integrity/verification.ts'
import { fakeChecksum } from '../fakes/fake-source.ts'
import { QueueBench } from './queue-bench.ts'
import { ALL, expectChanged, readParts, restarted, textOf } from './ten-parts.ts'

describe('the checksum of a part', () => {
  it('is computed before the part gets a connection, signed, and sent with the receipt', async () => {
    const bench = new QueueBench()
    bench.checksums.bytesPerMs = 16 * MIB

    const uploadId = bench.add(1, 160 * MIB)
    await bench.untilPhase(uploadId, 'done')

    expect(readParts(bench, 'next').slice(0, 10)).toEqual(ALL)
    expect(bench.store.checksums(uploadId)).toEqual(ALL.map((each) => fakeChecksum(textOf(each))))
    expect(bench.store.recordedChecksums(uploadId)).toEqual(bench.store.checksums(uploadId))
  })

  it('is not computed again for another attempt', async () => {
    const bench = new QueueBench()
    bench.store.isUnwritten = true
    bench.store.fail('put', { kind: 'server-error', status: 500 }, 3)

    const uploadId = bench.add(1, 160 * MIB)
    await bench.untilPhase(uploadId, 'done')

    expect([...readParts(bench, 'next')].sort((a, b) => a - b)).toEqual(ALL)
  })

  it('is computed for only a few parts at once, so that few bodies are in memory', async () => {
    const { bench, record } = restarted([1, 2, 3])
    bench.checksums.bytesPerMs = 10_000
    bench.queue.adopt([record])
    for (let number = 2; number < 20; number += 1) bench.add(number, number * 10 * MIB)

    await bench.clock.until(() => bench.queue.snapshot().totals.unfinishedCount === 0)

    expect(bench.checksums.mostAtOnce).toBe(MAX_CONCURRENT_READS)
  })
})

describe('a part that the store received damaged', () => {
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

  it('ends the upload if the file has changed by now', async () => {
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

  it('end the upload as soon as one of them differs from the file', async () => {
    const { bench, record, source, uploadId } = restarted([1, 2, 3])
    source.edit(MIB)
    bench.queue.adopt([record])

    await expectChanged(bench, uploadId)

    expect(bench.store.partsOf(uploadId)).toEqual([1, 2, 3])
  })

  it('are read before the upload completes, even if the background reading has not reached them', async () => {
    const { bench, record, source, uploadId } = restarted([1, 2, 3, 4, 5, 6, 7, 8, 9])
    bench.store.isUnwritten = true
    source.edit(130 * MIB)
    bench.checksums.bytesPerMs = 1_000
    bench.queue.adopt([record])

    await expectChanged(bench, uploadId)
  })

  it('are no longer read once the upload is paused', async () => {
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

  it('are completed without the file if there is nothing left to send', async () => {
    const { bench, record, uploadId } = restarted(ALL)
    bench.sources.clear()
    bench.queue.adopt([{ ...record, sourceId: null }])

    await bench.untilPhase(uploadId, 'done')

    expect(bench.checksums.calls).toEqual([])
    expect(bench.store.puts).toEqual([])
  })
})

describe('an object that differs from what was sent', () => {
  it('fails, visibly and for good', async () => {
    const bench = new QueueBench()
    bench.store.fail('complete', { kind: 'object-differs' })

    const uploadId = bench.add(1, 160 * MIB)
    await bench.untilPhase(uploadId, 'failed')

    expect(bench.view(uploadId).failure).toEqual({ kind: 'object-differs' })
    expect(bench.store.marks.map(({ mark }) => mark.phase)).toEqual(['failed'])
  })
})
