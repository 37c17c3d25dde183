import type { Call } from '../bucket/context.ts'
import { isoTimeOf } from '../http/amz-time.ts'
import { elementOfChecksum } from '../http/checksums.ts'
import { S3Error } from '../http/errors.ts'
import { amzOwner, quoted, type Reply, xmlReply } from '../http/reply.ts'
import { wholeNumber } from '../http/s3-request.ts'
import { optionalNode, type XmlNode } from '../http/xml.ts'
import { keyBytes } from '../index/columns.ts'
import { listPage, nameEncoder, pageSize } from '../index/list-page.ts'
import type { StoredPart, StoredUpload } from '../index/upload-table.ts'
import { requestedUpload } from './multipart-operations.ts'

export async function listParts(call: Call): Promise<Reply> {
  const { bucket, request } = call
  const upload = requestedUpload(call)
  const limit = pageSize(request, 'max-parts')
  const after = wholeNumber(request.query.get('part-number-marker'), 'part-number-marker') ?? 0
  const found = bucket.uploads.table.parts(upload.uploadId, after, limit + 1)
  const parts = found.slice(0, limit)
  const last = parts.at(-1)?.partNumber ?? after
  const write = nameEncoder(request)
  const reply = xmlReply('ListPartsResult', [
    ['Bucket', bucket.name],
    ['Key', write(upload.key)],
    ['UploadId', upload.uploadId],
    amzOwner('Initiator'),
    amzOwner('Owner'),
    ['StorageClass', 'STANDARD'],
    ['PartNumberMarker', String(after)],
    ['NextPartNumberMarker', String(last)],
    ['MaxParts', String(limit)],
    ['IsTruncated', String(found.length > limit)],
    ...(upload.isExplicit
      ? [
          ['ChecksumAlgorithm', upload.algorithm] as const,
          ['ChecksumType', upload.checksumType] as const,
        ]
      : []),
    ...parts.map((part) => partNode(part, upload)),
  ])
  return reply
}

function partNode(part: StoredPart, upload: StoredUpload): XmlNode {
  return [
    'Part',
    [
      ['PartNumber', String(part.partNumber)],
      ['LastModified', isoTimeOf(part.modifiedMs)],
      ['ETag', quoted(part.etag)],
      ['Size', String(part.byteLength)],
      // S3 does not list checksums that the client did not ask for:
      // github.com/versity/versitygw/issues/1547
      optionalNode(elementOfChecksum(upload.algorithm), upload.isExplicit ? part.checksum : null),
    ],
  ]
}

export async function listMultipartUploads(call: Call): Promise<Reply> {
  const { bucket, request } = call
  const limit = pageSize(request, 'max-uploads')
  const write = nameEncoder(request)
  const query = (name: string) => request.query.get(name) ?? ''
  const [prefix, delimiter, keyMarker] = ['prefix', 'delimiter', 'key-marker'].map(query)
  const page = uploadPage(call, prefix ?? '', delimiter ?? '', limit)
  const last = page.uploads.at(-1)
  return xmlReply('ListMultipartUploadsResult', [
    ['Bucket', bucket.name],
    ['KeyMarker', write(keyMarker ?? '')],
    ['UploadIdMarker', query('upload-id-marker')],
    optionalNode('NextKeyMarker', page.isTruncated ? write(page.nextKey) : null),
    optionalNode('NextUploadIdMarker', page.isTruncated ? (last?.uploadId ?? '') : null),
    optionalNode('Delimiter', write(delimiter ?? '')),
    ['Prefix', write(prefix ?? '')],
    ['MaxUploads', String(limit)],
    optionalNode('EncodingType', request.query.get('encoding-type')),
    ['IsTruncated', String(page.isTruncated)],
    ...page.uploads.map((upload) => uploadNode(upload, write)),
    ...page.prefixes.map((each): XmlNode => ['CommonPrefixes', [['Prefix', write(each)]]]),
  ])
}

interface UploadPage {
  readonly uploads: readonly StoredUpload[]
  readonly prefixes: readonly string[]
  readonly isTruncated: boolean
  readonly nextKey: string
}

function uploadPage(call: Call, prefix: string, delimiter: string, limit: number): UploadPage {
  const { uploads } = call.bucket
  const keyMarker = call.request.query.get('key-marker') ?? ''
  const idMarker = call.request.query.get('upload-id-marker') ?? ''
  if (idMarker !== '' && uploads.table.find(idMarker) === null) {
    throw new S3Error('InvalidArgument', 'Invalid uploadId marker')
  }
  // Without an upload id the list continues after the marker's key; with one, after that upload.
  const begun = keyMarker === '' ? null : uploads.table.find(idMarker)
  const listed = listPage<StoredUpload>({
    prefix,
    delimiter,
    limit,
    marker: keyMarker,
    from: keyBytes(keyMarker === '' ? '' : `${keyMarker}\0`),
    read: ({ start, after }, count) => {
      const last = after ?? (start.equals(keyBytes(`${keyMarker}\0`)) ? begun : null)
      return last === null
        ? uploads.table.list(prefix, start, null, count)
        : uploads.table.list(prefix, keyBytes(last.key), last.uploadId, count)
    },
  })
  return {
    uploads: listed.items,
    prefixes: listed.prefixes,
    isTruncated: listed.isTruncated,
    nextKey: listed.last,
  }
}

function uploadNode(upload: StoredUpload, write: (name: string) => string): XmlNode {
  return [
    'Upload',
    [
      ['Key', write(upload.key)],
      ['UploadId', upload.uploadId],
      amzOwner('Initiator'),
      amzOwner('Owner'),
      ['StorageClass', 'STANDARD'],
      ['Initiated', isoTimeOf(upload.startedMs)],
      ...(upload.isExplicit
        ? [
            ['ChecksumAlgorithm', upload.algorithm] as const,
            ['ChecksumType', upload.checksumType] as const,
          ]
        : []),
    ],
  ]
}
