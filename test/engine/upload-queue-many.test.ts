import { describe, expect, it } from 'vitest'
import type { UploadRecord } from '../../electron/contract/commands/uploads.ts'
import { MIB } from '../../electron/contract/limits.ts'
import { uploadIdOf, uploadRecord } from '../fakes/upload-records.ts'
import { QueueBench } from './queue-bench.ts'

const MANY = 100_000

describe('100,000 files', () => {
  it('wait at no cost, are live a few at a time, and all respond to one click', async () => {
    const bench = new QueueBench()
    const records: UploadRecord[] = []
    for (let number = 1; number <= MANY; number += 1) {
      const record = bench.store.add(uploadRecord(number, 10_000))
      bench.giveSource(record)
      records.push(record)
    }

    for (let from = 0; from < MANY; from += 500) bench.queue.adopt(records.slice(from, from + 500))
    const { uploadIds, totals } = bench.queue.snapshot()
    await bench.clock.until(() => bench.queue.snapshot().totals.doneCount >= 300)
    const preparedCount = bench.store.calls.filter((call) => call.startsWith('prepare')).length
    bench.queue.pauseAll()

    expect(uploadIds).toHaveLength(MANY)
    expect(uploadIds[0]).toBe(uploadIdOf(MANY))
    expect(totals).toMatchObject({ uploadCount: MANY, totalBytes: MANY * 10_000 })
    expect(preparedCount).toBeLessThan(330)
    expect(bench.queue.snapshot().totals.pausedCount).toBeGreaterThan(MANY - 400)
    bench.queue.close()
  })
})

describe('fairness', () => {
  it('lets small files through behind a huge one', async () => {
    const bench = new QueueBench()
    const huge = bench.add(1, 64_000 * MIB)
    const small = Array.from({ length: 30 }, (_, index) => bench.add(index + 2, MIB))

    await bench.clock.until(() => small.every((uploadId) => bench.phase(uploadId) === 'done'))

    expect(bench.phase(huge)).toBe('uploading')
    expect(bench.store.partsOf(huge).length).toBeLessThan(60)
  })

  it('lets a huge file through behind many small ones', async () => {
    const bench = new QueueBench()
    for (let number = 1; number <= 400; number += 1) bench.add(number, 8 * MIB)
    const huge = bench.add(401, 160 * MIB)

    await bench.untilPhase(huge, 'done')

    expect(bench.queue.snapshot().totals.doneCount).toBeLessThan(250)
  })

  it('serves four huge files alike, though six connections cannot be shared evenly', async () => {
    const bench = new QueueBench()
    const uploadIds = [1, 2, 3, 4].map((number) => bench.add(number, 3200 * MIB))

    await bench.clock.until(() => bench.store.puts.length >= 200)

    const counts = uploadIds.map((uploadId) => bench.store.partsOf(uploadId).length)
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(6)
  })

  it('never has more requests in flight than Chromium opens connections', async () => {
    const bench = new QueueBench()
    for (let number = 1; number <= 20; number += 1) {
      bench.add(number, (number % 2 === 0 ? 100 : 5) * MIB)
    }

    await bench.clock.until(() => bench.queue.snapshot().totals.unfinishedCount === 0)

    expect(bench.store.mostPutsAtOnce).toBe(6)
  })
})

describe('notifying listeners', () => {
  it('happens at most four times a second for progress, and only for the row that moves', async () => {
    const bench = new QueueBench()
    bench.store.bytesPerMs = 1_000
    const moving = bench.add(1, 320 * MIB)
    const paused = bench.add(2, 320 * MIB)
    bench.queue.pause(paused)
    await bench.clock.until(() => bench.phase(moving) === 'uploading')
    await bench.clock.settle()
    let toldCount = 0
    let pausedCount = 0
    bench.queue.subscribe(() => {
      toldCount += 1
    })
    bench.queue.subscribeUpload(paused, () => {
      pausedCount += 1
    })
    await bench.clock.advance(10_000)

    expect(toldCount).toBeLessThanOrEqual(41)
    expect(toldCount).toBeGreaterThan(20)
    expect(pausedCount).toBe(0)
  })

  it('shows speed and time left while it sends, and neither afterwards', async () => {
    const bench = new QueueBench()
    bench.store.bytesPerMs = 1_000
    const uploadId = bench.add(1, 320 * MIB)

    await bench.clock.advance(20_000)
    const moving = bench.view(uploadId)
    await bench.untilPhase(uploadId, 'done')

    // Six requests at a million bytes per second each.
    expect(moving.bytesPerSecond).toBeGreaterThan(4_000_000)
    expect(moving.bytesPerSecond).toBeLessThan(8_000_000)
    expect(moving.msLeft).toBeGreaterThan(20_000)
    expect(bench.view(uploadId)).toMatchObject({ bytesPerSecond: null, msLeft: null })
  })
})

describe('the totals', () => {
  it('follow the uploads of one batch, and start again after all have ended', async () => {
    const bench = new QueueBench()
    const first = bench.add(1, 60 * MIB)
    const second = bench.add(2, 3 * MIB)
    await bench.untilPhase(second, 'done')
    const meanwhile = bench.queue.snapshot().totals
    await bench.untilPhase(first, 'done')
    const after = bench.queue.snapshot().totals
    bench.add(3, 5 * MIB)
    const next = bench.queue.snapshot().totals

    expect(meanwhile).toMatchObject({ totalBytes: 63 * MIB, unfinishedCount: 1, doneCount: 1 })
    expect(after).toMatchObject({ totalBytes: 63 * MIB, sentBytes: 63 * MIB, unfinishedCount: 0 })
    expect(next).toMatchObject({ totalBytes: 5 * MIB, sentBytes: 0, unfinishedCount: 1 })
  })

  it('count each row once, under the right heading', async () => {
    const bench = new QueueBench()
    const done = bench.add(1, MIB)
    await bench.untilPhase(done, 'done')
    const failing = bench.add(2, MIB)
    bench.store.fail('put', { kind: 'store-refused', status: 400, code: 'X' })
    await bench.untilPhase(failing, 'failed')
    const paused = bench.add(3, 2 * MIB)
    bench.queue.pause(paused)
    const cancelled = bench.add(4, MIB)
    bench.queue.cancel(cancelled)
    await bench.untilPhase(cancelled, 'cancelled')

    expect(bench.queue.snapshot().totals).toEqual({
      uploadCount: 3,
      unfinishedCount: 1,
      activeCount: 0,
      pausedCount: 1,
      doneCount: 1,
      stuckCount: 1,
      failedCount: 1,
      askingCount: 0,
      firstStuck: failing,
      // The host cannot read these files, as in a browser.
      pathlessCount: 2,
      pathless: [failing, paused],
      finishedCount: 1,
      lastFinished: done,
      sentBytes: 0,
      totalBytes: 2 * MIB,
      bytesPerSecond: null,
      msLeft: null,
    })
  })
})
