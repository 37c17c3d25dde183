import type { Call } from '../../local-bucket/bucket/context.ts'
import { S3Error } from '../../local-bucket/http/errors.ts'
import { wholeNumber } from '../../local-bucket/http/s3-request.ts'
import type { StoredObject } from '../../local-bucket/index/stored-object.ts'
import { checkReadConditions } from '../../local-bucket/objects/conditions.ts'
import { type ByteRange, byteRangeOf } from './byte-range.ts'
import { currentObject, openObject } from './current-object.ts'
import { describingHeaders } from './object-headers.ts'
import { emptyReply, type Reply } from './reply.ts'

/** GetObject and HeadObject: one part of the object, a range of it, or the whole. */
export async function readObject(call: Call): Promise<Reply> {
  const { bucket, request } = call
  const versionId = request.query.get('versionId') ?? null
  const find = () => bucket.objects.find(request.key, versionId)
  if (request.method === 'HEAD') return described(call, await currentObject(bucket, find())).reply
  const { object, handle } = await openObject(bucket, find)
  let isSent = false
  try {
    const { reply, range } = described(call, object)
    if (range === null) return reply
    isSent = true
    const { start, end } = range
    return { ...reply, body: { kind: 'file', handle, start, byteLength: end - start } }
  } finally {
    if (!isSent) await handle.close()
  }
}

/** The answer without its bytes, and which bytes they are; null: there are none. */
function described(
  { request }: Call,
  object: StoredObject,
): { readonly reply: Reply; readonly range: ByteRange | null } {
  if (checkReadConditions(request.headers, object) === 'not-modified') {
    const { 'Content-Type': _, ...headers } = describingHeaders(object, request, false)
    return { reply: emptyReply(304, headers), range: null }
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
  const reply = emptyReply(range === null ? 200 : 206, headers)
  return { reply, range: start === end ? null : { start, end } }
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
