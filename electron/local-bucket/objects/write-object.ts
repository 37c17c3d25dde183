import { type FileHandle, open } from 'node:fs/promises'
import { S3_LIMITS } from '../../contract/limits.ts'
import { receiveBody } from '../auth/signed-body.ts'
import type { Bucket, Call } from '../bucket/context.ts'
import { type BodyChecksums, headerOfChecksum } from '../http/checksums.ts'
import { S3Error } from '../http/errors.ts'
import { emptyReply, quoted, type Reply } from '../http/reply.ts'
import type { StoredObject } from '../index/stored-object.ts'
import { writeConditionOf } from './conditions.ts'
import type { ObjectFiles } from './object-files.ts'
import { keptHeaders, versionHeader } from './object-headers.ts'

export async function putObject(call: Call): Promise<Reply> {
  const { bucket, request, authorization, body } = call
  checkKey(request.key)
  const stray = ['partNumber', 'versionId'].find((name) => request.query.has(name))
  if (stray !== undefined) {
    throw new S3Error('InvalidArgument', `This operation does not accept a ${stray}.`)
  }
  const stored = await storeObject(bucket, {
    key: request.key,
    conditions: request.headers,
    headers: keptHeaders(request.headers),
    fill: (take) => receiveBody(request, authorization, body, take),
  })
  return emptyReply(200, writtenHeaders(stored))
}

export async function deleteObject(call: Call): Promise<Reply> {
  const { bucket, request } = call
  const deletion = await bucket.objects.remove(request.key, request.query.get('versionId') ?? null)
  if (deletion === null) return emptyReply(204)
  return emptyReply(204, {
    ...versionHeader(deletion),
    ...(deletion.isMarker ? { 'x-amz-delete-marker': 'true' } : {}),
  })
}

/** Refuses keys that S3 cannot store. Source: userguide/object-keys.html */
export function checkKey(key: string): void {
  const byteLength = Buffer.byteLength(key)
  if (byteLength > S3_LIMITS.maxKeyBytes) {
    throw new S3Error('KeyTooLongError', undefined, {
      Size: String(byteLength),
      MaxSizeAllowed: String(S3_LIMITS.maxKeyBytes),
    })
  }
}

/** The headers of the answer to a finished write. */
export function writtenHeaders(stored: StoredObject): Record<string, string> {
  return {
    ETag: quoted(stored.etag),
    ...versionHeader(stored),
    ...(stored.checksum === null
      ? {}
      : {
          [headerOfChecksum(stored.checksum.algorithm)]: stored.checksum.value,
          'x-amz-checksum-type': stored.checksum.type,
        }),
  }
}

export interface ObjectSource {
  readonly key: string
  /** The headers or form fields that hold the write's conditions. */
  readonly conditions: ReadonlyMap<string, string>
  /** Stored with the object. */
  readonly headers: Record<string, string>
  /** Passes all bytes to `take`, and rejects when they differ from what was announced. */
  readonly fill: (take: (piece: Buffer) => Promise<void>) => Promise<BodyChecksums>
}

/** Stores an object whose bytes arrive in one request. Nothing changes when `fill` rejects. */
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

/**
 * Creates a work file, lets `fill` write it, and lets `use` turn it into an object or a part. The
 * file is deleted when either fails: an incomplete, wrong or too large body, or a condition that
 * does not hold.
 */
export async function withIncomingFile<T, R>(
  files: ObjectFiles,
  fill: (write: (piece: Buffer) => Promise<void>) => Promise<T>,
  use: (file: string, filled: T) => Promise<R>,
): Promise<R> {
  const file = files.newWorkFile()
  try {
    const handle = await open(files.absolute(file), 'wx', 0o600)
    let filled: T
    try {
      filled = await fill((piece) => writeWhole(handle, piece))
    } finally {
      await handle.close()
    }
    return await use(file, filled)
  } catch (error) {
    await files.remove(file)
    throw error
  }
}

/** A single `write` may write fewer bytes than it was given. */
async function writeWhole(handle: FileHandle, piece: Buffer): Promise<void> {
  for (let done = 0; done < piece.length; ) {
    const { bytesWritten } = await handle.write(piece, done)
    done += bytesWritten
  }
}
