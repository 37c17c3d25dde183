import type { ShareLink } from '../../contract/commands/links.ts'
import type { UploadRecord } from '../../contract/commands/uploads.ts'
import type { Failure } from '../../contract/failure/kinds.ts'
import type { UploadId } from '../../contract/ids.ts'
import { failed, type Outcome, succeeded } from '../../contract/outcome.ts'
import { sourceName } from '../credentials/source-name.ts'
import type { Store } from '../destinations/open-store.ts'
import type { StoredDestination } from '../destinations/stored-destination.ts'
import type { Stores } from '../destinations/stores.ts'
import type { Log } from '../ports.ts'
import type { Records } from '../records/records.ts'
import type { TargetBucket, UploadRow } from '../records/stored-upload.ts'
import { bareEtag } from '../s3/checksum-headers.ts'
import type { ObjectHead } from '../s3/head-object.ts'
import { checkSource } from '../sources/source-registry.ts'
import type { NoResponseReasons } from './diagnosis/no-response-reasons.ts'
import type { PutProbeRunner } from './diagnosis/put-probe-runner.ts'

/** What the steps of an upload work with. */
export interface UploadContext {
  readonly records: Records
  readonly stores: Stores
  /** Makes the first link of an upload that is done. */
  readonly makeLink: (store: Store, row: UploadRow) => Promise<ShareLink>
  readonly log: Log
  /** PUTs of the host's own, by which it finds out what the page cannot see. */
  readonly putProbes: PutProbeRunner
  readonly reasons: NoResponseReasons
  /** Epoch ms, this computer's. */
  readonly now: () => number
  /** Ends early, and quietly, when `signal` is aborted. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>
  /** Tells pages of records that changed by themselves. */
  readonly changed: (uploads: UploadRecord[]) => void
}

export interface UploadAtStore {
  readonly row: UploadRow
  readonly store: Store
}

export function isUnfinished(row: UploadRow): boolean {
  const { phase } = row.record.status
  return phase === 'waiting' || phase === 'paused' || phase === 'failed'
}

/** The row of an upload that can still be worked on. Fails with `unknown-id` or `wrong-state`. */
export function unfinishedRow(context: UploadContext, uploadId: UploadId): Outcome<UploadRow> {
  const row = context.records.find(uploadId)
  if (row === null) return failed({ kind: 'unknown-id' })
  return isUnfinished(row) ? succeeded(row) : failed({ kind: 'wrong-state' })
}

/**
 * Row and store of an upload whose file, where the host can see it, is what it was.
 * @param find `storeToBegin` for one that may still follow its destination.
 */
export async function uploadAtStore(
  context: UploadContext,
  row: UploadRow,
  find: typeof storeOfUpload = storeOfUpload,
): Promise<Outcome<UploadAtStore>> {
  if (row.path !== null) {
    const { byteLength } = row.record
    const intact = await checkSource(row.path, { byteLength, modifiedAtMs: row.modifiedAtMs })
    if (!intact.ok) return intact
  }
  const store = await find(context, row)
  return store.ok ? succeeded({ row, store: store.value }) : store
}

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
