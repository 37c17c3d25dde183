import type { UploadStatus } from '../../contract/commands/uploads.ts'
import type { PartPlan } from '../../contract/part-plan.ts'
import type { ConflictDecision } from '../../contract/rules/upload-rules.ts'

/**
 * How a write keeps from going over an object that is not ours: the store is told to refuse it, we
 * look just before, or there is nothing to keep from.
 */
export type Guard = 'condition' | 'look' | 'none'

/** The columns as SQLite's STRICT tables guarantee them. */
export interface UploadColumns {
  readonly position: number
  readonly upload_id: string
  readonly destination_id: string
  readonly source_id: string | null
  readonly path: string | null
  readonly relative_path: string
  readonly modified_at_ms: number
  readonly byte_length: number
  readonly name: string
  readonly folder: string
  readonly key: string
  readonly content_type: string
  readonly token: string
  readonly phase: UploadStatus['phase']
  readonly failure: string | null
  readonly etag: string | null
  readonly finished_at_ms: number | null
  readonly store_is_clean: number
  readonly plan_mode: PartPlan['mode'] | null
  readonly part_bytes: number | null
  readonly begun_at_ms: number | null
  readonly store_upload_id: string | null
  readonly recorded_bytes: number
  readonly checksum_algorithm: string | null
  readonly is_checked: number
  readonly proof: string | null
  readonly changed_at_ms: number | null
  readonly differing_count: number
  readonly key_template: string | null
  readonly wanted_key: string | null
  readonly hash8: string | null
  readonly stated_type: string | null
  readonly text_encoding: string | null
  readonly conflict_decision: ConflictDecision | null
  readonly guard: Guard | null
  readonly encryption: string | null
  readonly completing_at_ms: number | null
  readonly cancel_why: 'person' | 'exists' | null
  readonly place_endpoint: string | null
  readonly place_bucket: string | null
  readonly place_region: string | null
  readonly place_keys: string | null
  readonly link_url: string | null
  readonly link_created_at_ms: number | null
  readonly link_expires_at_ms: number | null
  readonly created_at_ms: number
}
