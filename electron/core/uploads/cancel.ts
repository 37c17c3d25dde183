import type { UploadRecord } from '../../contract/commands/uploads.ts'
import type { Failure } from '../../contract/failure/kinds.ts'
import type { UploadId } from '../../contract/ids.ts'
import { failed, type Outcome, succeeded } from '../../contract/outcome.ts'
import type { UploadRow } from '../records/stored-upload.ts'
import { abortUntilGone, pause } from '../s3/abort-multipart.ts'
import { isSettling } from './object-settling.ts'
import { abortOrphans } from './orphans.ts'
import { removeOwnObject } from './own-object.ts'
import {
  isUnfinished,
  storeOfUpload,
  type UploadAtStore,
  type UploadContext,
} from './upload-context.ts'

/** How long a store may still take to carry out a request whose connection was cut. */
const LATE_MS = 400

/**
 * Ends an upload for good. It is recorded as cancelled before the store is asked, so that parts or
 * objects on the store are cleaned up later if the store cannot be reached now.
 */
export async function cancelUpload(
  context: UploadContext,
  uploadId: UploadId,
  signal: AbortSignal,
): Promise<Outcome<UploadRecord>> {
  const row = context.records.find(uploadId)
  if (row === null) return failed({ kind: 'unknown-id' })
  if (row.record.status.phase === 'done') return failed({ kind: 'wrong-state' })
  const cancelled = isUnfinished(row) ? context.records.cancel(uploadId) : row
  const { record } = await cleanStore(context, cancelled, signal)
  return record === null ? failed({ kind: 'unknown-id' }) : succeeded(record)
}

export interface Cleaned {
  /** Null when the row was deleted after the cleanup, since it had already left the list. */
  readonly record: UploadRecord | null
  /** The reason why something may be left; null: nothing is. */
  readonly failure: Failure | null
}

/** Removes everything that a cancelled upload left on the store, and records it. */
export async function cleanStore(
  context: UploadContext,
  row: UploadRow,
  signal: AbortSignal,
): Promise<Cleaned> {
  const removed = await removeAll(context, row, signal)
  if (!removed.ok) return { record: row.record, failure: removed.failure }
  return { record: context.records.setStoreClean(row.record.uploadId), failure: null }
}

async function removeAll(
  context: UploadContext,
  row: UploadRow,
  signal: AbortSignal,
): Promise<Outcome<null>> {
  // Without a plan, no request was ever sent to the store.
  if (row.record.plan === null) return succeeded(null)
  const found = await storeOfUpload(context, row)
  if (!found.ok) return found
  const at = { row, store: found.value }
  const removed = await removeParts(context, at, signal)
  if (!removed.ok) return removed
  // A Complete or PUT may have won the race.
  const deleted = await removeOwnObject(at, signal)
  if (!deleted.ok) return deleted
  // A requested object may still appear, so nobody can say yet that nothing is left.
  if (!deleted.value.wasThere && isSettling(row, context.now())) return failed({ kind: 'busy' })
  if (row.record.plan.mode === 'multipart') return succeeded(null)
  await pause(LATE_MS, signal)
  const late = await removeOwnObject(at, signal)
  return late.ok ? succeeded(null) : late
}

/** Succeeds when the store itself says that it holds no part. */
async function removeParts(
  context: UploadContext,
  at: UploadAtStore,
  signal: AbortSignal,
): Promise<Outcome<null>> {
  const { record, storeUploadId, begunAtMs } = at.row
  if (storeUploadId !== null) {
    return abortUntilGone(at.store, { key: record.key, storeUploadId }, signal)
  }
  if (begunAtMs === null) return succeeded(null)
  const looked = await abortOrphans(context, at, signal)
  if (!looked.ok) return looked
  await pause(LATE_MS, signal)
  return abortOrphans(context, at, signal)
}
