import { DeleteObjectCommand } from '@aws-sdk/client-s3'
import { type Outcome, succeeded } from '../../contract/outcome.ts'
import { isDenied } from '../../contract/s3-failure.ts'
import { ask, type Store } from '../store/store.ts'
import { headObject, type ObjectHead } from './head-object.ts'
import type { UploadAtStore } from './upload-context.ts'

/** Only our own token counts as proof of whose it is. */
export function isOwn(head: ObjectHead | null, { row }: UploadAtStore): head is ObjectHead {
  return head !== null && head.token === row.token
}

/** Ours, and as long as the file. */
export function isOwnWhole(head: ObjectHead | null, at: UploadAtStore): head is ObjectHead {
  return isOwn(head, at) && head.byteLength === at.row.record.byteLength
}

/** Whether the store says that the upload's own object is there, whole. */
export async function isOwnThere(at: UploadAtStore, signal: AbortSignal): Promise<boolean> {
  const head = await headObject(at.store, at.row.record.key, signal)
  return head.ok && isOwnWhole(head.value, at)
}

/** Deletes the object only if this very upload wrote it. Succeeds when nothing of ours is left. */
export async function removeOwnObject(
  at: UploadAtStore,
  signal: AbortSignal,
): Promise<Outcome<null>> {
  const { key } = at.row.record
  const head = await headObject(at.store, key, signal)
  // Keys that may not look cannot find out; nothing more can be done with them.
  if (!head.ok) return isDenied(head.failure) ? succeeded(null) : head
  return isOwn(head.value, at) ? deleteObject(at.store, key, signal) : succeeded(null)
}

async function deleteObject(
  store: Store,
  key: string,
  signal: AbortSignal,
): Promise<Outcome<null>> {
  const place = { Bucket: store.destination.bucket, Key: key }
  const deleted = await ask(
    store,
    (client, options) => client.send(new DeleteObjectCommand(place), options),
    { signal },
  )
  return deleted.ok ? succeeded(null) : deleted
}
