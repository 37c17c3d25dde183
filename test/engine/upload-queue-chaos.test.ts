import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Failure } from '../../electron/contract/failure/kinds.ts'
import type { UploadId } from '../../electron/contract/ids.ts'
import { MIB } from '../../electron/contract/limits.ts'
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
  { kind: 'host-unreachable', host: 'store.test' },
  { kind: 'body-corrupted' },
  { kind: 'clock-skewed', serverTimeMs: null },
  { kind: 'credentials-expired' },
  { kind: 'disk-full', where: 'data-folder' },
)
const anyFault = fc.record({
  call: fc.constantFrom(
    'put',
    'prepare',
    'sign',
    'checkSource',
    'complete',
    'cancel',
    'record',
    'mark' as const,
  ),
  failure: anyFailure,
  isDone: fc.boolean(),
})
type Act = 'pause' | 'resume' | 'retry' | 'cancel'
type WorldAct = 'offline' | 'online' | 'asleep' | 'awake' | 'oversleep' | 'edit' | 'wait'
const anyMove = fc.record({
  act: fc.constantFrom<Act | WorldAct>(
    'pause',
    'resume',
    'retry',
    'cancel',
    'offline',
    'online',
    'asleep',
    'awake',
    'oversleep',
    'edit',
    'wait',
    'wait',
  ),
  which: fc.nat(4),
  ms: fc.nat(5_000),
})

/** Drives every upload to its end, as a patient user would. */
async function driveToTheEnd(bench: QueueBench, uploadIds: readonly UploadId[]): Promise<void> {
  bench.network.become(true)
  bench.power.become('awake')
  for (let round = 0; round < 60; round += 1) {
    for (const uploadId of uploadIds) {
      bench.queue.resume(uploadId)
      const { phase, failure } = bench.view(uploadId)
      const isStuck = phase === 'failed' || phase === 'needs-you'
      // The original file is gone for good: the user cancels the upload.
      if (isStuck && failure?.kind === 'source-changed') bench.queue.cancel(uploadId)
      else if (isStuck) bench.queue.retry(uploadId)
    }
    await bench.clock.advance(60_000)
    if (uploadIds.every((uploadId) => ['done', 'cancelled'].includes(bench.phase(uploadId)))) return
  }
}

function act(bench: QueueBench, name: Act | WorldAct, uploadId: UploadId, ms: number): void {
  const { queue, network, power, clock } = bench
  switch (name) {
    case 'offline':
    case 'online':
      network.become(name === 'online')
      break
    case 'asleep':
    case 'awake':
      power.become(name)
      break
    case 'oversleep':
      clock.oversleep(ms * 1000)
      break
    case 'edit':
      bench.sourceOf(uploadId).edit(ms % 2 === 0 ? 'all' : (ms * MIB) / 50)
      break
    case 'wait':
      break
    default:
      queue[name](uploadId)
  }
}

/** The object must equal one version of the whole file. */
function expectWhole(bench: QueueBench, uploadId: UploadId): void {
  const texts = bench.store.textsOf(uploadId)
  const ranges = texts.map((text) => {
    const [start = 0, end = 0] = text.split(/[- ]/).map(Number)
    return { start, end }
  })
  expect(bench.store.isComplete(uploadId)).toBe(true)
  expect(bench.sourceOf(uploadId).textsEver(ranges)).toContainEqual(texts)
}

it('ends every upload complete or removed, whatever fails and whatever the user does', async () => {
  // The fake store throws if a part is sent twice at once, a signature is used twice or an upload
  // is completed too early.
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyFault, { maxLength: 14, size: 'max' }),
      fc.array(anyMove, { maxLength: 14, size: 'max' }),
      fc.boolean(),
      async (faults, moves, checksBodies) => {
        const bench = new QueueBench()
        bench.store.checksBodies = checksBodies
        bench.store.bytesPerMs = 5_000
        bench.checksums.bytesPerMs = 50_000
        for (const { call, failure, isDone } of faults) {
          bench.store.script(call, { kind: isDone ? 'lose-answer' : 'refuse', failure })
        }
        const uploadIds = [3, 40, 70, 0, 100].map((mib, index) => bench.add(index + 1, mib * MIB))

        for (const { act: name, which, ms } of moves) {
          const uploadId = uploadIds[which]
          if (uploadId !== undefined) act(bench, name, uploadId, ms)
          await bench.clock.advance(ms)
        }
        await driveToTheEnd(bench, uploadIds)

        for (const uploadId of uploadIds) {
          const isDone = bench.phase(uploadId) === 'done'
          expect(bench.phase(uploadId)).toBe(isDone ? 'done' : 'cancelled')
          if (isDone) expectWhole(bench, uploadId)
          else expect(bench.store.partsOf(uploadId)).toEqual([])
        }
        expect(bench.store.mostPutsAtOnce).toBeLessThanOrEqual(6)
        expect(bench.checksums.mostAtOnce).toBeLessThanOrEqual(8)
        bench.queue.close()
      },
    ),
    { numRuns: 60 },
  )
})

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
