import {
  AbortMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
} from '@aws-sdk/client-s3'
import { failed, type Outcome, succeeded } from '../../contract/outcome.ts'
import type { UploadRow } from '../records/upload-row.ts'
import { ask, type Store } from '../store/store.ts'
import { TOKEN_METADATA } from './head-object.ts'
import { listParts, type StoreUpload } from './list-parts.ts'
import type { UploadAtStore, UploadContext } from './upload-context.ts'

/** The store's clock against ours, and whole seconds in `Initiated`. */
const CLOCK_SLACK_MS = 10_000

/** Begins a multipart upload; the records know of it before the store and right after. */
export async function beginMultipart(
  context: UploadContext,
  { row, store }: UploadAtStore,
  signal: AbortSignal,
): Promise<Outcome<UploadRow>> {
  const { uploadId, key, contentType } = row.record
  if (row.begunAtMs !== null) await abortLostBeginnings(context, { row, store }, signal)
  context.records.setBegun(uploadId, store.clock.nowMs())
  const created = await ask(
    store,
    (client, options) =>
      client.send(
        new CreateMultipartUploadCommand({
          Bucket: store.destination.bucket,
          Key: key,
          ContentType: contentType,
          Metadata: { [TOKEN_METADATA]: row.token },
        }),
        options,
      ),
    { signal, isOnce: true },
  )
  if (!created.ok) return created
  const storeUploadId = created.value.UploadId
  if (storeUploadId === undefined) {
    return failed({ kind: 'not-s3', host: new URL(store.destination.endpoint).host })
  }
  try {
    return succeeded(context.records.setStoreUpload(uploadId, storeUploadId))
  } catch (error) {
    // Unrecorded it would stay on the store for ever, and be paid for.
    await abortMultipart(store, { key, storeUploadId })
    throw error
  }
}

/** Asks once; whether it worked is for ListParts to say. */
export function abortMultipart(store: Store, upload: StoreUpload, signal?: AbortSignal) {
  return ask(
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

/**
 * An answer to Create that was lost leaves an upload nobody knows the id of. Aborts those of this
 * very key that began since and hold no part; what somebody else sends under it is left alone.
 * A store that does not let us look costs nothing but the orphan.
 */
export async function abortLostBeginnings(
  context: UploadContext,
  { row, store }: UploadAtStore,
  signal: AbortSignal,
): Promise<void> {
  const { key } = row.record
  const since = (row.begunAtMs ?? 0) - CLOCK_SLACK_MS
  const place = { Bucket: store.destination.bucket, Prefix: key }
  const listed = await ask(
    store,
    (client, options) => client.send(new ListMultipartUploadsCommand(place), options),
    { signal },
  )
  if (!listed.ok) {
    context.log.warn({ kind: listed.failure.kind }, 'Could not look for lost multipart uploads')
    return
  }
  for (const { Key, UploadId, Initiated } of listed.value.Uploads ?? []) {
    if (Key !== key || UploadId === undefined || (Initiated?.getTime() ?? 0) < since) continue
    const upload = { key, storeUploadId: UploadId }
    const parts = await listParts(store, upload, signal)
    if (parts.ok && parts.value.length === 0) await abortMultipart(store, upload, signal)
  }
}
