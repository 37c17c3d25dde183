import { setTimeout as sleep } from 'node:timers/promises'
import { AbortMultipartUploadCommand } from '@aws-sdk/client-s3'
import { isDenied } from '../../contract/failure/s3-failure.ts'
import { failed, type Outcome, succeeded } from '../../contract/outcome.ts'
import { isUploadGone, listParts, type StoreUpload } from './list-parts.ts'
import { type S3Store, sendToStore } from './request.ts'

/**
 * The pause before each try. A part that was on its way can arrive after an abort: AWS asks clients
 * to abort again until no part is left.
 */
const PAUSES_MS = [0, 100, 200, 400, 800]

/**
 * Aborts until the store itself says that it holds no part. Fails with ListParts' failure, or with
 * `busy` when parts are still there after several tries.
 *
 * Access keys that may not list parts learn it from an Abort that finds nothing. For an upload that
 * is gone, Ceph says 403, not 404, to everybody who may not list the bucket.
 */
export async function abortUntilGone(
  store: S3Store,
  upload: StoreUpload,
  signal: AbortSignal,
): Promise<Outcome<null>> {
  let left: Outcome<null> = succeeded(null)
  for (const pauseMs of PAUSES_MS) {
    if (pauseMs > 0) await pause(pauseMs, signal)
    // Other answers to Abort do not matter (Ceph refuses one that meets a Complete).
    const aborted = await abortMultipart(store, upload, signal)
    const listed = await listParts(store, upload, signal)
    if (!listed.ok) {
      if (listed.failure.kind === 'upload-gone') return succeeded(null)
      if (!isDenied(listed.failure)) return listed
      if (!aborted.ok) return isUploadGone(aborted.failure) ? succeeded(null) : listed
    }
    left = partsLeft(listed)
  }
  return left
}

/** A store that still knows the upload but holds no part of it charges nothing. */
function partsLeft(listed: Outcome<readonly unknown[]>): Outcome<null> {
  if (!listed.ok) return listed
  return listed.value.length === 0 ? succeeded(null) : failed({ kind: 'busy' })
}

/** Returns early, without an error: any request after it then fails by itself. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal })
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

/** Asks once; only ListParts shows whether it worked. */
export function abortMultipart(store: S3Store, upload: StoreUpload, signal?: AbortSignal) {
  return sendToStore(
    store,
    (client, options) =>
      client.send(
        new AbortMultipartUploadCommand({
          Bucket: store.destination.bucket,
          Key: upload.key,
          UploadId: upload.storeUploadId,
        }),
        options,
      ),
    signal === undefined ? {} : { signal },
  )
}
