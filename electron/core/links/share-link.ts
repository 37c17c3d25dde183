import { GetObjectCommand } from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import type { ShareLink } from '../../contract/commands/links.ts'
import type { UploadRecord } from '../../contract/commands/uploads.ts'
import type { TextEncoding } from '../../contract/content-type.ts'
import type { UploadId } from '../../contract/ids.ts'
import { S3_LIMITS } from '../../contract/limits.ts'
import { failed, type Outcome, succeeded } from '../../contract/outcome.ts'
import type { Store } from '../destinations/open-store.ts'
import { headObject } from '../s3/head-object.ts'
import { signedSeconds } from '../s3/presign.ts'
import { contentDisposition } from '../s3/put-headers.ts'
import { fileNameOf } from '../uploads/rules/object-key.ts'
import {
  checkObjectIdentity,
  storeOfUpload,
  type UploadContext,
} from '../uploads/upload-context.ts'

interface Shared {
  readonly record: Pick<UploadRecord, 'key' | 'contentType'>
  readonly relativePath: string
  readonly encoding: TextEncoding | null
}

/**
 * A link by which anybody may read the object until it expires; the download has the file's own
 * name and type. It expires with the access keys at the latest. Signed with the store's clock;
 * `expiresAtMs` is by this computer's clock.
 */
export async function makeShareLink(
  store: Store,
  { record: { key, contentType }, relativePath, encoding }: Shared,
  linkSeconds: number,
  nowMs: number,
): Promise<ShareLink> {
  const wanted = Math.min(linkSeconds, S3_LIMITS.maxLinkSeconds)
  const expiresIn = await signedSeconds(store, wanted, nowMs)
  const url = await getSignedUrl(
    store.client,
    new GetObjectCommand({
      Bucket: store.destination.bucket,
      Key: key,
      ResponseContentDisposition: contentDisposition(
        fileNameOf(relativePath),
        contentType,
        encoding,
      ),
      ResponseContentType: contentType,
    }),
    { expiresIn, signingDate: new Date(nowMs + store.clock.offsetMs) },
  )
  // A signature's date counts whole seconds.
  const createdAtMs = Math.floor(nowMs / 1000) * 1000
  return { url, createdAtMs, expiresAtMs: createdAtMs + expiresIn * 1000 }
}

/**
 * Makes a new link; asks first whether the object still exists. Null: the destination's default
 * lifetime.
 */
export async function renewShareLink(
  context: UploadContext,
  uploadId: UploadId,
  linkSeconds: number | null,
): Promise<Outcome<ShareLink>> {
  const row = context.records.find(uploadId)
  if (row === null) return failed({ kind: 'unknown-id' })
  if (row.record.status.phase !== 'done') return failed({ kind: 'wrong-state' })
  const found = await storeOfUpload(context, row)
  if (!found.ok) return found
  const store = found.value
  const head = await headObject(store, row.record.key)
  if (!head.ok) return head
  if (head.value === null) {
    return failed({ kind: 'store-refused', status: 404, code: 'NoSuchKey' })
  }
  const judged = checkObjectIdentity(row, store, head.value)
  if (!judged.ok) return judged
  const seconds = linkSeconds ?? store.destination.linkSeconds
  const link = await makeShareLink(store, row, seconds, context.now())
  context.records.links.add(row.record, link)
  return succeeded(link)
}
