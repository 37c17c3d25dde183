import { type FileHandle, open } from 'node:fs/promises'
import { retryWhileHeld } from '../../files/replace-file.ts'
import type { Bucket, Call } from '../bucket/context.ts'
import { type BodyChecksums, type ChecksumAlgorithm, startChecksums } from '../http/checksums.ts'
import { errnoOf, S3Error } from '../http/errors.ts'
import { emptyReply, type Reply, xmlReply } from '../http/reply.ts'
import { wholeNumber } from '../http/s3-request.ts'
import type { XmlNode } from '../http/xml.ts'
import type { StoredObject } from '../index/stored-object.ts'
import { checkReadConditions } from './conditions.ts'
import { describingHeaders, tagsOf, versionHeader } from './object-headers.ts'

/** GetObject and HeadObject: one part, a range or the whole object. */
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

/** The answer without its body, and the range of the body; null when there is none. */
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

/** Half open: `end` is the first byte after the range. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/**
 * Parses a `Range` header for an object of this length. Null means to send the whole object, which
 * is also S3's answer to several ranges and to headers that it cannot parse (RFC 9110 section
 * 14.2).
 */
export function byteRangeOf(header: string | undefined, byteLength: number): ByteRange | null {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.replaceAll(' ', '') ?? '')
  if (match === null) return null
  const [, first, last] = match
  if (first === '' && last === '') return null
  if (first === '' || first === undefined) return lastBytes(Number(last), byteLength)
  const start = Number(first)
  const end = last === '' ? byteLength : Math.min(byteLength, Number(last) + 1)
  if (last !== '' && Number(last) < start) return null
  if (start >= byteLength) throw unsatisfiable(header, byteLength)
  return { start, end }
}

function lastBytes(count: number, byteLength: number): ByteRange {
  if (count === 0 || byteLength === 0) throw unsatisfiable(`bytes=-${count}`, byteLength)
  return { start: Math.max(0, byteLength - count), end: byteLength }
}

function unsatisfiable(header: string | undefined, byteLength: number): S3Error {
  return new S3Error(
    'InvalidRange',
    undefined,
    { RangeRequested: header ?? '', ActualObjectSize: String(byteLength) },
    { 'Content-Range': `bytes */${byteLength}` },
  )
}

/** How often an object is looked up again when its file moves between lookup and opening. */
const MAX_LOOKUPS = 5

/**
 * Describes the object as its file is now, because the user may change the folder: a deleted file
 * means that the object is gone, and a changed file is a different object with its own ETag and
 * checksum.
 */
async function currentObject(bucket: Bucket, known: StoredObject): Promise<StoredObject> {
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
 * Opens the file of the object that `find` returns. If a change moves the file in between, the
 * object is looked up again, so the bytes always match the description.
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

/** Null when the file no longer exists. */
async function openedFile(bucket: Bucket, object: StoredObject): Promise<FileHandle | null> {
  try {
    return await retryWhileHeld(() => open(bucket.files.absolute(object.file), 'r'))
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null
    throw error
  }
}

const READ_BYTES = 1024 * 1024

/** Hashes a range of an open file and passes each chunk to `take`. */
export async function hashedRange(
  source: FileHandle,
  range: ByteRange,
  algorithm: ChecksumAlgorithm,
  take: (piece: Buffer) => Promise<void>,
): Promise<BodyChecksums> {
  const digests = await startChecksums(algorithm)
  if (range.end > range.start) {
    const { start, end } = range
    const pieces: AsyncIterable<Buffer> = source.createReadStream({
      start,
      end: end - 1,
      highWaterMark: READ_BYTES,
      autoClose: false,
    })
    for await (const piece of pieces) {
      const taking = take(piece)
      digests.update(piece)
      await taking
    }
  }
  return digests.finish()
}

export async function getObjectTagging(call: Call): Promise<Reply> {
  const { bucket, request } = call
  const versionId = request.query.get('versionId') ?? null
  const object = await currentObject(bucket, bucket.objects.find(request.key, versionId))
  const reply = xmlReply('Tagging', [['TagSet', tagsOf(object.headers).map(tagNode)]])
  return { ...reply, headers: { ...reply.headers, ...versionHeader(object) } }
}

function tagNode([name, value]: [name: string, value: string]): XmlNode {
  return [
    'Tag',
    [
      ['Key', name],
      ['Value', value],
    ],
  ]
}
