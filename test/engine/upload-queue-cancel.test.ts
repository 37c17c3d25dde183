import { describe, expect, it } from 'vitest'
import type { UploadId } from '../../electron/contract/ids.ts'
import { MIB } from '../../electron/contract/limits.ts'
import { HOST_WAIT_MS } from '../../renderer/engine/outbox.ts'
import { gate, QueueBench } from './queue-bench.ts'

describe('cancelling', () => {
  it.each<[string, (bench: QueueBench, uploadId: UploadId) => Promise<void>]>([
    [
      'sending',
      (bench, uploadId) => bench.clock.until(() => bench.store.partsOf(uploadId).length > 2),
    ],
    [
      'paused',
      async (bench, uploadId) => {
        await bench.clock.until(() => bench.store.partsOf(uploadId).length > 2)
        bench.queue.pause(uploadId)
        await bench.clock.settle()
      },
    ],
    [
      'offline',
      async (bench, uploadId) => {
        await bench.clock.until(() => bench.store.partsOf(uploadId).length > 2)
        bench.store.isDown = true
        bench.network.become(false)
        await bench.untilPhase(uploadId, 'offline')
      },
    ],
    [
      'waiting to try again',
      async (bench, uploadId) => {
        bench.store.fail('prepare', { kind: 'server-error', status: 500 }, 1)
        await bench.clock.until(() => bench.view(uploadId).retryAtMs !== null)
      },
    ],
    [
      'failed',
      async (bench, uploadId) => {
        bench.store.fail('put', { kind: 'store-refused', status: 400, code: 'X' })
        await bench.untilPhase(uploadId, 'failed')
      },
    ],
    [
      'stuck until the user acts',
      async (bench, uploadId) => {
        bench.store.fail('put', { kind: 'access-denied' })
        await bench.untilPhase(uploadId, 'needs-you')
      },
    ],
  ])('leaves nothing on the store while it is %s', async (_phase, reach) => {
    const bench = new QueueBench()
    const uploadId = bench.add(1, 320 * MIB)
    await reach(bench, uploadId)

    bench.queue.cancel(uploadId)
    await bench.untilPhase(uploadId, 'cancelled')
    await bench.clock.advance(3600_000)

    expect(bench.phase(uploadId)).toBe('cancelled')
    expect(bench.store.partsOf(uploadId)).toEqual([])
    expect(bench.store.calls.at(-1)).toBe('cancel 1')
    expect(bench.view(uploadId).record.status).toEqual({
      phase: 'cancelled',
      storeIsClean: true,
      why: 'person',
    })
  })

  it('cancels an upload that has not started', async () => {
    const bench = new QueueBench()
    for (let number = 1; number <= 10; number += 1) bench.add(number, 320 * MIB)
    const waiting = bench.add(11, 320 * MIB)
    expect(bench.phase(waiting)).toBe('waiting')

    bench.queue.cancel(waiting)
    await bench.untilPhase(waiting, 'cancelled')

    expect(bench.store.calls).not.toContain('prepare 11')
  })

  it('does not wait for a running prepare, and ignores its answer', async () => {
    const bench = new QueueBench()
    const answer = gate()
    bench.store.script('prepare', { kind: 'hold', until: answer.opened })
    const uploadId = bench.add(1, 320 * MIB)
    await bench.clock.settle()

    bench.queue.cancel(uploadId)
    await bench.clock.settle()
    const shown = bench.view(uploadId)
    answer.open()
    await bench.untilPhase(uploadId, 'cancelled')
    await bench.clock.advance(60_000)

    expect(shown).toMatchObject({ phase: 'waiting', isCancelling: true })
    expect(bench.store.calls).toEqual(['prepare 1', 'cancel 1'])
    expect(bench.phase(uploadId)).toBe('cancelled')
  })

  it.each(['hold', 'lose-answer'] as const)(
    'comes too late for an upload that completes, and says so (%s)',
    async (kind) => {
      const bench = new QueueBench()
      const answer = gate()
      bench.store.script(
        'complete',
        kind === 'hold'
          ? { kind, until: answer.opened }
          : { kind, failure: { kind: 'no-response' }, until: answer.opened },
      )
      const uploadId = bench.add(1, 3 * MIB)
      await bench.untilPhase(uploadId, 'finishing')
      await bench.clock.settle()

      bench.queue.cancel(uploadId)
      answer.open()
      await bench.untilPhase(uploadId, 'done')
      await bench.clock.settle()

      expect(bench.view(uploadId).record.status.phase).toBe('done')
      expect(bench.store.isComplete(uploadId)).toBe(true)
    },
  )

  it('follows a complete that failed', async () => {
    const bench = new QueueBench()
    const answer = gate()
    const failure = { kind: 'server-error', status: 500 } as const
    bench.store.script('complete', { kind: 'refuse-late', until: answer.opened, failure })
    const uploadId = bench.add(1, 3 * MIB)
    await bench.untilPhase(uploadId, 'finishing')

    bench.queue.cancel(uploadId)
    answer.open()
    await bench.untilPhase(uploadId, 'cancelled')

    expect(bench.store.calls.slice(-2)).toEqual(['complete 1', 'cancel 1'])
    expect(bench.store.partsOf(uploadId)).toEqual([])
  })

  it('waits for a host that is gone', async () => {
    const bench = new QueueBench()
    const uploadId = bench.add(1, 320 * MIB)
    await bench.clock.until(() => bench.store.partsOf(uploadId).length > 2)
    bench.store.isHostGone = true

    bench.queue.cancel(uploadId)
    await bench.clock.advance(600_000)
    const shown = bench.view(uploadId)
    bench.store.isHostGone = false
    await bench.untilPhase(uploadId, 'cancelled', 60_000)

    expect(shown).toMatchObject({ isCancelling: true, failure: { kind: 'host-gone' } })
    expect(bench.store.partsOf(uploadId)).toEqual([])
  })

  it('drops changes that the host has not received yet', async () => {
    const bench = new QueueBench()
    const uploadId = bench.add(1, 320 * MIB)
    await bench.clock.until(() => bench.store.partsOf(uploadId).length > 2)
    bench.store.isHostGone = true

    bench.queue.pause(uploadId)
    bench.queue.cancel(uploadId)
    await bench.clock.settle()
    bench.store.isHostGone = false
    await bench.untilPhase(uploadId, 'cancelled', 60_000)
    await bench.clock.advance(60_000)

    expect(bench.store.marks).toEqual([])
  })

  it('fails visibly, even after a restart, when the store refuses it', async () => {
    const bench = new QueueBench()
    const uploadId = bench.add(1, 320 * MIB)
    await bench.clock.until(() => bench.store.partsOf(uploadId).length > 2)
    bench.store.fail('cancel', { kind: 'access-denied' })

    bench.queue.cancel(uploadId)
    await bench.untilPhase(uploadId, 'needs-you')
    await bench.clock.settle()
    const marks = bench.store.marks.map(({ mark }) => mark.phase)
    bench.queue.cancel(uploadId)
    await bench.untilPhase(uploadId, 'cancelled')

    expect(marks).toEqual(['failed'])
  })

  it('cancels all unfinished uploads, a few at a time', async () => {
    const bench = new QueueBench()
    const done = bench.add(1, 3 * MIB)
    await bench.untilPhase(done, 'done')
    for (let number = 2; number <= 60; number += 1) bench.add(number, 40 * MIB)

    bench.queue.cancelAll()
    await bench.clock.until(() => bench.queue.snapshot().totals.unfinishedCount === 0)
    await bench.clock.settle()
    await bench.clock.settle()

    expect(bench.queue.snapshot().totals).toMatchObject({ doneCount: 1, uploadCount: 1 })
  })

  it('does not call a host that is gone for all of them at once', async () => {
    const bench = new QueueBench()
    const uploadIds = Array.from({ length: 20 }, (_, index) => bench.add(index + 1, 40 * MIB))
    await bench.clock.settle()
    bench.store.isHostGone = true
    const cancels = () => bench.store.calls.filter((call) => call.startsWith('cancel')).length

    bench.queue.cancelAll()
    await bench.clock.advance(HOST_WAIT_MS - 1)
    const askedAtFirst = cancels()
    bench.store.isHostGone = false
    await bench.clock.until(() =>
      uploadIds.every((each) => bench.store.recordOf(each).status.phase === 'cancelled'),
    )

    expect(askedAtFirst).toBeLessThanOrEqual(2)
  })

  it('does not call the host for an upload that another window has cancelled meanwhile', async () => {
    const bench = new QueueBench()
    const answers = gate()
    for (const _ of [1, 2]) bench.store.script('cancel', { kind: 'hold', until: answers.opened })
    const [, , third = expect.unreachable('no upload')] = [1, 2, 3].map((number) =>
      bench.add(number, 40 * MIB),
    )
    await bench.clock.settle()
    bench.queue.cancelAll()
    await bench.clock.settle()
    const record = bench.store.recordOf(third)
    const status = { phase: 'cancelled', storeIsClean: true, why: 'person' } as const

    bench.queue.adopt([{ ...record, status }])
    answers.open()
    await bench.clock.settle()

    expect(bench.store.calls.filter((call) => call.startsWith('cancel'))).toEqual([
      'cancel 1',
      'cancel 2',
    ])
  })
})
