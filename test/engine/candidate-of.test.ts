import { expect, it } from 'vitest'
import { MIB } from '../../electron/contract/limits.ts'
import { succeeded } from '../../electron/contract/outcome.ts'
import type { PartPlan } from '../../electron/contract/part-plan.ts'
import { candidateOf } from '../../renderer/upload/engine/candidate-of.ts'
import { openLedger } from '../../renderer/upload/engine/part-ledger.ts'
import { PartSums } from '../../renderer/upload/engine/part-sums.ts'
import { ReadingGate } from '../../renderer/upload/engine/reading-gate.ts'
import { SumStock } from '../../renderer/upload/engine/sum-stock.ts'
import { newRow } from '../../renderer/upload/engine/upload-row.ts'
import { NO_TROUBLES } from '../../renderer/upload/engine/upload-state.ts'
import { partChecksumOf } from '../fakes/fake-checksums.ts'
import { FakeSource } from '../fakes/fake-source.ts'
import { uploadRecord } from '../fakes/upload-records.ts'

const plan: PartPlan = { mode: 'multipart', byteLength: 160 * MIB, partBytes: 16 * MIB }

function sendingRow() {
  const row = newRow(uploadRecord(1, 160 * MIB), 1, true, 0)
  const sums = new PartSums({ plan, algorithm: 'md5' }, null)
  const controller = new AbortController()
  const source = new FakeSource()
  const checksums = {
    of: async () => succeeded('c3VtMQ=='),
    withCrc: async () => succeeded(partChecksumOf('c3VtMQ==')),
  }
  const stock = new SumStock({
    checksums,
    gate: new ReadingGate(),
    source,
    sums,
    signal: controller.signal,
    changed: () => {},
  })
  row.run = { controller, source, stock, idle: null }
  row.state = { phase: 'sending', troubles: NO_TROUBLES, ledger: openLedger(plan, []) }
  return { row, sums }
}

it('asks for no slot before the part is summed up, and keeps the order of the parts', () => {
  const { row, sums } = sendingRow()
  const none = candidateOf(row, 6)[0]?.ready
  sums.noteRead(2, partChecksumOf('sum2'))
  const outOfOrder = candidateOf(row, 6)[0]?.ready
  sums.noteRead(1, partChecksumOf('sum1'))
  const inOrder = candidateOf(row, 6)[0]?.ready

  expect([none, outOfOrder, inOrder]).toEqual([[], [], [1, 2]])
})
