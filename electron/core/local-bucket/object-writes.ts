import { S3_LIMITS } from '../../contract/limits.ts'
import { receiveBody } from '../../local-bucket/auth/signed-body.ts'
import type { Call } from '../../local-bucket/bucket/context.ts'
import { S3Error } from '../../local-bucket/http/errors.ts'
import type { StoredObject } from '../../local-bucket/index/stored-object.ts'
import { headerOfChecksum } from './checksums.ts'
import { keptHeaders, versionHeader } from './object-headers.ts'
import { emptyReply, quoted, type Reply } from './reply.ts'
import { storeObject } from './store-object.ts'

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

/** Refuses keys that S3 cannot hold. Source: userguide/object-keys.html */
export function checkKey(key: string): void {
  const byteLength = Buffer.byteLength(key)
  if (byteLength > S3_LIMITS.maxKeyBytes) {
    throw new S3Error('KeyTooLongError', undefined, {
      Size: String(byteLength),
      MaxSizeAllowed: String(S3_LIMITS.maxKeyBytes),
    })
  }
}

/** What a finished write answers in headers. */
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
