import type { WindowRow } from './ferry-window.ts'
import { isUnfinished, type RecordedUpload } from './recorded-uploads.ts'
import type { StoreTruth } from './store-truth.ts'
import { Violation } from './violation.ts'

export interface RowCheckDeps {
  readonly store: StoreTruth
  readonly records: () => RecordedUpload[]
}

/**
 * What one row of the window says, against records that were read after it: a record is written
 * before the row can say so.
 */
export async function checkRow(
  parts: RowCheckDeps,
  { name, status }: WindowRow,
  records: readonly RecordedUpload[],
): Promise<void> {
  if (status.startsWith('Done')) return checkDoneRow(name, records)
  if (!/^(?:Failed|Needs you)/.test(status)) return
  if (!/^(?:Failed|Needs you):? .{8}/.test(status)) {
    throw new Violation(`The row of "${name}" says no reason: "${status}"`)
  }
  if (status.startsWith('Failed')) await checkFailedRow(parts, name, status)
}

function checkDoneRow(name: string, records: readonly RecordedUpload[]): void {
  const named = records.filter((each) => each.name === name)
  if (named.some(({ phase }) => phase === 'done')) return
  const [open] = named.filter(isUnfinished)
  if (open === undefined) return
  throw new Violation(`The window says Done of "${name}", and the records say ${open.phase}`)
}

async function checkFailedRow(
  { store, records }: RowCheckDeps,
  name: string,
  status: string,
): Promise<void> {
  const failed = () => records().find((each) => each.name === name && each.phase === 'failed')
  const record = failed()
  if (record === undefined) return
  if (record.failureKind === 'internal') throw new Violation(`A bug of Ferry's: "${status}"`)
  if (record.failureKind === 'source-changed') {
    throw new Violation(`Nobody changed "${name}", and its row says "${status}"`)
  }
  const object = await store.object(record.key)
  if (object?.token !== record.token || object.byteLength !== record.byteLength) return
  // It may have been tried again while the store was asked.
  if (failed() !== undefined) {
    throw new Violation(`"${name}" is whole in the bucket, and its row says "${status}"`)
  }
}
