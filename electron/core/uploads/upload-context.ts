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

/** The dependencies that the steps of an upload share. */
export interface UploadContext {
  readonly records: Records
  readonly stores: Stores
  /** Makes the first link of a finished upload. */
  readonly makeLink: (store: Store, row: UploadRow) => Promise<ShareLink>
  readonly log: Log
  /** PUTs that the host itself sends to find out what the page cannot see. */
  readonly putProbes: PutProbeRunner
  readonly reasons: NoResponseReasons
  /** This computer's clock, epoch ms. */
  readonly now: () => number
  /** Returns early, without an error, when `signal` is aborted. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>
  /** Notifies pages of records that changed without a command of theirs. */
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

/** The row of an unfinished upload. Fails with `unknown-id` or `wrong-state`. */
export function unfinishedRow(context: UploadContext, uploadId: UploadId): Outcome<UploadRow> {
  const row = context.records.find(uploadId)
  if (row === null) return failed({ kind: 'unknown-id' })
  return isUnfinished(row) ? succeeded(row) : failed({ kind: 'wrong-state' })
}

/**
 * Row and store of an upload whose file is unchanged, as far as the host can see it.
 * @param find `storeToBegin` for an upload that may still follow its destination.
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
 * The store of an upload, in the bucket where the upload began. A destination can be edited by its
 * user or by a compromised page, and what is known about an upload says nothing about another
 * bucket. Fails with `destination-moved`, or as `Stores.of` does.
 */
export async function storeOfUpload(
  context: UploadContext,
  row: UploadRow,
): Promise<Outcome<Store>> {
  const found = await context.stores.of(row.record.destinationId)
  if (!found.ok) return found
  // Compares with the destination that the store was opened with, so a later edit does not matter.
  const failure = movedFrom(row, found.value.destination)
  return failure === null ? found : failed(failure)
}

/**
 * Like `storeOfUpload`, but an upload of which no store can hold anything yet follows its
 * destination.
 */
export async function storeToBegin(
  context: UploadContext,
  row: UploadRow,
): Promise<Outcome<Store>> {
  const found = await context.stores.of(row.record.destinationId)
  if (!found.ok) return found
  const failure = movedFrom(row, found.value.destination)
  return failure === null || mayFollow(context, row) ? found : failed(failure)
}

/** Null: the destination still points to the upload's bucket. */
function movedFrom({ target }: UploadRow, destination: StoredDestination): Failure | null {
  // The local bucket gets another port when its own is in use, and nobody can edit it.
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

/**
 * The user corrects a wrong bucket after its store has refused the file; the file then goes to the
 * right one.
 */
function mayFollow({ records }: UploadContext, row: UploadRow): boolean {
  if (row.begunAtMs !== null || row.storeUploadId !== null || row.completingAtMs !== null) {
    return false
  }
  const parts = [...records.parts.all(row.record.uploadId).values()]
  return parts.every(({ etag }) => etag === null)
}

/**
 * Whether an object found where the upload ended may count as its object. With the access keys and
 * region of that time, bucket and object key are enough. Other access keys may see another bucket
 * of the same name (tenants of Ceph: docs.ceph.com/en/latest/radosgw/multitenancy), so there the
 * object has to be the upload's own: by its token, or by its ETag where the store keeps no
 * metadata.
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
