import { describe, expect, it } from 'vitest'
import type { UploadRecord, UploadStatus } from '../../electron/contract/commands/uploads.ts'
import type { Failure } from '../../electron/contract/failure/kinds.ts'
import { MIB } from '../../electron/contract/limits.ts'
import type { PartPlan } from '../../electron/contract/part-plan.ts'
import { sourceIdOf, uploadRecord } from '../fakes/upload-records.ts'
import { QueueBench } from './queue-bench.ts'

const plan: PartPlan = { mode: 'multipart', byteLength: 320 * MIB, partBytes: 32 * MIB }
const halfSent = { plan, recordedBytes: 160 * MIB }
const HELD = [1, 2, 3, 5, 8]

/** The page after a restart, with one record of the previous run. */
function restarted(changes: Partial<UploadRecord>, hasSource: boolean) {
  const bench = new QueueBench()
  const record = bench.store.add(uploadRecord(1, 320 * MIB, { ...halfSent, ...changes }))
  bench.store.storeParts(record.uploadId, plan, HELD)
  if (hasSource) bench.giveSource(record)
  bench.queue.adopt([record])
  return { bench, record, uploadId: record.uploadId }
}

describe('after a restart', () => {
  it('continues from the parts that the store has, with the frozen plan', async () => {
    const { bench, uploadId } = restarted({}, true)

    await bench.untilPhase(uploadId, 'done')

    expect(bench.putsOf(uploadId)).toEqual({ 4: 1, 6: 1, 7: 1, 9: 1, 10: 1 })
  })

  it('sends a part again if its length does not match the plan', async () => {
    const { bench, uploadId } = restarted({}, true)
    bench.store.storeParts(uploadId, { ...plan, partBytes: 16 * MIB }, [3])
    bench.store.storeParts(uploadId, plan, [])

    await bench.untilPhase(uploadId, 'done')

    expect(bench.putsOf(uploadId)).toMatchObject({ 3: 1, 4: 1 })
  })

  it('asks for the file if the page does not have it, and continues when it is given', async () => {
    const { bench, record, uploadId } = restarted({ sourceId: null }, false)
    const shown = bench.view(uploadId)

    bench.giveSource({ ...record, sourceId: sourceIdOf(77) })
    bench.queue.attachSource(uploadId, sourceIdOf(77))
    await bench.untilPhase(uploadId, 'done')

    expect(shown).toMatchObject({
      phase: 'needs-you',
      failure: { kind: 'source-detached' },
      sentBytes: 160 * MIB,
    })
    expect(bench.putsOf(uploadId)).toEqual({ 4: 1, 6: 1, 7: 1, 9: 1, 10: 1 })
    expect(bench.store.marks).toEqual([])
  })

  it('reads the file that was given again, though the upload is running with the lost one', async () => {
    const { bench, record, uploadId } = restarted({}, false)
    const lost = bench.giveSource(record)
    bench.queue.retry(uploadId)
    await bench.untilPhase(uploadId, 'uploading')
    lost.trouble = { kind: 'stalled' }
    const readsBefore = lost.reads.length

    const given = bench.giveSource({ ...record, sourceId: sourceIdOf(77) })
    bench.queue.attachSource(uploadId, sourceIdOf(77))
    await bench.untilPhase(uploadId, 'done')

    expect(lost.reads).toHaveLength(readsBefore)
    expect(given.reads.length).toBeGreaterThan(0)
  })

  it('completes without the file if the store has all of it', async () => {
    const { bench, uploadId } = restarted({ sourceId: null, recordedBytes: 320 * MIB }, false)
    bench.store.storeParts(uploadId, plan, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10])

    await bench.untilPhase(uploadId, 'done')

    expect(bench.store.puts).toEqual([])
  })

  it('asks for the file if the store has less than the records say', async () => {
    const { bench, uploadId } = restarted({ sourceId: null, recordedBytes: 320 * MIB }, false)

    await bench.untilPhase(uploadId, 'needs-you')

    expect(bench.view(uploadId).failure).toEqual({ kind: 'source-detached' })
  })

  it.each<[UploadStatus, string, Failure | null]>([
    [{ phase: 'paused' }, 'paused', null],
    [{ phase: 'failed', failure: { kind: 'no-response' } }, 'failed', { kind: 'no-response' }],
    [
      { phase: 'failed', failure: { kind: 'clock-skewed', serverTimeMs: null } },
      'needs-you',
      { kind: 'clock-skewed', serverTimeMs: null },
    ],
    [{ phase: 'cancelled', storeIsClean: false, why: 'person' }, 'cancelled', null],
    [{ phase: 'done', finishedAtMs: 1, etag: '"e"', proof: null }, 'done', null],
  ])('leaves %j as it is', async (status, phase, failure) => {
    const { bench, uploadId } = restarted({ status }, true)

    await bench.clock.advance(3600_000)

    expect(bench.view(uploadId)).toMatchObject({ phase, failure })
    expect(bench.store.calls).toEqual([])
  })

  it('asks for the missing file when a paused upload is resumed', async () => {
    const { bench, uploadId } = restarted({ status: { phase: 'paused' }, sourceId: null }, false)

    bench.queue.resume(uploadId)
    await bench.untilPhase(uploadId, 'needs-you')

    expect(bench.view(uploadId).failure).toEqual({ kind: 'source-detached' })
  })
})

describe('snapshots from the host', () => {
  it('do not disturb running uploads', async () => {
    const bench = new QueueBench()
    const uploadId = bench.add(1, 320 * MIB)
    await bench.clock.until(() => bench.store.partsOf(uploadId).length === 5)

    bench.queue.adopt([{ ...bench.store.recordOf(uploadId), name: 'file (2).bin', sourceId: null }])
    const shown = bench.view(uploadId)
    await bench.clock.until(() => bench.store.partsOf(uploadId).length === 11)
    // The host has lost the source of the upload; this page has not.
    bench.queue.pause(uploadId)
    await bench.clock.settle()
    const acknowledged = bench.store.partsOf(uploadId)
    bench.queue.resume(uploadId)
    await bench.untilPhase(uploadId, 'done')

    expect(shown).toMatchObject({ phase: 'uploading', record: { name: 'file (2).bin' } })
    const puts = bench.putsOf(uploadId)
    expect(new Set(acknowledged.map((partNumber) => puts[partNumber]))).toEqual(new Set([1]))
  })

  it('let an upload continue if they name a source that the page has', async () => {
    const { bench, record, uploadId } = restarted({ sourceId: null }, false)
    const attached = { ...record, sourceId: sourceIdOf(77) }
    bench.giveSource(attached)

    bench.queue.adopt([attached])
    await bench.untilPhase(uploadId, 'done')

    expect(bench.putsOf(uploadId)).toEqual({ 4: 1, 6: 1, 7: 1, 9: 1, 10: 1 })
  })

  it('do not restart a finished upload if they are outdated', async () => {
    const bench = new QueueBench()
    const uploadId = bench.add(1, 3 * MIB)
    const old = bench.view(uploadId).record
    await bench.untilPhase(uploadId, 'done')

    bench.queue.adopt([old])

    expect(bench.view(uploadId)).toMatchObject({
      phase: 'done',
      record: { status: { phase: 'done' } },
    })
  })

  it('end an upload that another window finished or cancelled', async () => {
    const bench = new QueueBench()
    const finished = bench.add(1, 320 * MIB)
    const cancelled = bench.add(2, 320 * MIB)
    await bench.clock.until(() => bench.store.puts.length > 6)

    bench.queue.adopt([
      {
        ...bench.view(finished).record,
        status: { phase: 'done', finishedAtMs: 1, etag: '"e"', proof: null },
      },
      {
        ...bench.view(cancelled).record,
        status: { phase: 'cancelled', storeIsClean: true, why: 'person' },
      },
    ])
    const callCount = bench.store.calls.length
    await bench.clock.advance(60_000)

    expect([bench.phase(finished), bench.phase(cancelled)]).toEqual(['done', 'cancelled'])
    expect(bench.store.calls).toHaveLength(callCount)
  })
})
