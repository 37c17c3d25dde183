import type { Failure } from '../../contract/failure/kinds.ts'
import {
  isConditionalWriteRefused,
  PRECONDITION_FAILED,
} from '../../contract/failure/s3-failure.ts'
import { failed, type Outcome, succeeded } from '../../contract/outcome.ts'
import { abortUntilGone } from '../s3/abort-multipart.ts'
import { headObject, type ObjectHead } from './head-object.ts'
import { isOwn } from './own-object.ts'
import type { UploadAtStore, UploadContext } from './upload-context.ts'

/**
 * Where the store honours no conditions: whether somebody else's object has come into the place
 * since the upload began. Fails with `PLACE_TAKEN`; preparing again finds it another place.
 */
export async function yieldIfTaken(
  context: UploadContext,
  at: UploadAtStore,
  signal: AbortSignal,
): Promise<Outcome<null>> {
  if (at.row.guard !== 'look') return succeeded(null)
  const head = await headObject(at.store, at.row.record.key, signal)
  // What keeps us from looking will show again, where it is dealt with.
  if (!head.ok || head.value === null || isOwn(head.value, at)) return succeeded(null)
  return yieldKey(context, at, signal)
}

/** Complete did not go through, and never will: the place is somebody else's, or was for a moment. */
export function mustYield(
  { row }: UploadAtStore,
  head: Outcome<ObjectHead | null>,
  failure: Failure,
): boolean {
  if (row.guard === 'none') return false
  const isForeign = head.ok && head.value !== null && head.value.token !== row.token
  // S3 wants a new upload after either, whether or not there is anything to be seen by now.
  return isForeign || isConditionalWriteRefused(failure)
}

/** The parts belong to a key that the object will not have: they go, and are sent again. */
export async function yieldKey(
  context: UploadContext,
  { row, store }: UploadAtStore,
  signal: AbortSignal,
): Promise<{ readonly ok: false; readonly failure: Failure }> {
  const { uploadId, key } = row.record
  const { storeUploadId } = row
  if (storeUploadId !== null) {
    const aborted = await abortUntilGone(store, { key, storeUploadId }, signal)
    if (!aborted.ok) return aborted
  }
  context.records.progress.forgetProgress(uploadId)
  return failed(PRECONDITION_FAILED)
}
