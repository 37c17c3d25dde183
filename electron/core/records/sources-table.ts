import type { DestinationId, SourceId, UploadId } from '../../contract/ids.ts'
import type { SourceFacts } from '../ports.ts'
import type { RegisteredSource } from '../sources/source-registry.ts'
import type { Statements } from './database.ts'
import { UNFINISHED } from './stored-upload.ts'

/** The files of the uploads, and the tickets that stand for them: one row per upload. */
export class SourcesTable {
  readonly #sql: Statements

  constructor(sql: Statements) {
    this.#sql = sql
  }

  /**
   * A page in a browser loses its files when it is closed; their uploads then wait to be given the
   * files again.
   */
  forgetPathless(): void {
    this.#sql.run('UPDATE sources SET source_id = NULL WHERE path IS NULL')
  }

  /** Unfinished uploads of a file with this relative path, length and time, oldest first. */
  waitingFor(
    destinationId: DestinationId,
    relativePath: string,
    { byteLength, modifiedAtMs }: Pick<SourceFacts, 'byteLength' | 'modifiedAtMs'>,
  ): UploadId[] {
    return this.#sql
      .all<{ readonly upload_id: string }>(
        `SELECT upload_id FROM sources JOIN uploads USING (position)
         WHERE relative_path = ? AND modified_at_ms = ? AND destination_id = ?
         AND byte_length = ? AND ${UNFINISHED} ORDER BY position`,
        relativePath,
        modifiedAtMs,
        destinationId,
        byteLength,
      )
      .map((columns) => columns.upload_id as UploadId)
  }

  /** The file behind a ticket, as long as its upload is unfinished. */
  facts(sourceId: string): SourceFacts | null {
    return this.#sql.first<SourceFacts>(
      `SELECT path, name, byte_length AS byteLength, modified_at_ms AS modifiedAtMs
       FROM sources JOIN uploads USING (position)
       WHERE source_id = ? AND ${UNFINISHED} LIMIT 1`,
      sourceId,
    )
  }

  /**
   * Replaces the file with the user's new choice, whose change time says nothing about the earlier
   * one.
   */
  attach(
    uploadId: UploadId,
    sourceId: SourceId,
    { path, changedAtMs }: Pick<RegisteredSource, 'path' | 'changedAtMs'>,
  ): void {
    this.#sql.run(
      `UPDATE sources SET source_id = ?, path = ?, changed_at_ms = ?
       WHERE position = (SELECT position FROM uploads WHERE upload_id = ?)`,
      sourceId,
      path,
      changedAtMs,
      uploadId,
    )
  }
}
