import { join } from 'node:path'
import type { HostNotice } from '../../contract/commands/host.ts'
import { openDatabase, Statements } from './database.ts'
import { UploadRecords } from './upload-records.ts'

export interface OpenedRecords {
  readonly records: UploadRecords
  readonly notices: readonly HostNotice[]
}

/** @throws StartRefused when the file cannot be used. */
export async function openRecords(dataFolder: string, nowMs: number): Promise<OpenedRecords> {
  const opened = await openDatabase(join(dataFolder, 'records.sqlite'), nowMs)
  const records = new UploadRecords(new Statements(opened.database))
  records.sources.forgetPathlessSources()
  records.retryLocked()
  if (opened.setAside === null) return { records, notices: [] }
  return {
    records,
    notices: [{ kind: 'file-set-aside', what: 'records', movedTo: opened.setAside }],
  }
}
