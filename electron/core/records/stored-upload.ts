import { ChecksumAlgorithm, Proof } from '../../contract/checksum.ts'
import type { ShareLink } from '../../contract/commands/links.ts'
import type { UploadRecord, UploadStatus } from '../../contract/commands/uploads.ts'
import { TextEncoding } from '../../contract/content-type.ts'
import { Failure } from '../../contract/failure/kinds.ts'
import type { DestinationId, SourceId, UploadId } from '../../contract/ids.ts'
import type { PartPlan } from '../../contract/part-plan.ts'
import type { ConflictDecision } from '../../contract/rules/upload-rules.ts'
import { parseJson, readPart } from '../../lib/read-fields.ts'
import type { IntegrityPlan } from '../integrity/store-integrity.ts'
import type { Guard } from '../s3/put-headers.ts'
import type { Statements } from './database.ts'

/** Partial indexes are only used for queries with exactly this condition. */
export const UNFINISHED = `phase IN ('waiting', 'paused', 'failed')`

/** An upload with everything that the records know of it. The page sees `record` only. */
export interface UploadRow {
  readonly record: UploadRecord
  readonly relativePath: string
  /** Null in a browser, where the host never learns it. */
  readonly path: string | null
  /** As it was when the user chose the file; a different time now means that the file changed. */
  readonly modifiedAtMs: number
  /** The file's change time when it was chosen; null where it proves nothing (`change-times.ts`). */
  readonly changedAtMs: number | null
  /** Null until a version of Ferry that uses checksums has prepared the upload. */
  readonly integrity: IntegrityPlan | null
  /** Random; stored as metadata, so that HEAD can tell our object from any other. */
  readonly token: string
  /** S3's own ID of the multipart upload. */
  readonly storeUploadId: string | null
  /**
   * When the store was first asked to create the multipart upload (its clock). Set without a
   * `storeUploadId`, the answer was lost and the store may have created one.
   */
  readonly begunAtMs: number | null
  /**
   * When the store was last asked for the whole object (this computer's clock) and gave no final
   * answer, so the object may still appear. Null: never asked, or settled.
   */
  readonly completingAtMs: number | null
  /** How often the finished object turned out not to be the file. */
  readonly differingCount: number
  /** Null for an upload from a version of Ferry without key templates. */
  readonly keyOrigin: KeyOrigin | null
  /** From the file's bytes, where a template asked for it. */
  readonly hash8: string | null
  /** The type that the browser stated; null where it was not kept. */
  readonly statedType: string | null
  /** Detected in the bytes of a text file; null where it was not looked for. */
  readonly encoding: TextEncoding | null
  /** The user's answer when the bucket already had an object with this key. */
  readonly decision: ConflictDecision | null
  readonly guard: Guard
  /** As the store named it when the upload began: ETags are MD5s only with the store's own keys. */
  readonly encryption: string | null
  /** Null until the upload was prepared for the first time. */
  readonly target: TargetBucket | null
}

/** The bucket in which an upload began, and the credentials that were used. */
export interface TargetBucket {
  /** Scheme, host and port. */
  readonly endpoint: string
  readonly bucket: string
  readonly region: string
  /** Identifies the credentials, unchanged when they are renewed. Contains no secret. */
  readonly keys: string
}

/** The inputs from which the key was made; the key itself may have a number added. */
export interface KeyOrigin {
  readonly keyTemplate: string
  readonly wantedKey: string
}

/** One upload over all tables, with its newest link. SQLite's STRICT tables guarantee the types. */
export interface UploadColumns {
  readonly position: number
  readonly upload_id: string
  readonly destination_id: string
  readonly byte_length: number
  readonly name: string
  readonly folder: string
  readonly key: string
  readonly key_template: string | null
  readonly wanted_key: string | null
  readonly guard: Guard | null
  readonly conflict_decision: ConflictDecision | null
  readonly content_type: string
  readonly token: string
  readonly phase: UploadStatus['phase']
  readonly failure: string | null
  readonly etag: string | null
  readonly proof: string | null
  readonly finished_at_ms: number | null
  readonly cancel_why: 'person' | 'exists' | null
  readonly store_is_clean: number
  readonly recorded_bytes: number
  readonly created_at_ms: number
  readonly source_id: string | null
  readonly path: string | null
  readonly relative_path: string
  readonly modified_at_ms: number
  readonly changed_at_ms: number | null
  readonly hash8: string | null
  readonly stated_type: string | null
  readonly text_encoding: string | null
  readonly plan_mode: PartPlan['mode'] | null
  readonly part_bytes: number | null
  readonly checksum_algorithm: string | null
  readonly is_checked: number | null
  readonly target_endpoint: string | null
  readonly target_bucket: string | null
  readonly target_region: string | null
  readonly target_keys: string | null
  readonly begun_at_ms: number | null
  readonly store_upload_id: string | null
  readonly encryption: string | null
  readonly completing_at_ms: number | null
  readonly differing_count: number | null
  readonly link_url: string | null
  readonly link_created_at_ms: number | null
  readonly link_expires_at_ms: number | null
}

/** Must be followed by conditions on `uploads`. */
export const SELECT_UPLOADS = `SELECT uploads.*,
    source_id, path, relative_path, modified_at_ms, changed_at_ms, hash8, stated_type, text_encoding,
    plan_mode, part_bytes, checksum_algorithm, is_checked, target_endpoint, target_bucket,
    target_region, target_keys, begun_at_ms, store_upload_id, encryption, completing_at_ms,
    differing_count, links.url AS link_url, links.created_at_ms AS link_created_at_ms,
    links.expires_at_ms AS link_expires_at_ms
  FROM uploads
  JOIN sources USING (position)
  LEFT JOIN transfers USING (position)
  LEFT JOIN links ON links.link_id =
    (SELECT max(link_id) FROM links AS own WHERE own.upload_id = uploads.upload_id)`

export function findRow(sql: Statements, uploadId: UploadId): UploadRow | null {
  const columns = sql.first<UploadColumns>(
    `${SELECT_UPLOADS} WHERE uploads.upload_id = ?`,
    uploadId,
  )
  return columns === null ? null : rowOf(columns)
}

/** @throws for an upload that was just proven to be there: a bug. */
export function existingRow(sql: Statements, uploadId: UploadId): UploadRow {
  const row = findRow(sql, uploadId)
  if (row === null) throw new Error('The upload left the records')
  return row
}

export function rowOf(columns: UploadColumns): UploadRow {
  return {
    record: recordOf(columns),
    relativePath: columns.relative_path,
    path: columns.path,
    modifiedAtMs: columns.modified_at_ms,
    changedAtMs: columns.changed_at_ms,
    integrity: integrityOf(columns),
    token: columns.token,
    storeUploadId: columns.store_upload_id,
    begunAtMs: columns.begun_at_ms,
    completingAtMs: columns.completing_at_ms,
    differingCount: columns.differing_count ?? 0,
    keyOrigin: keyOriginOf(columns),
    hash8: columns.hash8,
    statedType: columns.stated_type,
    encoding: encodingOf(columns),
    decision: columns.conflict_decision,
    guard: columns.guard ?? 'none',
    encryption: columns.encryption,
    target: targetOf(columns),
  }
}

export function recordOf(columns: UploadColumns): UploadRecord {
  return {
    uploadId: columns.upload_id as UploadId,
    destinationId: columns.destination_id as DestinationId,
    name: columns.name,
    folder: columns.folder,
    key: columns.key,
    byteLength: columns.byte_length,
    contentType: columns.content_type,
    status: statusOf(columns),
    sourceId: columns.source_id as SourceId | null,
    isSourceDurable: columns.path !== null,
    plan: planOf(columns),
    recordedBytes: columns.recorded_bytes,
    link: linkOf(columns),
    createdAtMs: columns.created_at_ms,
  }
}

function statusOf(columns: UploadColumns): UploadStatus {
  switch (columns.phase) {
    case 'waiting':
    case 'paused':
      return { phase: columns.phase }
    case 'failed':
      return { phase: 'failed', failure: failureOf(columns.failure) }
    case 'done':
      return {
        phase: 'done',
        finishedAtMs: columns.finished_at_ms ?? columns.created_at_ms,
        etag: columns.etag ?? '""',
        proof: proofOf(columns.proof),
      }
    case 'cancelled':
      return {
        phase: 'cancelled',
        why: columns.cancel_why ?? 'person',
        storeIsClean: columns.store_is_clean === 1,
      }
  }
}

/** A failure that an older or newer version of Ferry named differently is still a failure. */
function failureOf(json: string | null): Failure {
  const read = json === null ? null : readPart(Failure, parseJson(json))
  return read?.value ?? { kind: 'internal', reference: 'unknown' }
}

/** A proof that only another version of Ferry understands proves nothing here. */
function proofOf(json: string | null): Proof | null {
  const read = json === null ? null : readPart(Proof, parseJson(json))
  // Without a member that this version does not know, a proof could claim more than it does.
  return read?.isWhole === true ? read.value : null
}

function integrityOf(columns: UploadColumns): IntegrityPlan | null {
  const parsed = ChecksumAlgorithm.safeParse(columns.checksum_algorithm)
  if (!parsed.success) return null
  return { algorithm: parsed.data, isChecked: columns.is_checked === 1 }
}

function encodingOf(columns: UploadColumns): TextEncoding | null {
  const parsed = TextEncoding.safeParse(columns.text_encoding)
  return parsed.success ? parsed.data : null
}

function keyOriginOf(columns: UploadColumns): KeyOrigin | null {
  const { key_template: keyTemplate, wanted_key: wantedKey } = columns
  return keyTemplate === null || wantedKey === null ? null : { keyTemplate, wantedKey }
}

function targetOf(columns: UploadColumns): TargetBucket | null {
  const { target_endpoint: endpoint, target_bucket: bucket } = columns
  if (endpoint === null || bucket === null) return null
  return { endpoint, bucket, region: columns.target_region ?? '', keys: columns.target_keys ?? '' }
}

function planOf(columns: UploadColumns): PartPlan | null {
  const { plan_mode: mode, byte_length: byteLength, part_bytes: partBytes } = columns
  if (mode === null) return null
  if (mode === 'single' || partBytes === null) return { mode: 'single', byteLength }
  return { mode, byteLength, partBytes }
}

function linkOf(columns: UploadColumns): ShareLink | null {
  const {
    link_url: url,
    link_created_at_ms: createdAtMs,
    link_expires_at_ms: expiresAtMs,
  } = columns
  if (url === null || createdAtMs === null || expiresAtMs === null) return null
  return { url, createdAtMs, expiresAtMs }
}
