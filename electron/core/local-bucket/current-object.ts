import type { Bucket } from './context.ts'
import { S3Error } from './errors.ts'
import { hashedRange } from './hashed-copy.ts'
import type { StoredObject } from './stored-object.ts'

/**
 * The object as its file is now. The folder belongs to the person: a file that was taken away is
 * an object that is gone, and one that was changed has become another object, with an ETag and a
 * checksum of its own. A write that a crash cut between file and index heals the same way.
 */
export async function currentObject(bucket: Bucket, object: StoredObject): Promise<StoredObject> {
  const seen = bucket.files.look(object.file)
  if (seen === null) {
    bucket.objects.forget(object)
    throw new S3Error('NoSuchKey')
  }
  if (seen.byteLength === object.byteLength && seen.fileTimeMs === object.fileTimeMs) return object
  const whole = { start: 0, end: seen.byteLength }
  const digests = await hashedRange(
    bucket.files.absolute(object.file),
    whole,
    'CRC64NVME',
    async () => undefined,
  )
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
}
