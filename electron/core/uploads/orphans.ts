import type { Failure } from '../../contract/failure/kinds.ts'
import { isDenied } from '../../contract/failure/s3-failure.ts'
import { failed, type Outcome, succeeded } from '../../contract/outcome.ts'
import type { Store } from '../destinations/open-store.ts'
import type { UploadRow } from '../records/stored-upload.ts'
import { abortUntilGone } from '../s3/abort-multipart.ts'
import { listParts } from '../s3/list-parts.ts'
import { listUploads } from '../s3/list-uploads.ts'
import type { UploadAtStore, UploadContext } from './upload-context.ts'

/**
 * Allows for a difference between the store's clock and ours, and for whole seconds in `Initiated`.
 */
const CLOCK_SLACK_MS = 10_000

/**
 * A lost answer to Create leaves an upload whose ID nobody knows. Aborts the uploads under this
 * very key that began since then and that the store shows without parts; other programs' uploads
 * under it are left alone.
 * If the store does not let us look, the only cost is the orphan. No answer from the store is a
 * failure, and so is another upload that begins under the same key at this moment.
 */
export async function abortOrphans(
  context: UploadContext,
  { row, store }: UploadAtStore,
  signal: AbortSignal,
): Promise<Outcome<null>> {
  const { key } = row.record
  const listed = await listCandidates(store, key, (row.begunAtMs ?? 0) - CLOCK_SLACK_MS, signal)
  if (!listed.ok) {
    if (!isRefusal(listed.failure)) return listed
    context.log.warn({ kind: listed.failure.kind }, 'Could not look for lost multipart uploads')
    return succeeded(null)
  }
  if (listed.value.length > 0 && isSharedKey(context, row)) return failed({ kind: 'busy' })
  const lost = listed.value.filter((each) => !context.records.transfers.isKnownAtStore(each))
  for (const storeUploadId of lost) {
    const upload = { key, storeUploadId }
    const parts = await listParts(store, upload, signal)
    if (!parts.ok && parts.failure.kind !== 'upload-gone' && !isRefusal(parts.failure)) return parts
    // Without permission to list parts, another program's upload looks the same as an orphan of
    // ours.
    if (!parts.ok || parts.value.length > 0) continue
    const gone = await abortUntilGone(store, upload, signal)
    if (!gone.ok && !isRefusal(gone.failure)) return gone
  }
  return succeeded(null)
}

/** The IDs of candidates. An upload without a known start time may be somebody else's. */
async function listCandidates(
  store: Store,
  key: string,
  sinceMs: number,
  signal: AbortSignal,
): Promise<Outcome<string[]>> {
  const listed = await listUploads(store, key, signal)
  if (!listed.ok) return listed
  const found = listed.value.filter(
    (each) => each.key === key && each.initiatedAtMs !== null && each.initiatedAtMs >= sinceMs,
  )
  return succeeded(found.map(({ storeUploadId }) => storeUploadId))
}

/** A candidate may belong to the other upload, whose ID is not in the records yet. */
function isSharedKey({ records }: UploadContext, { record }: UploadRow): boolean {
  return records.transfers.isBeginning(record.destinationId, record.key, record.uploadId)
}

/** These access keys, or this store, do not allow it; asking again would not help. */
function isRefusal(failure: Failure): boolean {
  const { kind } = failure
  return isDenied(failure) || kind === 'store-refused' || kind === 'answer-unreadable'
}
