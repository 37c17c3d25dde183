import type { Failure } from '../../contract/failure/kinds.ts'
import { failed, type Outcome, succeeded } from '../../contract/outcome.ts'
import { sourceName } from '../credentials/source-name.ts'
import type { StoredDestination } from '../destinations/stored-destination.ts'
import type { TargetBucket, UploadRow } from '../records/upload-row.ts'
import { bareEtag } from '../s3/checksum-headers.ts'
import type { Store } from '../store/store.ts'
import type { ObjectHead } from './head-object.ts'
import type { UploadContext } from './upload-context.ts'

type TargetFields = Pick<StoredDestination, 'endpoint' | 'bucket' | 'region' | 'credentials'>

export function targetOf({ endpoint, bucket, region, credentials }: TargetFields): TargetBucket {
  return { endpoint, bucket, region, keys: sourceName(credentials) }
}

/**
 * The store of an upload, at the place where it was begun. A destination can be edited, by its user
 * or by a page that was taken over; what is known of an upload says nothing about another bucket.
 * Fails with `destination-moved`, or as `Stores.of` does.
 */
export async function storeOfUpload(
  context: UploadContext,
  row: UploadRow,
): Promise<Outcome<Store>> {
  const found = await context.stores.of(row.record.destinationId)
  if (!found.ok) return found
  // Judged by what the store was opened with: an edit that comes later has no part in it.
  const failure = movedFrom(row, found.value.destination)
  return failure === null ? found : failed(failure)
}

/** The same, and one of which no store can hold anything yet follows its destination. */
export async function storeToBegin(
  context: UploadContext,
  row: UploadRow,
): Promise<Outcome<Store>> {
  const found = await context.stores.of(row.record.destinationId)
  if (!found.ok) return found
  const failure = movedFrom(row, found.value.destination)
  return failure === null || mayFollow(context, row) ? found : failed(failure)
}

/** Null: it is at its place. */
function movedFrom({ target }: UploadRow, destination: StoredDestination): Failure | null {
  // The bucket on this computer gets another port when its own is taken, and nobody can edit it.
  if (target === null || destination.kind === 'local') return null
  const { endpoint, bucket } = destination
  if (target.endpoint === endpoint && target.bucket === bucket) return null
  return movedFailure(target, destination)
}

function movedFailure(place: TargetBucket, { endpoint, bucket }: StoredDestination): Failure {
  return {
    kind: 'destination-moved',
    was: { endpoint: place.endpoint, bucket: place.bucket },
    now: { endpoint, bucket },
  }
}

/** A wrong bucket is corrected after its store has refused the file: then the file goes to the right one. */
function mayFollow({ records }: UploadContext, row: UploadRow): boolean {
  if (row.begunAtMs !== null || row.storeUploadId !== null || row.completingAtMs !== null) {
    return false
  }
  const parts = [...records.parts.all(row.record.uploadId).values()]
  return parts.every(({ etag }) => etag === null)
}

/**
 * Whether an object that was found where the upload ended may be taken for it. With the keys and in
 * the region of then, place and key say so. Other keys may see another bucket of the same name
 * (tenants of Ceph: docs.ceph.com/en/latest/radosgw/multitenancy), so there the object has to be the
 * upload's own: by its token, or where the store keeps no metadata by its ETag.
 */
export function checkObjectIdentity(
  row: UploadRow,
  { destination }: Store,
  head: ObjectHead,
): Outcome<null> {
  const { target, record, token } = row
  if (target === null || destination.kind === 'local') return succeeded(null)
  const now = targetOf(destination)
  if (target.keys === now.keys && target.region === now.region) return succeeded(null)
  const etag = record.status.phase === 'done' ? record.status.etag : null
  const isSameEtag = etag !== null && head.etag !== null && bareEtag(head.etag) === bareEtag(etag)
  const isOwn = head.token === null ? isSameEtag : head.token === token
  return isOwn ? succeeded(null) : failed(movedFailure(target, destination))
}
