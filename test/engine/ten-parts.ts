import { expect } from 'vitest'
import type { UploadId } from '../../electron/contract/ids.ts'
import { MIB } from '../../electron/contract/limits.ts'
import type { PartPlan } from '../../electron/contract/part-plan.ts'
import { uploadRecord } from '../fakes/upload-records.ts'
import { QueueBench } from './queue-bench.ts'

export const plan: PartPlan = { mode: 'multipart', byteLength: 160 * MIB, partBytes: 16 * MIB }
export const ALL = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
export const textOf = (partNumber: number) =>
  `${(partNumber - 1) * 16 * MIB}-${partNumber * 16 * MIB}`

/** The parts whose checksums were computed, in order. */
export function readParts(bench: QueueBench, order: 'next' | 'idle'): readonly number[] {
  return bench.checksums.calls
    .filter((call) => call.startsWith(order))
    .map((call) => Number.parseInt(call.slice(5), 10) / (16 * MIB) + 1)
}

/** The page after a restart: the store has these of ten parts. */
export function restarted(held: readonly number[]) {
  const bench = new QueueBench()
  const recordedBytes = held.length * 16 * MIB
  const record = bench.store.add(uploadRecord(1, 160 * MIB, { plan, recordedBytes }))
  bench.store.storeParts(record.uploadId, plan, held)
  const source = bench.giveSource(record)
  return { bench, record, source, uploadId: record.uploadId }
}

export async function expectChanged(bench: QueueBench, uploadId: UploadId): Promise<void> {
  await bench.untilPhase(uploadId, 'failed')
  expect(bench.view(uploadId).failure).toEqual({ kind: 'source-changed' })
  expect(bench.store.calls.filter((call) => call.startsWith('complete'))).toEqual([])
}
