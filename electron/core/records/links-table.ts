import type { ShareLink } from '../../contract/commands/links.ts'
import type { UploadRecord } from '../../contract/commands/uploads.ts'
import type { DestinationId } from '../../contract/ids.ts'
import type { Statements } from './database.ts'

/**
 * Share links, every one until it expires. They stay when their upload leaves the list, since they
 * still work.
 */
export class LinksTable {
  readonly #sql: Statements

  constructor(sql: Statements) {
    this.#sql = sql
  }

  add(
    { uploadId, destinationId, key }: Pick<UploadRecord, 'uploadId' | 'destinationId' | 'key'>,
    link: ShareLink,
  ): void {
    this.#sql.run(
      `INSERT INTO links (upload_id, destination_id, key, url, created_at_ms, expires_at_ms)
       VALUES (?, ?, ?, ?, ?, ?)`,
      uploadId,
      destinationId,
      key,
      link.url,
      link.createdAtMs,
      link.expiresAtMs,
    )
  }

  /** Every link that was made for an object, newest first. */
  ofObject(destinationId: DestinationId, key: string): ShareLink[] {
    return this.#sql.all<ShareLink>(
      `SELECT url, created_at_ms AS createdAtMs, expires_at_ms AS expiresAtMs FROM links
       WHERE destination_id = ? AND key = ? ORDER BY link_id DESC`,
      destinationId,
      key,
    )
  }

  /** For links that no longer work. */
  dropAll(destinationId: DestinationId): void {
    this.#sql.run('DELETE FROM links WHERE destination_id = ?', destinationId)
  }

  /** The newest link that has not expired. */
  latest(nowMs: number): string | null {
    const link = this.#sql.first<{ readonly url: string }>(
      `SELECT url FROM links WHERE expires_at_ms > ?
       ORDER BY created_at_ms DESC, link_id DESC LIMIT 1`,
      nowMs,
    )
    return link?.url ?? null
  }

  isShareLink(url: string): boolean {
    return this.#sql.first('SELECT 1 FROM links WHERE url = ? LIMIT 1', url) !== null
  }

  /** Deletes expired links, except the newest of each upload in the list, which shows its expiry. */
  prune(nowMs: number): void {
    this.#sql.run(
      `DELETE FROM links WHERE expires_at_ms <= ? AND NOT (
         upload_id IN (SELECT upload_id FROM uploads)
         AND link_id = (SELECT max(link_id) FROM links AS own WHERE own.upload_id = links.upload_id)
       )`,
      nowMs,
    )
  }
}
