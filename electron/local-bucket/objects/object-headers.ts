import { httpTimeOf } from '../http/amz-time.ts'
import { headerOfChecksum } from '../http/checksums.ts'
import { S3Error } from '../http/errors.ts'
import { browserSafetyHeaders, quoted } from '../http/reply.ts'
import { headerText, type S3Request } from '../http/s3-request.ts'
import { NULL_VERSION, type StoredObject } from '../index/stored-object.ts'

const KEPT = [
  ['content-type', 'Content-Type'],
  ['content-disposition', 'Content-Disposition'],
  ['content-encoding', 'Content-Encoding'],
  ['content-language', 'Content-Language'],
  ['cache-control', 'Cache-Control'],
  ['expires', 'Expires'],
  ['x-amz-website-redirect-location', 'x-amz-website-redirect-location'],
] as const
const OWNERS_ACLS = new Set(['private', 'bucket-owner-full-control'])
const METADATA = 'x-amz-meta-'
const MAX_METADATA_BYTES = 2048

/** Headers of a write that are stored with the object and sent with it. */
export function keptHeaders(headers: ReadonlyMap<string, string>): Record<string, string> {
  refuseUnsupported(headers)
  const kept: Record<string, string> = {}
  for (const [name, written] of KEPT) {
    const value = headers.get(name)
    if (value !== undefined && value !== '') kept[written] = value
  }
  // `aws-chunked` frames the request and is not an encoding of the object.
  const encodings = kept['Content-Encoding']?.split(',').map((each) => each.trim())
  const own = encodings?.filter((each) => each !== 'aws-chunked').join(',')
  if (own === '') delete kept['Content-Encoding']
  else if (own !== undefined) kept['Content-Encoding'] = own
  return { ...kept, ...userMetadata(headers), ...tagsIn(headers) }
}

/** Source for the limit: docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html */
function userMetadata(headers: ReadonlyMap<string, string>): Record<string, string> {
  const metadata: Record<string, string> = {}
  let byteLength = 0
  for (const [name, value] of headers) {
    if (!name.startsWith(METADATA)) continue
    if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(name)) throw new S3Error('InvalidArgument')
    byteLength += name.length - METADATA.length + value.length
    metadata[name] = value
  }
  if (byteLength > MAX_METADATA_BYTES) {
    throw new S3Error('MetadataTooLarge', undefined, {
      Size: String(byteLength),
      MaxSizeAllowed: String(MAX_METADATA_BYTES),
    })
  }
  return metadata
}

/**
 * Refuses what would otherwise be promised silently: encryption, object locks and access for others
 * are not supported. Source for the canned ACLs of a bucket without ACLs:
 * userguide/about-object-ownership.html
 */
function refuseUnsupported(headers: ReadonlyMap<string, string>): void {
  const storageClass = headers.get('x-amz-storage-class')
  if (storageClass !== undefined && storageClass !== 'STANDARD') {
    throw new S3Error('InvalidStorageClass')
  }
  const acl = headers.get('x-amz-acl')
  if (acl !== undefined && !OWNERS_ACLS.has(acl)) {
    throw new S3Error('AccessControlListNotSupported')
  }
  for (const name of headers.keys()) {
    if (/^x-amz-(server-side-encryption|object-lock|grant-|write-offset)/.test(name)) {
      throw new S3Error(
        'NotImplemented',
        'A header you provided implies functionality that is not implemented',
        { Header: name },
      )
    }
  }
}

/** The headers that describe the object in a GET or HEAD. */
export function describingHeaders(
  object: StoredObject,
  request: S3Request,
  wholeIsSent: boolean,
): Record<string, string> {
  const { tags, others } = splitTags(object.headers)
  const headers: Record<string, string> = {
    'Accept-Ranges': 'bytes',
    'Last-Modified': httpTimeOf(object.modifiedMs),
    ETag: quoted(object.etag),
    'Content-Type': 'binary/octet-stream',
    ...others,
    ...tagCount(tags),
    ...versionHeader(object),
  }
  const { checksum } = object
  if (
    checksum !== null &&
    wholeIsSent &&
    request.headers.get('x-amz-checksum-mode') !== undefined
  ) {
    headers[headerOfChecksum(checksum.algorithm)] = checksum.value
    headers['x-amz-checksum-type'] = checksum.type
  }
  overrideHeaders(headers, request.query)
  return { ...headers, ...browserSafetyHeaders(headers['Content-Type'] ?? '') }
}

export function versionHeader(object: Pick<StoredObject, 'versionId'>): Record<string, string> {
  return object.versionId === NULL_VERSION ? {} : { 'x-amz-version-id': object.versionId }
}

/** Applies `response-content-type` and similar parameters, which only signed requests may carry. */
function overrideHeaders(
  headers: Record<string, string>,
  query: ReadonlyMap<string, string>,
): void {
  for (const [name, written] of KEPT) {
    const value = query.get(`response-${name}`)
    if (value === undefined) continue
    headers[written] = headerText(value)
  }
}

type Headers = Readonly<Record<string, string>>

/** A tag set is stored unparsed among the object's headers; GET returns only the number of tags. */
const TAGGING = 'x-amz-tagging'
const MAX_TAGS = 10
const MAX_NAME = 128
const MAX_VALUE = 256
/** Source: docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html */
const TEXT = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u

/** Reads the tags of a write and refuses those that S3 refuses. */
export function tagsIn(headers: ReadonlyMap<string, string>): Record<string, string> {
  const tagging = headers.get(TAGGING) ?? ''
  const tags = parsedTags(tagging)
  if (tags.length > MAX_TAGS) {
    throw new S3Error('BadRequest', 'Object tags cannot be greater than 10')
  }
  const names = tags.map(([name]) => name)
  const isTwice = new Set(names).size < names.length
  const isOdd = tags.some(([name, value]) => {
    const isLong = name.length > MAX_NAME || value.length > MAX_VALUE
    return name === '' || isLong || !TEXT.test(name) || !TEXT.test(value) || /^aws:/i.test(name)
  })
  if (isOdd) throw new S3Error('InvalidTag')
  if (isTwice) throw new S3Error('InvalidTag', 'Cannot provide multiple Tags with the same key')
  return tags.length === 0 ? {} : { [TAGGING]: tagging }
}

/** Splits an object's stored headers into tags and others. */
export function splitTags(kept: Headers): { readonly tags: Headers; readonly others: Headers } {
  const { [TAGGING]: tagging, ...others } = kept
  return { tags: tagging === undefined ? {} : { [TAGGING]: tagging }, others }
}

function tagCount(tags: Headers): Record<string, string> {
  const { length } = tagsOf(tags)
  return length === 0 ? {} : { 'x-amz-tagging-count': String(length) }
}

export function tagsOf(kept: Headers): [name: string, value: string][] {
  return parsedTags(kept[TAGGING] ?? '')
}

function parsedTags(tagging: string): [name: string, value: string][] {
  return [...new URLSearchParams(tagging)]
}
