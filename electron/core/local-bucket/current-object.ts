import { type FileHandle, open } from 'node:fs/promises'
import type { Bucket } from '../../local-bucket/bucket/context.ts'
import { errnoOf, S3Error } from '../../local-bucket/http/errors.ts'
import type { StoredObject } from '../../local-bucket/index/stored-object.ts'
import { withPatience } from '../files/patience.ts'
import { hashedRange } from './hashed-range.ts'

/** How often an object is looked up again because its file was moved just before it was opened. */
const MAX_LOOKUPS = 5

/**
 * The object as its file is now. The folder belongs to the user: a file that was taken away is an
 * object that is gone, and one that was changed has become another object, with an ETag and a
 * checksum of its own.
 */
export async function currentObject(bucket: Bucket, known: StoredObject): Promise<StoredObject> {
  const object = placed(bucket, known)
  const seen = bucket.files.stampOf(object.file)
  if (seen === null) {
    bucket.objects.forget(object)
    throw new S3Error('NoSuchKey')
  }
  if (seen.byteLength === object.byteLength && seen.fileTimeMs === object.fileTimeMs) return object
  const handle = await openedFile(bucket, object)
  if (handle === null) {
    return currentObject(bucket, bucket.objects.find(object.key, object.versionId))
  }
  try {
    const whole = { start: 0, end: seen.byteLength }
    const digests = await hashedRange(handle, whole, 'CRC64NVME', async () => undefined)
    const current: StoredObject = {
      ...object,
      byteLength: digests.byteLength,
      etag: digests.md5.toString('hex'),
      modifiedMs: seen.fileTimeMs,
      fileTimeMs: seen.fileTimeMs,
      checksum: { ...digests.checksum, type: 'FULL_OBJECT' },
      partBytes: [],
    }
    bucket.objects.refresh(object, current)
    return current
  } finally {
    await handle.close()
  }
}

/**
 * The object that `find` gives together with its open file. A change that comes in between moves
 * files: then it is looked up again, so that the bytes are always those that the object describes.
 */
export async function openObject(
  bucket: Bucket,
  find: () => StoredObject,
): Promise<{ readonly object: StoredObject; readonly handle: FileHandle }> {
  for (let attempt = 0; attempt < MAX_LOOKUPS; attempt++) {
    const object = await currentObject(bucket, find())
    const handle = await openedFile(bucket, object)
    if (handle === null) continue
    const stat = await handle.stat()
    const isTheSame =
      stat.size === object.byteLength && Math.floor(stat.mtimeMs) === object.fileTimeMs
    if (isTheSame) return { object, handle }
    await handle.close()
  }
  throw new S3Error('SlowDown')
}

function placed(bucket: Bucket, object: StoredObject): StoredObject {
  return bucket.files.exists(object.file) ? object : bucket.objects.placement.whereItIs(object)
}

/** Null when it is not there any more. */
async function openedFile(bucket: Bucket, object: StoredObject): Promise<FileHandle | null> {
  try {
    return await withPatience(() => open(bucket.files.absolute(object.file), 'r'))
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null
    throw error
  }
}
