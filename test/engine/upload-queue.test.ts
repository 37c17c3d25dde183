import { expect, it } from 'vitest'
import { MIB } from '../../electron/contract/limits.ts'
import { BATCH_WINDOW_MS } from '../../renderer/engine/outbox.ts'
import { gate, QueueBench } from './queue-bench.ts'

it('sends a short file in one PUT and a long one in parts', async () => {
  const bench = new QueueBench()

  const short = bench.add(1, 3 * MIB)
  const long = bench.add(2, 100 * MIB)
  await bench.untilPhase(long, 'done')

  expect(bench.phase(short)).toBe('done')
  expect(bench.putsOf(short)).toEqual({ 1: 1 })
  expect(bench.putsOf(long)).toEqual({ 1: 1, 2: 1, 3: 1, 4: 1, 5: 1, 6: 1, 7: 1 })
  expect(bench.store.mostPutsAtOnce).toBe(6)
})

it('sends an empty file', async () => {
  const bench = new QueueBench()

  const empty = bench.add(1, 0)
  await bench.untilPhase(empty, 'done')

  expect(bench.putsOf(empty)).toEqual({ 1: 1 })
})

it('raises the part size for a store that accepts only few parts', async () => {
  const bench = new QueueBench()
  bench.store.maxPartCount = 4

  const uploadId = bench.add(1, 100 * MIB)
  await bench.untilPhase(uploadId, 'done')

  expect(bench.store.partsOf(uploadId)).toEqual([1, 2, 3, 4])
})

it('fails without sending anything when the host says that a file is too large', async () => {
  const bench = new QueueBench()
  bench.store.maxPartCount = 1

  const uploadId = bench.add(1, 5 * 1024 * MIB + 1)
  await bench.clock.settle()

  expect(bench.view(uploadId)).toMatchObject({
    phase: 'failed',
    failure: { kind: 'too-large', limitBytes: 5 * 1024 * MIB },
  })
  expect(bench.store.calls.filter((call) => call.startsWith('put'))).toEqual([])
})

it('keeps what was sent when it is paused, and continues from there', async () => {
  const bench = new QueueBench()
  const uploadId = bench.add(1, 320 * MIB)
  await bench.clock.until(() => bench.store.partsOf(uploadId).length >= 8)

  bench.queue.pause(uploadId)
  const sentBefore = bench.store.partsOf(uploadId)
  await bench.clock.advance(60_000)
  const sentWhilePaused = bench.store.partsOf(uploadId)
  bench.queue.resume(uploadId)
  await bench.untilPhase(uploadId, 'done')

  expect(sentWhilePaused).toEqual(sentBefore)
  for (const partNumber of sentBefore) expect(bench.putsOf(uploadId)[partNumber]).toBe(1)
  expect(bench.store.marks.map(({ mark }) => mark.phase)).toEqual(['paused', 'waiting'])
})

it('shows after a pause what the store has, not what was in flight', async () => {
  const bench = new QueueBench()
  bench.store.bytesPerMs = 1_000
  const uploadId = bench.add(1, 320 * MIB)
  await bench.clock.until(() => bench.view(uploadId).sentBytes > 40 * MIB)
  bench.queue.pause(uploadId)
  await bench.clock.settle()
  const landedBytes = bench.store.partsOf(uploadId).length * 16 * MIB

  bench.queue.resume(uploadId)
  await bench.clock.settle()

  expect(bench.view(uploadId)).toMatchObject({ phase: 'uploading', sentBytes: landedBytes })
  expect(landedBytes).toBeLessThan(40 * MIB)
})

it('counts a part that is acknowledged although the user has paused', async () => {
  const bench = new QueueBench()
  const answer = gate()
  bench.store.script('put', { kind: 'hold', until: answer.opened }, ({ partNumber }) => {
    return partNumber === 2
  })
  const uploadId = bench.add(1, 40 * MIB)
  await bench.clock.until(() => bench.store.partsOf(uploadId).length === 2)

  bench.queue.pause(uploadId)
  answer.open()
  await bench.clock.advance(BATCH_WINDOW_MS)
  const shown = bench.view(uploadId)
  const recorded = bench.store.recorded.get(uploadId)
  bench.queue.resume(uploadId)
  await bench.untilPhase(uploadId, 'done')

  expect(shown).toMatchObject({ phase: 'paused', sentBytes: 40 * MIB })
  expect(recorded).toContain(2)
  expect(bench.putsOf(uploadId)).toEqual({ 1: 1, 2: 1, 3: 1 })
})

it('reports every part to the host, in few calls', async () => {
  const bench = new QueueBench()

  const uploadId = bench.add(1, 160 * MIB)
  await bench.untilPhase(uploadId, 'done')

  expect([...(bench.store.recorded.get(uploadId) ?? [])].sort((a, b) => a - b)).toEqual([
    1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
  ])
})

it('reports the parts to the host before it asks to complete, even if a call failed', async () => {
  const bench = new QueueBench()
  const answer = gate()
  bench.store.bytesPerMs = 10_000
  bench.store.fail('record', { kind: 'host-gone' })
  bench.store.script('record', { kind: 'hold', until: answer.opened })

  const uploadId = bench.add(1, 160 * MIB)
  await bench.untilPhase(uploadId, 'finishing')
  await bench.clock.settle()
  const askedEarly = bench.store.calls.includes('complete 1')
  answer.open()
  await bench.untilPhase(uploadId, 'done')

  expect(askedEarly).toBe(false)
  expect(bench.store.recorded.get(uploadId)).toHaveLength(10)
})

it('does not prepare twice at once if it is paused and resumed meanwhile', async () => {
  const bench = new QueueBench()
  const answer = gate()
  bench.store.script('prepare', { kind: 'hold', until: answer.opened })
  const uploadId = bench.add(1, 60 * MIB)
  await bench.clock.settle()

  bench.queue.pause(uploadId)
  bench.queue.resume(uploadId)
  await bench.clock.settle()
  const asked = [...bench.store.calls]
  answer.open()
  await bench.untilPhase(uploadId, 'done')

  expect(asked).toEqual(['prepare 1'])
  expect(bench.store.calls.slice(0, 4)).toEqual(['prepare 1', 'mark 1', 'prepare 1', 'sign 1/1'])
  expect(bench.putsOf(uploadId)).toEqual({ 1: 1, 2: 1, 3: 1, 4: 1 })
})

it('does not prepare an upload that was paused again while it waited for the previous call', async () => {
  const bench = new QueueBench()
  const answer = gate()
  bench.store.script('prepare', { kind: 'hold', until: answer.opened })
  const uploadId = bench.add(1, 60 * MIB)
  await bench.clock.settle()
  bench.queue.pause(uploadId)
  bench.queue.resume(uploadId)
  await bench.clock.settle()

  bench.queue.pause(uploadId)
  answer.open()
  await bench.clock.settle()

  expect(bench.store.calls.filter((call) => call.startsWith('prepare'))).toEqual(['prepare 1'])
  expect(bench.phase(uploadId)).toBe('paused')
})

it('pauses and resumes everything without starting waiting uploads', async () => {
  const bench = new QueueBench()
  const uploadIds = Array.from({ length: 40 }, (_, index) => bench.add(index + 1, 40 * MIB))
  await bench.clock.settle()
  const preparedBefore = bench.store.calls.filter((call) => call.startsWith('prepare')).length

  bench.queue.pauseAll()
  await bench.clock.settle()

  expect(new Set(uploadIds.map((uploadId) => bench.phase(uploadId)))).toEqual(new Set(['paused']))
  expect(bench.store.calls.filter((call) => call.startsWith('prepare'))).toHaveLength(
    preparedBefore,
  )

  bench.queue.resumeAll()
  await bench.clock.until(() => bench.queue.snapshot().totals.unfinishedCount === 0)

  expect(bench.queue.snapshot().totals).toMatchObject({ doneCount: 40, uploadCount: 40 })
})

it('starts an upload that the user asked for ahead of those that merely wait', async () => {
  const bench = new QueueBench()
  const asked = bench.add(1, 40 * MIB)
  bench.queue.pause(asked)
  for (let number = 2; number <= 30; number += 1) bench.add(number, 40 * MIB)
  await bench.clock.settle()

  bench.queue.resume(asked)
  await bench.untilPhase(asked, 'done')

  expect(bench.queue.snapshot().totals.doneCount).toBeLessThan(8)
})

it('lists its rows newest first, and makes new objects only for changed rows', async () => {
  const bench = new QueueBench()
  const first = bench.add(1, 3 * MIB)
  const second = bench.add(2, 40 * MIB)
  await bench.untilPhase(first, 'done')
  const view = bench.view(first)
  const { uploadIds } = bench.queue.snapshot()

  await bench.untilPhase(second, 'done')

  expect(uploadIds).toEqual([second, first])
  expect(bench.queue.snapshot().uploadIds).toBe(uploadIds)
  expect(bench.view(first)).toBe(view)
})

it('clears uploads that have ended for good, on the host as well', async () => {
  const bench = new QueueBench()
  const done = bench.add(1, 3 * MIB)
  const paused = bench.add(2, 3 * MIB)
  bench.queue.pause(paused)
  await bench.untilPhase(done, 'done')
  bench.store.fail('put', { kind: 'store-refused', status: 400, code: 'Odd' }, 1)
  const failed = bench.add(3, 3 * MIB)
  await bench.untilPhase(failed, 'failed')

  bench.queue.clearFinished()
  bench.queue.adopt([bench.store.recordOf(done)])
  await bench.clock.settle()

  expect(bench.queue.snapshot().uploadIds).toEqual([failed, paused])
  expect(bench.store.calls.filter((call) => call.startsWith('clear'))).toEqual(['clear 1'])
})

it('stops all work when it is closed, and leaves the store as it is', async () => {
  const bench = new QueueBench()
  const uploadId = bench.add(1, 320 * MIB)
  await bench.clock.until(() => bench.store.partsOf(uploadId).length > 2)

  bench.queue.close()
  await bench.clock.settle()
  const parts = bench.store.partsOf(uploadId)
  await bench.clock.advance(3600_000)

  expect(bench.store.partsOf(uploadId)).toEqual(parts)
  expect(bench.clock.sleeperCount).toBe(0)
  expect(bench.network.listenerCount).toBe(0)
  expect(bench.store.marks).toEqual([])
})
