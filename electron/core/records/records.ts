import type { Proof } from '../../contract/checksum.ts'
import type { ShareLink } from '../../contract/commands/links.ts'
import type { UploadRecord } from '../../contract/commands/uploads.ts'
import type { TextEncoding } from '../../contract/content-type.ts'
import type { DestinationId, SourceId, UploadId } from '../../contract/ids.ts'
import type { PartPlan } from '../../contract/part-plan.ts'
import type { ConflictDecision } from '../../contract/rules/upload-rules.ts'
import type { IntegrityPlan } from '../integrity/store-integrity.ts'
import type { RegisteredSource } from '../sources/source-registry.ts'
import type { Statements } from './database.ts'
import { LinksTable } from './links-table.ts'
import { PartsTable } from './parts-table.ts'
import { SourcesTable } from './sources-table.ts'
import {
  existingRow,
  findRow,
  type KeyOrigin,
  type TargetBucket,
  UNFINISHED,
  type UploadColumns,
  type UploadRow,
} from './stored-upload.ts'
import { TransfersTable } from './transfers-table.ts'
import { UploadsTable } from './uploads-table.ts'

export interface NewUpload {
  readonly uploadId: UploadId
  readonly destinationId: DestinationId
  readonly sourceId: SourceId
  readonly source: RegisteredSource
  readonly relativePath: string
  readonly name: string
  readonly folder: string
  readonly key: string
  readonly contentType: string
  readonly token: string
  readonly createdAtMs: number
  readonly keyOrigin: KeyOrigin
  readonly hash8: string | null
  readonly statedType: string | null
  readonly encoding: TextEncoding | null
  readonly decision: ConflictDecision | null
}

/**
 * Everything that Ferry remembers about uploads, one object per table. Changes to several tables
 * are methods here. Every method is one transaction: after a crash or a full disk the file holds
 * the state either before or after it.
 */
export class Records {
  readonly uploads: UploadsTable
  readonly sources: SourcesTable
  readonly transfers: TransfersTable
  readonly parts: PartsTable
  readonly links: LinksTable
  readonly #sql: Statements

  constructor(sql: Statements) {
    this.#sql = sql
    this.uploads = new UploadsTable(sql)
    this.sources = new SourcesTable(sql)
    this.transfers = new TransfersTable(sql)
    this.parts = new PartsTable(sql)
    this.links = new LinksTable(sql)
  }

  /** Makes several changes, all or none. */
  transaction(change: () => void): void {
    this.#sql.transaction(change)
  }

  find(uploadId: UploadId): UploadRow | null {
    return findRow(this.#sql, uploadId)
  }

  /**
   * Calls `make` just before each upload is stored, so that it sees the ones before it; null leaves
   * the item out.
   */
  add<T>(items: readonly T[], make: (item: T) => NewUpload | null): UploadRecord[] {
    return this.#sql.transaction(() =>
      items.flatMap((item) => {
        const upload = make(item)
        if (upload === null) return []
        this.#insert(upload)
        return [existingRow(this.#sql, upload.uploadId).record]
      }),
    )
  }

  /**
   * Puts a new upload at an old one's position in the list. The old one is cancelled and leaves the
   * list; anything that the store holds of it has to be cleaned up.
   */
  supersede(uploadId: UploadId, upload: NewUpload): UploadRecord {
    this.#sql.transaction(() => {
      const position = this.uploads.positionOf(uploadId)
      if (position === null) throw new Error('The upload left the records')
      this.#giveUp(uploadId)
      this.#sql.run('UPDATE sources SET source_id = NULL WHERE position = ?', position)
      this.#sql.run(
        `UPDATE uploads SET is_listed = 0, position = (SELECT max(position) + 1 FROM uploads)
         WHERE upload_id = ?`,
        uploadId,
      )
      this.#insert(upload)
      const back = 'UPDATE uploads SET position = ? WHERE upload_id = ?'
      this.#sql.run(back, position, upload.uploadId)
    })
    return existingRow(this.#sql, upload.uploadId).record
  }

  attachSource(
    uploadId: UploadId,
    sourceId: SourceId,
    source: Pick<RegisteredSource, 'path' | 'changedAtMs'>,
  ): UploadRecord {
    this.sources.attach(uploadId, sourceId, source)
    return existingRow(this.#sql, uploadId).record
  }

  /**
   * Called before the store hears of the upload: parts of two plans must never meet in one object.
   * Checksums by another algorithm are forgotten. From here on the upload belongs to `target`.
   */
  setPlan(
    uploadId: UploadId,
    plan: PartPlan,
    integrity: IntegrityPlan,
    target: TargetBucket,
  ): UploadRow {
    this.#sql.transaction(() => {
      const former = existingRow(this.#sql, uploadId).integrity
      if (former !== null && former.algorithm !== integrity.algorithm) this.parts.clear(uploadId)
      this.transfers.setPlan(uploadId, plan, integrity, target)
    })
    return existingRow(this.#sql, uploadId)
  }

  setStoreUpload(uploadId: UploadId, storeUploadId: string, encryption: string | null): UploadRow {
    this.transfers.setStoreUpload(uploadId, storeUploadId, encryption)
    return existingRow(this.#sql, uploadId)
  }

  setCompleting(uploadId: UploadId, completingAtMs: number | null): UploadRow {
    this.transfers.setCompleting(uploadId, completingAtMs)
    return existingRow(this.#sql, uploadId)
  }

  /**
   * The store has nothing of the upload any more: the plan stays, everything that was sent is
   * forgotten.
   */
  forgetProgress(uploadId: UploadId): UploadRow {
    this.#sql.transaction(() => this.#forgetProgress(uploadId))
    return existingRow(this.#sql, uploadId)
  }

  /** The finished object was not the file: forgets everything that made it, and counts how often. */
  noteDiffering(uploadId: UploadId): UploadRow {
    this.#sql.transaction(() => {
      this.#forgetProgress(uploadId)
      this.transfers.countDiffering(uploadId)
    })
    return existingRow(this.#sql, uploadId)
  }

  finish(
    uploadId: UploadId,
    { etag, proof }: { readonly etag: string; readonly proof: Proof | null },
    finishedAtMs: number,
    link: ShareLink,
  ): UploadRecord {
    this.#sql.transaction(() => {
      // The object is whole, so nobody will ask for its parts any more.
      this.parts.clear(uploadId)
      this.#sql.run(
        `UPDATE uploads SET phase = 'done', failure = NULL, etag = ?, proof = ?,
         finished_at_ms = ?, recorded_bytes = byte_length WHERE upload_id = ?`,
        etag,
        proof === null ? null : JSON.stringify(proof),
        finishedAtMs,
        uploadId,
      )
      this.links.add(existingRow(this.#sql, uploadId).record, link)
    })
    return existingRow(this.#sql, uploadId).record
  }

  /** Recorded before the store is asked; `setStoreClean` follows when the store confirms it. */
  cancel(uploadId: UploadId): UploadRow {
    this.#sql.transaction(() => this.#giveUp(uploadId))
    return existingRow(this.#sql, uploadId)
  }

  /** Cancels an upload because the bucket's object with this key is to stay. */
  skip(uploadId: UploadId): UploadRow {
    this.#sql.transaction(() => {
      this.#giveUp(uploadId)
      this.#sql.run("UPDATE uploads SET cancel_why = 'exists' WHERE upload_id = ?", uploadId)
    })
    return existingRow(this.#sql, uploadId)
  }

  cancelFailed(destinationId: DestinationId): void {
    this.#sql.transaction(() => {
      const failed = this.#sql.all<Pick<UploadColumns, 'upload_id'>>(
        `SELECT upload_id FROM uploads
         WHERE destination_id = ? AND ${UNFINISHED} AND phase = 'failed'`,
        destinationId,
      )
      for (const { upload_id: uploadId } of failed) this.#giveUp(uploadId as UploadId)
    })
  }

  /** Null when the upload had left the list before: it is deleted now. */
  setStoreClean(uploadId: UploadId): UploadRecord | null {
    this.#sql.transaction(() => {
      this.#sql.run('UPDATE uploads SET store_is_clean = 1 WHERE upload_id = ?', uploadId)
      this.#sql.run('DELETE FROM uploads WHERE upload_id = ? AND is_listed = 0', uploadId)
    })
    return this.find(uploadId)?.record ?? null
  }

  close(): void {
    this.#sql.close()
  }

  // The following methods run inside the caller's transaction.

  #giveUp(uploadId: UploadId): void {
    this.parts.clear(uploadId)
    this.#sql.run(
      `UPDATE uploads SET phase = 'cancelled', failure = NULL, store_is_clean = 0
       WHERE upload_id = ?`,
      uploadId,
    )
  }

  #forgetProgress(uploadId: UploadId): void {
    this.parts.clear(uploadId)
    this.transfers.forgetProgress(uploadId)
  }

  #insert(upload: NewUpload): void {
    this.#sql.run(
      `INSERT INTO uploads (upload_id, destination_id, byte_length, name, folder, key, key_template,
         wanted_key, conflict_decision, content_type, token, phase, created_at_ms)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'waiting', ?)`,
      upload.uploadId,
      upload.destinationId,
      upload.source.byteLength,
      upload.name,
      upload.folder,
      upload.key,
      upload.keyOrigin.keyTemplate,
      upload.keyOrigin.wantedKey,
      upload.decision,
      upload.contentType,
      upload.token,
      upload.createdAtMs,
    )
    this.#sql.run(
      `INSERT INTO sources (position, source_id, path, relative_path, modified_at_ms, changed_at_ms,
         hash8, stated_type, text_encoding)
       SELECT position, ?, ?, ?, ?, ?, ?, ?, ? FROM uploads WHERE upload_id = ?`,
      upload.sourceId,
      upload.source.path,
      upload.relativePath,
      upload.source.modifiedAtMs,
      upload.source.changedAtMs,
      upload.hash8,
      upload.statedType,
      upload.encoding,
      upload.uploadId,
    )
  }
}
