import type { ShareLink } from '../../contract/commands/uploads.ts'
import type { DestinationId, UploadId } from '../../contract/ids.ts'
import type { Statements } from './database.ts'
import type { UploadColumns } from './stored-upload.ts'

/** Share links, the newest of each upload. */
export class LinkRecords {
  readonly #sql: Statements

  constructor(sql: Statements) {
    this.#sql = sql
  }

  setLink(uploadId: UploadId, link: ShareLink): void {
    this.#sql.run(
      `UPDATE uploads SET link_url = ?, link_created_at_ms = ?, link_expires_at_ms = ?
       WHERE upload_id = ?`,
      link.url,
      link.createdAtMs,
      link.expiresAtMs,
      uploadId,
    )
  }

  /** For links that lead nowhere any more. */
  dropLinks(destinationId: DestinationId): void {
    this.#sql.run('UPDATE uploads SET link_url = NULL WHERE destination_id = ?', destinationId)
  }

  /** Links that have expired do not count. */
  latest(nowMs: number): string | null {
    const columns = this.#sql.first<UploadColumns>(
      `SELECT * FROM uploads WHERE link_url IS NOT NULL AND link_expires_at_ms > ?
       ORDER BY link_created_at_ms DESC, position DESC LIMIT 1`,
      nowMs,
    )
    return columns?.link_url ?? null
  }

  isShareLink(url: string): boolean {
    return this.#sql.first('SELECT * FROM uploads WHERE link_url = ? LIMIT 1', url) !== null
  }
}
