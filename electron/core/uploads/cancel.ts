import type { UploadId } from '../../contract/ids.ts'
import { failed, type Outcome, succeeded } from '../../contract/outcome.ts'
import type { UploadRecord } from '../../contract/upload.ts'
import type { UploadRow } from '../records/upload-row.ts'
import { abortUntilGone, pause } from './abort-until-gone.ts'
import { abortLostBeginnings } from './lost-beginnings.ts'
import { removeOwnObject } from './own-object.ts'
import { isUnfinished, type UploadAtStore, type UploadContext } from './upload-context.ts'

/** How long a request whose connection was cut may take to be carried out all the same. */
const LATE_MS = 400

/**
 * Ends an upload for good. It is remembered as cancelled before the store is asked, so that what
 * the store still holds is cleaned up later when the store cannot be reached now.
 */
export async function cancelUpload(
  context: UploadContext,
  uploadId: UploadId,
  signal: AbortSignal,
): Promise<Outcome<UploadRecord>> {
  const row = context.records.find(uploadId)
  if (row === null) return failed({ kind: 'unknown-id' })
  if (row.record.status.phase === 'done') return failed({ kind: 'not-now' })
  const cancelled = isUnfinished(row) ? context.records.cleaning.cancel(uploadId) : row
  const record = await cleanStore(context, cancelled, signal)
  return record === null ? failed({ kind: 'unknown-id' }) : succeeded(record)
}

/**
 * Removes what a cancelled upload left on the store and records that it did.
 * Null when the row is gone with it, since it was off the list already.
 */
export async function cleanStore(
  context: UploadContext,
  row: UploadRow,
  signal: AbortSignal,
): Promise<UploadRecord | null> {
  const isClean = await isStoreClean(context, row, signal)
  if (!isClean) return row.record
  return context.records.cleaning.setStoreClean(row.record.uploadId)
}

async function isStoreClean(
  context: UploadContext,
  row: UploadRow,
  signal: AbortSignal,
): Promise<boolean> {
  // Without a plan nothing was ever asked of the store.
  if (row.record.plan === null) return true
  const found = await context.stores.of(row.record.destinationId)
  if (!found.ok) return false
  const at = { row, store: found.value }
  if (!(await removeParts(context, at, signal))) return false
  // A Complete or PUT may have won the race.
  if (!(await removeOwnObject(at, signal))) return false
  if (row.record.plan.mode === 'multipart') return true
  await pause(LATE_MS, signal)
  return removeOwnObject(at, signal)
}

/** True when the store itself says that it holds no part. */
async function removeParts(
  context: UploadContext,
  at: UploadAtStore,
  signal: AbortSignal,
): Promise<boolean> {
  const { record, storeUploadId, begunAtMs } = at.row
  if (storeUploadId !== null) {
    const gone = await abortUntilGone(at.store, { key: record.key, storeUploadId }, signal)
    return gone.ok
  }
  if (begunAtMs === null) return true
  const looked = await abortLostBeginnings(context, at, signal)
  if (!looked.ok) return false
  await pause(LATE_MS, signal)
  return (await abortLostBeginnings(context, at, signal)).ok
}
