import { GetObjectTaggingCommand, PutObjectTaggingCommand } from '@aws-sdk/client-s3'
import { sendToStore } from '../store/store.ts'
import type { UploadAtStore, UploadContext } from './upload-context.ts'

/**
 * Ceph's gateway 16.2 takes the tags of an upload in parts and forgets them, so they are looked for
 * and put again. A store that lets nobody look keeps what it has: the object is whole all the same.
 */
export async function addMissingTags(
  context: UploadContext,
  { row, store }: UploadAtStore,
  signal: AbortSignal,
): Promise<void> {
  const { bucket, rules } = store.destination
  if (rules.tags.length === 0) return
  const place = { Bucket: bucket, Key: row.record.key }
  const held = await sendToStore(
    store,
    (client, options) => client.send(new GetObjectTaggingCommand(place), options),
    { signal },
  )
  if (!held.ok || (held.value.TagSet ?? []).length > 0) return
  const TagSet = rules.tags.map(({ name, value }) => ({ Key: name, Value: value }))
  const put = await sendToStore(
    store,
    (client, options) =>
      client.send(new PutObjectTaggingCommand({ ...place, Tagging: { TagSet } }), options),
    { signal },
  )
  if (!put.ok) context.log.warn({ kind: put.failure.kind }, 'The store keeps no tags')
}
