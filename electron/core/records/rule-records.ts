import type { UploadRecord } from '../../contract/commands/uploads.ts'
import type { UploadId } from '../../contract/ids.ts'
import type { ConflictDecision } from '../../contract/rules/upload-rules.ts'
import type { Statements } from './database.ts'
import {
  existingRow,
  type Guard,
  type KeyOrigin,
  UNFINISHED,
  type UploadRow,
} from './stored-upload.ts'

interface Place {
  readonly key: string
  readonly folder: string
  readonly name: string
}

/** What the destination's rules, and the person, made of an upload. */
export class RuleRecords {
  readonly #sql: Statements

  constructor(sql: Statements) {
    this.#sql = sql
  }

  /** For one that has not begun: the rules have changed since it was queued. */
  place(uploadId: UploadId, place: Place, placed: KeyOrigin): UploadRow {
    this.#sql.run(
      `UPDATE uploads SET key = ?, folder = ?, name = ?, key_template = ?, wanted_key = ?
       WHERE upload_id = ?`,
      place.key,
      place.folder,
      place.name,
      placed.keyTemplate,
      placed.wantedKey,
      uploadId,
    )
    return existingRow(this.#sql, uploadId)
  }

  setContentType(uploadId: UploadId, contentType: string): UploadRow {
    const set = 'UPDATE uploads SET content_type = ? WHERE upload_id = ?'
    this.#sql.run(set, contentType, uploadId)
    return existingRow(this.#sql, uploadId)
  }

  /** Together with the key that it guards. */
  setKey(uploadId: UploadId, key: string, name: string, guard: Guard): UploadRow {
    const set = 'UPDATE uploads SET key = ?, name = ?, guard = ? WHERE upload_id = ?'
    this.#sql.run(set, key, name, guard, uploadId)
    return existingRow(this.#sql, uploadId)
  }

  /** All or none; those that have ended, or are not there any more, are passed over. */
  decide(uploadIds: readonly UploadId[], decision: ConflictDecision): UploadRecord[] {
    const one = `SELECT * FROM uploads WHERE upload_id = ? AND ${UNFINISHED}`
    const set = 'UPDATE uploads SET conflict_decision = ? WHERE upload_id = ?'
    return this.#sql.transaction(() =>
      uploadIds.flatMap((uploadId) => {
        if (this.#sql.first(one, uploadId) === null) return []
        this.#sql.run(set, decision, uploadId)
        return [existingRow(this.#sql, uploadId).record]
      }),
    )
  }
}
