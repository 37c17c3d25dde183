import { setTimeout as sleep } from 'node:timers/promises'
import { DeleteObjectCommand } from '@aws-sdk/client-s3'
import type { UploadId } from '../../contract/ids.ts'
import { failed, type Outcome, succeeded } from '../../contract/outcome.ts'
import type { UploadRecord } from '../../contract/upload.ts'
import type { UploadRow } from '../records/upload-row.ts'
import { ask, type Store } from '../store/store.ts'
import { headObject } from './head-object.ts'
import { listParts } from './list-parts.ts'
import { abortLostBeginnings, abortMultipart } from './multipart.ts'
import { isUnfinished, type UploadAtStore, type UploadContext } from './upload-context.ts'

/** A part that was on its way can land after an abort: AWS asks to abort again until none is left. */
const ABORT_PAUSES_MS = [100, 200, 400, 800, 1600]
/** How long a PUT whose connection was cut may take to be stored all the same. */
const LATE_PUT_MS = 400

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
  const cancelled = isUnfinished(row) ? context.records.cancel(uploadId) : row
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
  return context.records.setStoreClean(row.record.uploadId)
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
  if (!(await removeOwnObject(at, signal))) return false
  if (row.record.plan.mode === 'multipart') return true
  await pause(LATE_PUT_MS, signal)
  return removeOwnObject(at, signal)
}

/** True when the store itself says that it holds no part. */
async function removeParts(
  context: UploadContext,
  at: UploadAtStore,
  signal: AbortSignal,
): Promise<boolean> {
  const { row, store } = at
  if (row.storeUploadId === null) {
    if (row.begunAtMs !== null) await abortLostBeginnings(context, at, signal)
    return !signal.aborted
  }
  const upload = { key: row.record.key, storeUploadId: row.storeUploadId }
  for (const pauseMs of ABORT_PAUSES_MS) {
    // What Abort answers does not matter (Ceph refuses one that meets a Complete): ListParts tells.
    await abortMultipart(store, upload, signal)
    const listed = await listParts(store, upload, signal)
    if (!listed.ok) return listed.failure.kind === 'upload-gone'
    await pause(pauseMs, signal)
  }
  return false
}

/**
 * A Complete or PUT may have won the race. Deletes the object only if this very upload wrote it.
 */
async function removeOwnObject(
  { row, store }: UploadAtStore,
  signal: AbortSignal,
): Promise<boolean> {
  const { key } = row.record
  const head = await headObject(store, key, signal)
  // Keys that may not look cannot find out; nothing more can be done with them.
  if (!head.ok) return head.failure.kind === 'access-denied'
  if (head.value === null || head.value.token !== row.token) return true
  return deleteObject(store, key, signal)
}

async function deleteObject(store: Store, key: string, signal: AbortSignal): Promise<boolean> {
  const place = { Bucket: store.destination.bucket, Key: key }
  const deleted = await ask(
    store,
    (client, options) => client.send(new DeleteObjectCommand(place), options),
    { signal },
  )
  return deleted.ok
}

/** Ends early, and quietly, when Ferry stops: whatever is asked after it then fails by itself. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal })
  } catch (error) {
    if (!signal.aborted) throw error
  }
}
