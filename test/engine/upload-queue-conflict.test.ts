import { expect, it } from 'vitest'
import { PRECONDITION_FAILED } from '../../electron/contract/failure/s3-failure.ts'
import { MIB } from '../../electron/contract/limits.ts'
import { sourceIdOf, uploadRecord } from '../fakes/upload-records.ts'
import { QueueBench } from './queue-bench.ts'

const KEY_TAKEN = { kind: 'key-taken', key: 'file-1.bin' } as const

it('ends without a failure if the bucket’s object is to be kept, and cancels nothing', async () => {
  const bench = new QueueBench()
  bench.store.fail('prepare', { kind: 'skipped' })
  const uploadId = bench.add(1, MIB)

  await bench.untilPhase(uploadId, 'cancelled')
  await bench.clock.advance(60_000)

  expect(bench.store.calls).toEqual(['prepare 1'])
  expect(bench.view(uploadId)).toMatchObject({
    failure: null,
    record: { status: { phase: 'cancelled', storeIsClean: true, why: 'exists' } },
  })
})

it('ends the same way if the user paused the upload while the host checked', async () => {
  const bench = new QueueBench()
  const { promise, resolve } = Promise.withResolvers<void>()
  bench.store.script('prepare', {
    kind: 'refuse-late',
    until: promise,
    failure: { kind: 'skipped' },
  })
  const uploadId = bench.add(1, MIB)
  await bench.untilPhase(uploadId, 'preparing')

  bench.queue.pause(uploadId)
  resolve()

  await bench.untilPhase(uploadId, 'cancelled')
  expect(bench.store.calls.filter((call) => call.startsWith('cancel'))).toEqual([])
})

it('looks the same after a reload', () => {
  const bench = new QueueBench()

  const uploadId = bench.add(1, MIB, {
    status: { phase: 'cancelled', storeIsClean: true, why: 'exists' },
  })

  expect(bench.view(uploadId)).toMatchObject({ phase: 'cancelled', failure: null })
})

it('waits for the user’s decision about an existing object, and follows it', async () => {
  const bench = new QueueBench()
  bench.store.fail('prepare', KEY_TAKEN, 1, ({ uploadId }) => uploadId === asking)
  bench.store.fail('put', { kind: 'store-refused', status: 400, code: 'X' })
  const asking = bench.add(1, MIB)
  await bench.untilPhase(asking, 'needs-you')
  const failing = bench.add(2, MIB)
  await bench.untilPhase(failing, 'failed')
  const { askingCount, stuckCount } = bench.queue.snapshot().totals

  bench.queue.retryAll()
  await bench.untilPhase(failing, 'done')
  const whileOthersGoOn = bench.phase(asking)
  bench.queue.retry(asking)
  await bench.untilPhase(asking, 'done')

  expect([askingCount, stuckCount]).toEqual([1, 2])
  expect(whileOthersGoOn).toBe('needs-you')
  expect(bench.store.marks.map(({ mark }) => mark)).toContainEqual({
    phase: 'failed',
    failure: KEY_TAKEN,
  })
  expect(bench.queue.snapshot().totals.askingCount).toBe(0)
})

it('needs no file for an upload that is to be skipped', async () => {
  const bench = new QueueBench()
  const status = { phase: 'failed', failure: KEY_TAKEN } as const
  const record = bench.store.add(uploadRecord(1, MIB, { status }))
  bench.queue.adopt([record])
  bench.store.fail('prepare', { kind: 'skipped' })

  bench.queue.retry(record.uploadId)

  await bench.untilPhase(record.uploadId, 'cancelled')
})

it('asks for the file if the user decides to send it', async () => {
  const bench = new QueueBench()
  const status = { phase: 'failed', failure: KEY_TAKEN } as const
  const record = bench.store.add(uploadRecord(1, MIB, { status }))
  bench.queue.adopt([record])

  bench.queue.retry(record.uploadId)
  await bench.clock.until(() => bench.view(record.uploadId).failure?.kind === 'source-detached')
  bench.giveSource(record)
  bench.queue.attachSource(record.uploadId, sourceIdOf(1))

  await bench.untilPhase(record.uploadId, 'done')
})

it('is prepared again if another object took its key while it was sent', async () => {
  const bench = new QueueBench()
  bench.store.fail('put', PRECONDITION_FAILED)
  bench.store.fail('prepare', KEY_TAKEN, 1, () => bench.store.puts.length > 0)

  const uploadId = bench.add(1, MIB)
  await bench.untilPhase(uploadId, 'needs-you')
  expect(bench.view(uploadId).failure).toEqual(KEY_TAKEN)
})
