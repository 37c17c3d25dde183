import { join } from 'node:path'
import type { HostNotice } from '../../contract/commands/host.ts'
import { openDatabase, Statements } from './database.ts'
import { Records } from './records.ts'

export interface OpenedRecords {
  readonly records: Records
  readonly notices: readonly HostNotice[]
}

/** @throws StartRefused when the file cannot be used. */
export async function openRecords(dataFolder: string, nowMs: number): Promise<OpenedRecords> {
  const opened = await openDatabase(join(dataFolder, 'records.sqlite'), nowMs)
  const records = new Records(new Statements(opened.database))
  records.sources.forgetPathless()
  records.uploads.retryLocked()
  records.links.prune(nowMs)
  if (opened.setAside === null) return { records, notices: [] }
  return {
    records,
    notices: [{ kind: 'file-set-aside', what: 'records', movedTo: opened.setAside }],
  }
}
