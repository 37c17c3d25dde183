import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Failure } from '../../electron/contract/failure.ts'
import type { UploadId } from '../../electron/contract/ids.ts'
import { MIB } from '../../electron/contract/limits.ts'
import type { UploadQueue } from '../../renderer/upload/engine/queue-view.ts'
import { QueueBench } from './queue-bench.ts'

const anyFailure = fc.constantFrom<Failure>(
  { kind: 'stalled' },
  { kind: 'server-error', status: 500 },
  { kind: 'throttled', retryAfterMs: 1_000 },
  { kind: 'no-response' },
  { kind: 'url-expired' },
  { kind: 'upload-gone' },
  { kind: 'access-denied' },
  { kind: 'host-gone' },
)
const anyFault = fc.record({
  call: fc.constantFrom('put', 'prepare', 'sign', 'complete', 'cancel', 'record', 'mark' as const),
  failure: anyFailure,
  isDone: fc.boolean(),
})
type Act = 'pause' | 'resume' | 'retry' | 'cancel'
const anyMove = fc.record({
  act: fc.constantFrom<Act | 'offline' | 'online' | 'wait'>(
    'pause',
    'resume',
    'retry',
    'cancel',
    'offline',
    'online',
    'wait',
  ),
  which: fc.nat(4),
  ms: fc.nat(5_000),
})

/** Every upload ends, as a patient person would drive it. */
async function driveToTheEnd(bench: QueueBench, uploadIds: readonly UploadId[]): Promise<void> {
  bench.network.become(true)
  for (let round = 0; round < 60; round += 1) {
    for (const uploadId of uploadIds) {
      bench.queue.resume(uploadId)
      if (['failed', 'needs-you'].includes(bench.phase(uploadId))) bench.queue.retry(uploadId)
    }
    await bench.clock.advance(60_000)
    if (uploadIds.every((uploadId) => ['done', 'cancelled'].includes(bench.phase(uploadId)))) return
  }
}

it('ends every upload whole or gone, whatever fails and whatever the person does', async () => {
  // The fake store throws at a part sent twice at once, a signature used twice, a hasty complete.
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyFault, { maxLength: 12 }),
      fc.array(anyMove, { maxLength: 12 }),
      async (faults, moves) => {
        const bench = new QueueBench()
        for (const { call, failure, isDone } of faults) {
          bench.store.script(call, { kind: isDone ? 'lose-answer' : 'refuse', failure })
        }
        const uploadIds = [3, 40, 70, 0, 100].map((mib, index) => bench.add(index + 1, mib * MIB))

        for (const { act, which, ms } of moves) {
          const uploadId = uploadIds[which]
          if (act === 'offline' || act === 'online') bench.network.become(act === 'online')
          else if (act !== 'wait' && uploadId !== undefined) tell(bench.queue, act, uploadId)
          await bench.clock.advance(ms)
        }
        await driveToTheEnd(bench, uploadIds)

        for (const uploadId of uploadIds) {
          const isDone = bench.phase(uploadId) === 'done'
          expect(bench.phase(uploadId)).toBe(isDone ? 'done' : 'cancelled')
          expect(bench.store.isComplete(uploadId) || !isDone).toBe(true)
          if (!isDone) expect(bench.store.partsOf(uploadId)).toEqual([])
        }
        expect(bench.store.mostPutsAtOnce).toBeLessThanOrEqual(6)
        bench.queue.close()
      },
    ),
    { numRuns: 40 },
  )
})

function tell(queue: UploadQueue, act: Act, uploadId: UploadId): void {
  queue[act](uploadId)
}

it('never shows less than before while the store loses nothing', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyFailure, { maxLength: 10 }), async (failures) => {
      const bench = new QueueBench()
      const kept = failures.filter(({ kind }) => ['stalled', 'server-error'].includes(kind))
      for (const failure of kept) bench.store.fail('put', failure)
      const uploadId = bench.add(1, 100 * MIB)
      const shown: number[] = []
      bench.queue.subscribeUpload(uploadId, () => shown.push(bench.view(uploadId).sentBytes))

      await bench.untilPhase(uploadId, 'done')

      expect(shown).toEqual([...shown].sort((one, other) => one - other))
      expect(shown.at(-1)).toBe(100 * MIB)
    }),
    { numRuns: 25 },
  )
})
