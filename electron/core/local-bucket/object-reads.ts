import { open } from 'node:fs/promises'
import { type ByteRange, byteRangeOf } from './byte-range.ts'
import { readVerdict } from './conditions.ts'
import type { Bucket, Call } from './context.ts'
import { currentObject } from './current-object.ts'
import { errnoOf, S3Error } from './errors.ts'
import { describingHeaders } from './object-headers.ts'
import { emptyReply, type Reply } from './reply.ts'
import { wholeNumber } from './s3-request.ts'
import type { StoredObject } from './stored-object.ts'

/** GetObject and HeadObject: one part of the object, a range of it, or the whole. */
export async function readObject(call: Call): Promise<Reply> {
  const { bucket, request } = call
  const versionId = request.query.get('versionId') ?? null
  const object = await currentObject(bucket, bucket.objects.find(request.key, versionId))
  if (readVerdict(request.headers, object) === 'not-modified') {
    const { 'Content-Type': _, ...headers } = describingHeaders(object, request, false)
    return emptyReply(304, headers)
  }
  const partNumber = wholeNumber(request.query.get('partNumber'), 'partNumber')
  const range =
    partNumber === null
      ? byteRangeOf(request.headers.get('range'), object.byteLength)
      : rangeOfPart(object, partNumber)
  const { start, end } = range ?? { start: 0, end: object.byteLength }
  const headers = {
    ...describingHeaders(object, request, range === null),
    'Content-Length': String(end - start),
    ...(range === null ? {} : { 'Content-Range': contentRange(range, object) }),
    ...(partNumber !== null && object.partBytes.length > 0
      ? { 'x-amz-mp-parts-count': String(object.partBytes.length) }
      : {}),
  }
  const status = range === null ? 200 : 206
  if (request.method === 'HEAD' || start === end) return emptyReply(status, headers)
  const handle = await openedFile(bucket, object)
  return { status, headers, body: { kind: 'file', handle, start, byteLength: end - start } }
}

async function openedFile(bucket: Bucket, object: StoredObject) {
  try {
    return await open(bucket.files.absolute(object.file), 'r')
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') throw new S3Error('NoSuchKey')
    throw error
  }
}

function rangeOfPart(object: StoredObject, partNumber: number): ByteRange | null {
  const lengths = object.partBytes.length > 0 ? object.partBytes : [object.byteLength]
  const byteLength = lengths[partNumber - 1]
  if (byteLength === undefined) {
    throw new S3Error('InvalidRange', 'The requested partnumber is not satisfiable')
  }
  if (object.byteLength === 0) return null
  const start = lengths.slice(0, partNumber - 1).reduce((sum, each) => sum + each, 0)
  return { start, end: start + byteLength }
}

function contentRange(range: ByteRange, object: StoredObject): string {
  return `bytes ${range.start}-${range.end - 1}/${object.byteLength}`
}
