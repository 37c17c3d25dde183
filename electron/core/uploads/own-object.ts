import { DeleteObjectCommand } from '@aws-sdk/client-s3'
import { isDenied } from '../../contract/failure/s3-failure.ts'
import { type Outcome, succeeded } from '../../contract/outcome.ts'
import type { Store } from '../destinations/open-store.ts'
import { headObject, measureObjectLength, type ObjectHead } from '../s3/head-object.ts'
import { sendToStore } from '../s3/request.ts'
import type { UploadAtStore } from './upload-context.ts'

/** Only our own token proves that this upload wrote the object. */
export function isOwn(head: ObjectHead | null, { row }: UploadAtStore): head is ObjectHead {
  return head !== null && head.token === row.token
}

/**
 * Whether the object is as long as the file. If HEAD gives no length or a different one, the store
 * is asked in another way, since proxies change it. A length that the store does not give counts as
 * equal.
 */
export async function isWhole(
  { byteLength }: ObjectHead,
  { row: { record }, store }: UploadAtStore,
  signal: AbortSignal,
): Promise<boolean> {
  if (byteLength === record.byteLength) return true
  const measured = await measureObjectLength(store, record.key, signal)
  return (measured ?? byteLength ?? record.byteLength) === record.byteLength
}

/** Whether the object is ours and as long as the file. */
export async function isOwnWhole(
  head: ObjectHead | null,
  at: UploadAtStore,
  signal: AbortSignal,
): Promise<boolean> {
  return isOwn(head, at) && isWhole(head, at, signal)
}

/** Whether the store says that the upload's own object exists in full. */
export async function isOwnThere(at: UploadAtStore, signal: AbortSignal): Promise<boolean> {
  const head = await headObject(at.store, at.row.record.key, signal)
  return head.ok && isOwnWhole(head.value, at, signal)
}

/**
 * Deletes the object only if this very upload wrote it. Succeeds when no object of ours is left;
 * `wasThere` is true if there was one.
 */
export async function removeOwnObject(
  at: UploadAtStore,
  signal: AbortSignal,
): Promise<Outcome<{ readonly wasThere: boolean }>> {
  const { key } = at.row.record
  const head = await headObject(at.store, key, signal)
  // Access keys without read permission cannot find out, so nothing more can be done with them.
  const isHidden = !head.ok && isDenied(head.failure)
  if (!head.ok && !isHidden) return head
  if (!head.ok || !isOwn(head.value, at)) return succeeded({ wasThere: false })
  const deleted = await deleteObject(at.store, key, signal)
  return deleted.ok ? succeeded({ wasThere: true }) : deleted
}

async function deleteObject(
  store: Store,
  key: string,
  signal: AbortSignal,
): Promise<Outcome<null>> {
  const place = { Bucket: store.destination.bucket, Key: key }
  const deleted = await sendToStore(
    store,
    (client, options) => client.send(new DeleteObjectCommand(place), options),
    { signal },
  )
  return deleted.ok ? succeeded(null) : deleted
}
