import { expect, it } from 'vitest'
import { MIB } from '../../electron/contract/limits.ts'
import { succeeded } from '../../electron/contract/outcome.ts'
import type { PartPlan } from '../../electron/contract/part-plan.ts'
import { ChecksumPrefetch } from '../../renderer/engine/integrity/checksum-prefetch.ts'
import { PartChecksums } from '../../renderer/engine/integrity/part-checksums.ts'
import { newPartTable } from '../../renderer/engine/machine/part-table.ts'
import { FRESH_BUDGET } from '../../renderer/engine/machine/state.ts'
import { newUpload } from '../../renderer/engine/upload.ts'
import { candidatesFrom } from '../../renderer/upload/engine/candidate-of.ts'
import { PrioritySemaphore } from '../../renderer/upload/engine/reading-gate.ts'
import { partChecksumOf } from '../fakes/fake-checksums.ts'
import { FakeSource } from '../fakes/fake-source.ts'
import { uploadRecord } from '../fakes/upload-records.ts'

const plan: PartPlan = { mode: 'multipart', byteLength: 160 * MIB, partBytes: 16 * MIB }

function sendingRow() {
  const row = newUpload(uploadRecord(1, 160 * MIB), 1, true, 0)
  const partChecksums = new PartChecksums({ plan, algorithm: 'md5' }, null)
  const controller = new AbortController()
  const source = new FakeSource()
  const checksums = {
    of: async () => succeeded('c3VtMQ=='),
    withCrc: async () => succeeded(partChecksumOf('c3VtMQ==')),
  }
  const prefetch = new ChecksumPrefetch({
    checksums,
    readSemaphore: new PrioritySemaphore(),
    source,
    partChecksums,
    signal: controller.signal,
    changed: () => {},
  })
  row.run = { controller, source, prefetch, backgroundReading: null }
  row.state = { phase: 'sending', troubles: FRESH_BUDGET, ledger: newPartTable(plan, []) }
  return { row, sums: partChecksums }
}

it('asks for no slot before the part is summed up, and keeps the order of the parts', () => {
  const { row, sums } = sendingRow()
  const none = candidatesFrom(row, 6)[0]?.ready
  sums.recordRead(2, partChecksumOf('sum2'))
  const outOfOrder = candidatesFrom(row, 6)[0]?.ready
  sums.recordRead(1, partChecksumOf('sum1'))
  const inOrder = candidatesFrom(row, 6)[0]?.ready

  expect([none, outOfOrder, inOrder]).toEqual([[], [], [1, 2]])
})
