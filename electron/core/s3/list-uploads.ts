import {
  ListMultipartUploadsCommand,
  type ListMultipartUploadsCommandOutput,
} from '@aws-sdk/client-s3'
import { type Outcome, succeeded } from '../../contract/outcome.ts'
import type { StoreUpload } from './list-parts.ts'
import { readPages } from './read-pages.ts'
import { type S3Store, sendToStore } from './request.ts'

export interface ListedUpload extends StoreUpload {
  /** By the store's clock; null: the store gives no time, or one that cannot be read. */
  readonly initiatedAtMs: number | null
}

interface Marker {
  readonly KeyMarker: string
  readonly UploadIdMarker?: string
}

/** Every unfinished upload whose key begins with `prefix`. */
export async function listUploads(
  store: S3Store,
  prefix: string,
  signal: AbortSignal,
): Promise<Outcome<ListedUpload[]>> {
  const place = { Bucket: store.destination.bucket, Prefix: prefix }
  const pages = await readPages<ListMultipartUploadsCommandOutput, Marker>({
    ask: (marker) => {
      const command = new ListMultipartUploadsCommand({ ...place, ...marker })
      return sendToStore(store, (client, options) => client.send(command, options), { signal })
    },
    next: markerAfter,
    count: ({ Uploads = [] }) => Uploads.length,
    signal,
  })
  if (!pages.ok) return pages
  const listed = pages.value
    .flatMap(({ Uploads = [] }) => Uploads)
    .flatMap(({ Key: key, UploadId: storeUploadId, Initiated }) =>
      key && storeUploadId
        ? [{ key, storeUploadId, initiatedAtMs: Initiated?.getTime() ?? null }]
        : [],
    )
  // A store that ignores markers lists some uploads twice.
  return succeeded([...new Map(listed.map((each) => [each.storeUploadId, each])).values()])
}

/**
 * If the store does not say where the next page begins, it begins after the last entry of this one.
 */
function markerAfter({
  IsTruncated: hasMore,
  NextKeyMarker: nextKey,
  NextUploadIdMarker: nextId,
  Uploads = [],
}: ListMultipartUploadsCommandOutput): Marker | null {
  if (hasMore !== true) return null
  if (nextKey) return { KeyMarker: nextKey, ...(nextId ? { UploadIdMarker: nextId } : {}) }
  const last = Uploads.at(-1)
  if (!last?.Key || !last.UploadId) return null
  return { KeyMarker: last.Key, UploadIdMarker: last.UploadId }
}
