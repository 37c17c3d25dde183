import type { Bucket } from '../../local-bucket/bucket/context.ts'
import type { StoredObject } from '../../local-bucket/index/stored-object.ts'
import { writeConditionOf } from '../../local-bucket/objects/conditions.ts'
import { withIncomingFile } from './incoming-file.ts'
import type { BodyChecksums } from './running-digests.ts'

export interface ObjectSource {
  readonly key: string
  /** Headers, or a form's fields in their place: they hold the conditions of the write. */
  readonly conditions: ReadonlyMap<string, string>
  /** Kept with the object. */
  readonly headers: Record<string, string>
  /** Hands over all bytes, and rejects when they are not those that were announced. */
  readonly fill: (take: (piece: Buffer) => Promise<void>) => Promise<BodyChecksums>
}

/** Stores an object whose bytes come in one request. Nothing changes when `fill` rejects. */
export async function storeObject(bucket: Bucket, source: ObjectSource): Promise<StoredObject> {
  const { key, conditions, headers, fill } = source
  const write = bucket.objects.beginWrite(key, writeConditionOf(conditions))
  try {
    return await withIncomingFile(
      bucket.files,
      fill,
      (finishedFile, { byteLength, md5, checksum }) =>
        bucket.objects.put(write, {
          key,
          finishedFile,
          byteLength,
          etag: md5.toString('hex'),
          headers,
          checksum: { ...checksum, type: 'FULL_OBJECT' },
          partBytes: [],
        }),
    )
  } finally {
    bucket.objects.endWrite(write)
  }
}
