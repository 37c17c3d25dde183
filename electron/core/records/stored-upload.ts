import { ChecksumAlgorithm, Proof } from '../../contract/checksum.ts'
import type { ShareLink, UploadRecord, UploadStatus } from '../../contract/commands/uploads.ts'
import { TextEncoding } from '../../contract/content-type.ts'
import { Failure } from '../../contract/failure/kinds.ts'
import type { DestinationId, SourceId, UploadId } from '../../contract/ids.ts'
import type { PartPlan } from '../../contract/part-plan.ts'
import type { ConflictDecision } from '../../contract/rules/upload-rules.ts'
import { parseJson, readPart } from '../../lib/read-fields.ts'
import type { Statements } from './database.ts'

/** As the partial indexes say it: SQLite uses them only where it finds these very words. */
export const UNFINISHED = `phase IN ('waiting', 'paused', 'failed')`

/** How the parts of an upload are summed up; frozen with the plan. */
export interface IntegrityPlan {
  readonly algorithm: ChecksumAlgorithm
  /** The store refuses a wrong sum. Others travel with the parts only as `isSumSent` says. */
  readonly isChecked: boolean
}

/** An upload as the records hold it: what the page may know, and what stays with the host. */
export interface UploadRow {
  readonly record: UploadRecord
  readonly relativePath: string
  /** Null in a browser, where the host never learns it. */
  readonly path: string | null
  /** Of the file when it was given; a file that differs now has changed. */
  readonly modifiedAtMs: number
  /** The file’s change time when it was given; null where it proves nothing (`change-times.ts`). */
  readonly changedAtMs: number | null
  /** Null until the upload was prepared for the first time by a Ferry that checks. */
  readonly integrity: IntegrityPlan | null
  /** Random; travels as metadata, so that HEAD can tell our object from anybody else's. */
  readonly token: string
  /** S3's own id of the multipart upload. */
  readonly storeUploadId: string | null
  /**
   * When the store was first asked to begin (its clock). Set without a `storeUploadId`: the answer
   * was lost, and something may have been begun.
   */
  readonly begunAtMs: number | null
  /**
   * When the store was last asked for the whole object (this computer's clock) without an answer
   * that settled it: the object may be on its way. Null: never, or it is settled.
   */
  readonly completingAtMs: number | null
  /** How often the finished object turned out not to be the file. */
  readonly differingCount: number
  /** Null for an upload of a Ferry that knew no templates. */
  readonly placed: KeyOrigin | null
  /** Of the file's bytes, where a template asked for them. */
  readonly hash8: string | null
  /** The browser's word for its type; null where it was not kept. */
  readonly statedType: string | null
  /** Found in the bytes of a text; null where nobody has looked. */
  readonly encoding: TextEncoding | null
  /** What the person answered when the bucket had an object in its place. */
  readonly decision: ConflictDecision | null
  readonly guard: Guard
  /** As the store named it when the parts began: its ETags are MD5s only where keys are its own. */
  readonly encryption: string | null
  /** Null until it was prepared for the first time. */
  readonly target: TargetBucket | null
}

/** The bucket that an upload was begun in, and with whose keys. */
export interface TargetBucket {
  /** Scheme, host and port. */
  readonly endpoint: string
  readonly bucket: string
  readonly region: string
  /** Which keys, as far as it stays the same when they are renewed; no secret is in it. */
  readonly keys: string
}

/** What the key was made of; the key itself may be numbered. */
export interface KeyOrigin {
  readonly keyTemplate: string
  readonly wantedKey: string
}

export function findRow(sql: Statements, uploadId: UploadId): UploadRow | null {
  const one = 'SELECT * FROM uploads WHERE upload_id = ?'
  const columns = sql.first<UploadColumns>(one, uploadId)
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
    differingCount: columns.differing_count,
    placed: keyOriginOf(columns),
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

/** A failure that an older or newer Ferry named otherwise is still a failure. */
function failureOf(json: string | null): Failure {
  const read = json === null ? null : readPart(Failure, parseJson(json))
  return read?.value ?? { kind: 'internal', reference: 'unknown' }
}

/** A proof that only another Ferry understands proves nothing here. */
function proofOf(json: string | null): Proof | null {
  const read = json === null ? null : readPart(Proof, parseJson(json))
  // Without a member that it does not know, a proof could claim more than it does.
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

function keyOriginOf({ key_template: keyTemplate, wanted_key: wantedKey }: UploadColumns) {
  return keyTemplate === null || wantedKey === null ? null : { keyTemplate, wantedKey }
}

function targetOf(columns: UploadColumns): TargetBucket | null {
  const { place_endpoint: endpoint, place_bucket: bucket } = columns
  if (endpoint === null || bucket === null) return null
  return { endpoint, bucket, region: columns.place_region ?? '', keys: columns.place_keys ?? '' }
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
