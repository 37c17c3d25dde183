import { describe, expect, it } from 'vitest'
import { MIB } from '../../../electron/contract/limits.ts'
import { QueueBench } from '../queue-bench.ts'

describe('a file that the page cannot read', () => {
  it('is retried while it is in the cloud, as for a dead network, and continues by itself', async () => {
    const bench = new QueueBench()
    const uploadId = bench.add(1, 160 * MIB, { isSourceDurable: true })
    bench.sourceOf(uploadId).trouble = { kind: 'source-unreadable' }
    bench.store.sourceReason = { kind: 'source-in-cloud' }

    await bench.clock.advance(1_800_000)
    const { phase, failure } = bench.view(uploadId)
    bench.sourceOf(uploadId).trouble = null
    bench.store.sourceReason = null
    await bench.untilPhase(uploadId, 'done')

    expect(phase).not.toBe('failed')
    expect(failure).toEqual({ kind: 'source-in-cloud' })
    expect(bench.store.marks.map(({ mark }) => mark.phase)).not.toContain('failed')
  })

  it('fails with the reason that the host found', async () => {
    const bench = new QueueBench()
    const why = { kind: 'source-unreadable', why: 'macos-privacy' } as const
    const uploadId = bench.add(1, 160 * MIB, { isSourceDurable: true })
    bench.sourceOf(uploadId).trouble = { kind: 'source-unreadable' }
    bench.store.sourceReason = why

    await bench.untilPhase(uploadId, 'failed')

    expect(bench.view(uploadId).failure).toEqual(why)
  })

  it('has changed if the page says so and the host finds no other reason', async () => {
    const bench = new QueueBench()
    const uploadId = bench.add(1, 160 * MIB, { isSourceDurable: true })
    bench.sourceOf(uploadId).trouble = { kind: 'source-changed' }

    await bench.untilPhase(uploadId, 'failed')

    expect(bench.view(uploadId).failure).toEqual({ kind: 'source-changed' })
    expect(bench.store.calls).toContain('diagnoseSource')
  })
})
