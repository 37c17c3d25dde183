import type { UploadRecord } from '../../contract/commands/uploads.ts'
import type { DestinationId, SourceId, UploadId } from '../../contract/ids.ts'
import type { SourceFacts } from '../ports.ts'
import type { RegisteredSource } from '../sources/source-registry.ts'
import type { Statements } from './database.ts'
import { existingRow, UNFINISHED, type UploadColumns } from './stored-upload.ts'

/** The files behind the uploads, and the tickets that stand for them. */
export class SourceRecords {
  readonly #sql: Statements

  constructor(sql: Statements) {
    this.#sql = sql
  }

  /** In a browser the files are gone with the page that held them; the rows then wait for them. */
  forgetPathlessSources(): void {
    this.#sql.run('UPDATE uploads SET source_id = NULL WHERE path IS NULL')
  }

  /** Unfinished uploads of a file from this place, of this length and time, oldest first. */
  waitingFor(
    destinationId: DestinationId,
    relativePath: string,
    { byteLength, modifiedAtMs }: Pick<SourceFacts, 'byteLength' | 'modifiedAtMs'>,
  ): UploadId[] {
    return this.#sql
      .all<UploadColumns>(
        `SELECT * FROM uploads WHERE destination_id = ? AND relative_path = ?
         AND byte_length = ? AND modified_at_ms = ? AND ${UNFINISHED} ORDER BY position`,
        destinationId,
        relativePath,
        byteLength,
        modifiedAtMs,
      )
      .map((columns) => columns.upload_id as UploadId)
  }

  /** The file behind a ticket, as long as its upload is unfinished. */
  sourceFacts(sourceId: string): SourceFacts | null {
    const columns = this.#sql.first<UploadColumns>(
      `SELECT * FROM uploads WHERE source_id = ? AND ${UNFINISHED} LIMIT 1`,
      sourceId,
    )
    if (columns === null) return null
    const { path, name, byte_length: byteLength, modified_at_ms: modifiedAtMs } = columns
    return { path, name, byteLength, modifiedAtMs }
  }

  /** The file again, as it is now: an earlier ctime would say nothing of it. */
  attachSource(
    uploadId: UploadId,
    sourceId: SourceId,
    source: Pick<RegisteredSource, 'path' | 'changedAtMs'>,
  ): UploadRecord {
    this.#sql.run(
      'UPDATE uploads SET source_id = ?, path = ?, changed_at_ms = ? WHERE upload_id = ?',
      sourceId,
      source.path,
      source.changedAtMs,
      uploadId,
    )
    return existingRow(this.#sql, uploadId).record
  }
}
