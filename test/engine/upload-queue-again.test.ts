import { describe, expect, it } from 'vitest'
import { MIB } from '../../electron/contract/limits.ts'
import { uploadIdOf, uploadRecord } from '../fakes/upload-records.ts'
import { QueueBench } from './queue-bench.ts'

/** Three rows; the middle one failed, since its file changed. */
async function benchWithChangedFile() {
  const bench = new QueueBench()
  const first = bench.add(1, 60 * MIB)
  const changed = bench.add(2, 60 * MIB)
  const last = bench.add(3, 60 * MIB)
  await bench.clock.until(() => bench.store.partsOf(changed).length > 0)
  bench.sourceOf(changed).trouble = { kind: 'source-changed' }
  await bench.untilPhase(changed, 'failed')
  const { createdAtMs } = bench.view(changed).record
  const successor = bench.store.add(uploadRecord(9, 60 * MIB, { createdAtMs }))
  bench.giveSource(successor)
  return { bench, first, changed, last, successor }
}

describe('uploading again', () => {
  it('puts the new upload in the position of the old one, and starts it', async () => {
    const { bench, first, changed, last, successor } = await benchWithChangedFile()

    bench.queue.supersede(changed, successor)
    const { uploadIds } = bench.queue.snapshot()
    await bench.untilPhase(successor.uploadId, 'done')

    expect(uploadIds).toEqual([last, successor.uploadId, first])
    expect(bench.queue.upload(changed)).toBeUndefined()
    expect(bench.store.textsOf(successor.uploadId)).toHaveLength(4)
  })

  it('does the same if the host has already reported the new upload', async () => {
    const { bench, first, changed, last, successor } = await benchWithChangedFile()
    bench.queue.adopt([successor])

    bench.queue.supersede(changed, successor)
    bench.queue.adopt([successor])
    await bench.untilPhase(successor.uploadId, 'done')

    expect(bench.queue.snapshot().uploadIds).toEqual([last, successor.uploadId, first])
  })

  it('is not retried in vain with the other stuck uploads', async () => {
    const { bench, changed } = await benchWithChangedFile()
    const before = bench.store.calls.filter((call) => call === 'prepare 2').length

    bench.queue.retryAll()
    await bench.clock.settle()

    expect(bench.phase(changed)).toBe('failed')
    expect(bench.store.calls.filter((call) => call === 'prepare 2')).toHaveLength(before)
  })

  it('is not undone by a late snapshot of the old upload', async () => {
    const { bench, changed, successor } = await benchWithChangedFile()
    const old = bench.view(changed).record

    bench.queue.supersede(changed, successor)
    bench.queue.adopt([old])
    bench.queue.retry(changed)
    await bench.clock.until(() => bench.queue.snapshot().totals.unfinishedCount === 0)

    expect(bench.queue.snapshot().totals).toMatchObject({ uploadCount: 3, doneCount: 3 })
    expect(bench.queue.upload(changed)).toBeUndefined()
  })

  it('starts ahead of uploads that merely wait', async () => {
    const { bench, changed, successor } = await benchWithChangedFile()
    for (let number = 20; number < 60; number += 1) bench.add(number, 40 * MIB)

    bench.queue.supersede(changed, successor)
    await bench.untilPhase(successor.uploadId, 'done')

    expect(bench.queue.snapshot().totals.doneCount).toBeLessThan(12)
  })

  it('adds the new upload even if the old row is gone', async () => {
    const bench = new QueueBench()
    const successor = bench.store.add(uploadRecord(9, 3 * MIB))
    bench.giveSource(successor)

    bench.queue.supersede(uploadIdOf(1), successor)
    await bench.untilPhase(successor.uploadId, 'done')

    expect(bench.queue.snapshot().uploadIds).toEqual([successor.uploadId])
  })
})
