import { join } from 'node:path'
import type { HostTrouble } from '../../contract/host-description.ts'
import { openDatabase, Statements } from './database.ts'
import { UploadRecords } from './upload-records.ts'

export interface OpenedRecords {
  readonly records: UploadRecords
  readonly troubles: readonly HostTrouble[]
}

/** @throws StartRefused when the file cannot be used. */
export async function openRecords(dataFolder: string, nowMs: number): Promise<OpenedRecords> {
  const opened = await openDatabase(join(dataFolder, 'records.sqlite'), nowMs)
  const records = new UploadRecords(new Statements(opened.database))
  records.sources.forgetPathlessSources()
  records.retryLocked()
  if (opened.setAside === null) return { records, troubles: [] }
  return {
    records,
    troubles: [{ kind: 'file-set-aside', what: 'records', movedTo: opened.setAside }],
  }
}
