import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { UploadStatus } from '../../electron/contract/commands/uploads.ts'
import { copyRecords } from '../copy-records.ts'

/** An upload in Ferry's records on the disk. */
export interface RecordedUpload {
  readonly uploadId: string
  readonly name: string
  readonly key: string
  readonly byteLength: number
  readonly token: string
  readonly phase: UploadStatus['phase']
  /** The kind of the failure; null when it did not fail. */
  readonly failureKind: string | null
  /** S3's upload ID; null until the store has answered, and after it forgot the upload. */
  readonly storeUploadId: string | null
  /** The store was asked to create a multipart upload. */
  readonly hasBegun: boolean
}

interface Columns {
  readonly upload_id: string
  readonly name: string
  readonly key: string
  readonly byte_length: number
  readonly token: string
  readonly phase: UploadStatus['phase']
  readonly failure: string | null
  readonly store_upload_id: string | null
  readonly begun_at_ms: number | null
}

const QUERY = `SELECT upload_id, name, key, byte_length, token, phase, failure, store_upload_id,
  begun_at_ms FROM uploads LEFT JOIN transfers USING (position) ORDER BY position`

/** Reads the records while the host runs, as it would find them after a kill. */
export function recordedUploads(dataFolder: string): RecordedUpload[] {
  const folder = mkdtempSync(join(tmpdir(), 'ferry-records-'))
  const copy = join(folder, 'records.sqlite')
  copyRecords(dataFolder, copy)
  const database = new DatabaseSync(copy)
  try {
    const rows = database.prepare(QUERY).all() as unknown as Columns[]
    return rows.map((row) => ({
      uploadId: row.upload_id,
      name: row.name,
      key: row.key,
      byteLength: row.byte_length,
      token: row.token,
      phase: row.phase,
      failureKind: row.failure === null ? null : kindOf(row.failure),
      storeUploadId: row.store_upload_id,
      hasBegun: row.begun_at_ms !== null,
    }))
  } finally {
    database.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

export function isUnfinished({ phase }: RecordedUpload): boolean {
  return phase === 'waiting' || phase === 'paused' || phase === 'failed'
}

function kindOf(failure: string): string {
  return (JSON.parse(failure) as { readonly kind: string }).kind
}
