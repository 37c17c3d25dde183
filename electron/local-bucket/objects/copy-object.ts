import type { FileHandle } from 'node:fs/promises'
import { DEFAULT_ALGORITHM } from '../auth/signed-body.ts'
import type { Call } from '../bucket/context.ts'
import { isoTimeOf } from '../http/amz-time.ts'
import { checksumAlgorithmOf, elementOfChecksum } from '../http/checksums.ts'
import { S3Error } from '../http/errors.ts'
import { quoted, type Reply, xmlReply } from '../http/reply.ts'
import type { S3Request } from '../http/s3-request.ts'
import { NULL_VERSION, type StoredObject } from '../index/stored-object.ts'
import { checksumNodes, partNumberOf, requestedUpload } from '../multipart/multipart-operations.ts'
import { isEtagListed } from './conditions.ts'
import { keptHeaders, splitTags, tagsIn, versionHeader } from './object-headers.ts'
import { byteRangeOf, hashedRange, openObject } from './read-object.ts'
import { checkKey, storeObject, withIncomingFile } from './write-object.ts'

export async function copyObject(call: Call): Promise<Reply> {
  checkKey(call.request.key)
  return withSource(call, (source, handle) => copyOf(call, source, handle))
}

async function copyOf(call: Call, source: StoredObject, handle: FileHandle): Promise<Reply> {
  const { bucket, request } = call
  const directive = request.headers.get('x-amz-metadata-directive') ?? 'COPY'
  if (directive !== 'COPY' && directive !== 'REPLACE') {
    throw new S3Error('InvalidArgument', 'Unknown metadata directive.')
  }
  if (directive === 'COPY' && source.key === request.key && source.isLatest) {
    throw new S3Error(
      'InvalidRequest',
      'This copy request is illegal because it is trying to copy an object to itself without ' +
        "changing the object's metadata, storage class, website redirect location or encryption " +
        'attributes.',
    )
  }
  const wanted = request.headers.get('x-amz-checksum-algorithm')
  const algorithm =
    wanted === undefined
      ? (source.checksum?.algorithm ?? DEFAULT_ALGORITHM)
      : checksumAlgorithmOf(wanted)
  const whole = { start: 0, end: source.byteLength }
  const stored = await storeObject(bucket, {
    key: request.key,
    conditions: request.headers,
    headers: copiedHeaders(source, request, directive),
    fill: (take) => hashedRange(handle, whole, algorithm, take),
  })
  return copyReply(source, stored)
}

/** Metadata and tags are copied or replaced independently. */
function copiedHeaders(
  source: StoredObject,
  { headers }: S3Request,
  directive: 'COPY' | 'REPLACE',
): Record<string, string> {
  const before = splitTags(source.headers)
  const { others } = directive === 'COPY' ? before : splitTags(keptHeaders(headers))
  const isReplaced = headers.get('x-amz-tagging-directive') === 'REPLACE'
  return { ...others, ...(isReplaced ? tagsIn(headers) : before.tags) }
}

function copyReply(source: StoredObject, stored: StoredObject): Reply {
  const reply = xmlReply('CopyObjectResult', [
    ['LastModified', isoTimeOf(stored.modifiedMs)],
    ['ETag', quoted(stored.etag)],
    ...checksumNodes(stored.checksum),
  ])
  return {
    ...reply,
    headers: { ...reply.headers, ...versionHeader(stored), ...sourceVersion(source) },
  }
}

export async function uploadPartCopy(call: Call): Promise<Reply> {
  const { bucket, request } = call
  const partNumber = partNumberOf(call)
  const upload = requestedUpload(call)
  return withSource(call, async (source, handle) => {
    const wanted = request.headers.get('x-amz-copy-source-range')
    const range = wanted === undefined ? null : byteRangeOf(wanted, source.byteLength)
    if (wanted !== undefined && range === null) {
      throw new S3Error(
        'InvalidArgument',
        'The x-amz-copy-source-range value must be bytes=first-last',
      )
    }
    const copied = range ?? { start: 0, end: source.byteLength }
    const part = await withIncomingFile(
      bucket.files,
      (take) => hashedRange(handle, copied, upload.algorithm, take),
      (file, { byteLength, md5, checksum }) =>
        bucket.uploads.putPart(
          request.key,
          upload.uploadId,
          { partNumber, byteLength, etag: md5.toString('hex'), checksum: checksum.value },
          file,
        ),
    )
    const reply = xmlReply('CopyPartResult', [
      ['LastModified', isoTimeOf(part.modifiedMs)],
      ['ETag', quoted(part.etag)],
      [elementOfChecksum(upload.algorithm), part.checksum],
    ])
    return { ...reply, headers: { ...reply.headers, ...sourceVersion(source) } }
  })
}

/** Opens the object named by `x-amz-copy-source` after checking the source conditions. */
async function withSource(
  { bucket, request }: Call,
  copy: (source: StoredObject, handle: FileHandle) => Promise<Reply>,
): Promise<Reply> {
  const text = request.headers.get('x-amz-copy-source') ?? ''
  const match = /^\/?([^/?]+)\/([^?]+)(?:\?versionId=([A-Za-z0-9]+))?$/.exec(text)
  if (match === null) throw invalidSource()
  const [, name, path, versionId] = match
  if (unescaped(name ?? '') !== bucket.name) throw new S3Error('NoSuchBucket')
  const key = unescaped(path ?? '')
  const { object, handle } = await openObject(bucket, () => {
    const found = bucket.objects.find(key, versionId ?? null)
    checkSourceConditions(request.headers, found)
    return found
  })
  try {
    return await copy(object, handle)
  } finally {
    await handle.close()
  }
}

function checkSourceConditions(headers: ReadonlyMap<string, string>, source: StoredObject): void {
  const ifMatch = headers.get('x-amz-copy-source-if-match')
  const ifNoneMatch = headers.get('x-amz-copy-source-if-none-match')
  const isWrong = ifMatch !== undefined && !isEtagListed(ifMatch, source.etag)
  const isSame = ifNoneMatch !== undefined && isEtagListed(ifNoneMatch, source.etag)
  const since = (name: string) => Date.parse(headers.get(`x-amz-copy-source-if-${name}`) ?? '')
  // HTTP dates have whole seconds. A missing date parses to NaN, which never compares as true.
  const modifiedMs = Math.floor(source.modifiedMs / 1000) * 1000
  const isNewer = ifMatch === undefined && modifiedMs > since('unmodified-since')
  const isOlder = ifNoneMatch === undefined && modifiedMs <= since('modified-since')
  if (isWrong || isSame || isNewer || isOlder) throw new S3Error('PreconditionFailed')
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw invalidSource()
  }
}

function invalidSource(): S3Error {
  return new S3Error(
    'InvalidArgument',
    'Copy Source must mention the source bucket and key: sourcebucket/sourcekey',
  )
}

function sourceVersion(source: StoredObject): Record<string, string> {
  return source.versionId === NULL_VERSION
    ? {}
    : { 'x-amz-copy-source-version-id': source.versionId }
}
