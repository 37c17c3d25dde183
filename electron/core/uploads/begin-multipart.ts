import { CreateMultipartUploadCommand } from '@aws-sdk/client-s3'
import { failed, type Outcome, succeeded } from '../../contract/outcome.ts'
import type { UploadRow } from '../records/stored-upload.ts'
import { abortMultipart } from '../s3/abort-multipart.ts'
import { type AnnouncedChecksums, announcedChecksums } from '../s3/checksum-headers.ts'
import { objectFields } from '../s3/put-headers.ts'
import { sendToStore } from '../s3/request.ts'
import { fileNameOf } from './rules/object-key.ts'
import type { UploadAtStore, UploadContext } from './upload-context.ts'

/**
 * Begins a multipart upload, recorded just before and just after the request to the store. Orphans
 * of earlier attempts whose answer was lost are aborted first.
 */
export async function beginMultipart(
  context: UploadContext,
  { row, store }: UploadAtStore,
  signal: AbortSignal,
): Promise<Outcome<UploadRow>> {
  const { uploadId, key } = row.record
  context.records.transfers.setBegun(uploadId, store.clock.nowMs())
  const created = await create({ row, store }, signal)
  if (!created.ok) return created
  const { storeUploadId, encryption } = created.value
  if (storeUploadId === null) {
    return failed({ kind: 'answer-unreadable', host: new URL(store.destination.endpoint).host })
  }
  try {
    return succeeded(context.records.setStoreUpload(uploadId, storeUploadId, encryption))
  } catch (error) {
    // Without a record it would stay on the store for ever, and cost money.
    await abortMultipart(store, { key, storeUploadId })
    throw error
  }
}

interface Created {
  readonly storeUploadId: string | null
  readonly encryption: string | null
}

/** The type lets CRC32C cover the whole object; older stores know the algorithm but no type. */
async function create(at: UploadAtStore, signal: AbortSignal): Promise<Outcome<Created>> {
  const { integrity } = at.row
  const announced = announcedChecksums(integrity?.isChecked === true ? integrity.algorithm : null)
  const created = await requestCreate(at, announced, signal)
  const { ChecksumType: type, ...untyped } = announced
  const isRefused = !created.ok && created.failure.kind === 'store-refused'
  return isRefused && type !== undefined ? requestCreate(at, untyped, signal) : created
}

async function requestCreate(
  { row, store }: UploadAtStore,
  checksums: AnnouncedChecksums,
  signal: AbortSignal,
): Promise<Outcome<Created>> {
  const { rules } = store.destination
  const name = fileNameOf(row.relativePath)
  const command = new CreateMultipartUploadCommand({
    Bucket: store.destination.bucket,
    Key: row.record.key,
    ...objectFields(rules, { name, contentType: row.record.contentType, token: row.token }),
    ...checksums,
  })
  const created = await sendToStore(store, (client, options) => client.send(command, options), {
    signal,
    isOnce: true,
  })
  if (!created.ok) return created
  const { UploadId: storeUploadId = null, ServerSideEncryption: encryption = null } = created.value
  return succeeded({ storeUploadId, encryption })
}
