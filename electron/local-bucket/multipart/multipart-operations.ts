import { S3_LIMITS } from '../../contract/limits.ts'
import { DEFAULT_ALGORITHM, readDocument, receiveBody } from '../auth/signed-body.ts'
import type { Call } from '../bucket/context.ts'
import {
  type Checksum,
  checkedChecksumText,
  checksumAlgorithmOf,
  checksumTypeOf,
  elementOfChecksum,
  headerOfChecksum,
} from '../http/checksums.ts'
import { S3Error } from '../http/errors.ts'
import { type DelayedDocument, emptyReply, quoted, type Reply, xmlReply } from '../http/reply.ts'
import { wholeNumber } from '../http/s3-request.ts'
import {
  childrenOf,
  childText,
  parseXml,
  type XmlElement,
  type XmlNode,
  xmlElement,
} from '../http/xml.ts'
import type { StoredUpload } from '../index/upload-table.ts'
import { bareEtag, writeConditionOf } from '../objects/conditions.ts'
import { keptHeaders, versionHeader } from '../objects/object-headers.ts'
import { checkKey, withIncomingFile } from '../objects/write-object.ts'
import type { Completion, ListedPart } from './upload-store.ts'

export async function createMultipartUpload(call: Call): Promise<Reply> {
  const { bucket, request } = call
  checkKey(request.key)
  const wanted = request.headers.get('x-amz-checksum-algorithm')
  const wantedType = request.headers.get('x-amz-checksum-type') ?? null
  if (wanted === undefined && wantedType !== null) {
    throw new S3Error(
      'InvalidRequest',
      'The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.',
    )
  }
  const algorithm = wanted === undefined ? DEFAULT_ALGORITHM : checksumAlgorithmOf(wanted)
  const checksumType = checksumTypeOf(algorithm, wantedType)
  const upload = bucket.uploads.begin({
    key: request.key,
    headers: keptHeaders(request.headers),
    algorithm,
    checksumType,
    isExplicit: wanted !== undefined,
  })
  const reply = xmlReply('InitiateMultipartUploadResult', [
    ['Bucket', bucket.name],
    ['Key', request.key],
    ['UploadId', upload.uploadId],
  ])
  if (!upload.isExplicit) return reply
  const chosen = { 'x-amz-checksum-algorithm': algorithm, 'x-amz-checksum-type': checksumType }
  return { ...reply, headers: { ...reply.headers, ...chosen } }
}

export async function uploadPart(call: Call): Promise<Reply> {
  const { bucket, request, authorization, body } = call
  const partNumber = partNumberOf(call)
  const upload = requestedUpload(call)
  checkAlgorithm(call, upload)
  return withIncomingFile(
    bucket.files,
    (write) => receiveBody(request, authorization, body, write, upload.algorithm),
    async (file, { byteLength, md5, checksum, confirmed }) => {
      const part = await bucket.uploads.putPart(
        request.key,
        upload.uploadId,
        { partNumber, byteLength, etag: md5.toString('hex'), checksum: checksum.value },
        file,
      )
      return emptyReply(200, {
        ETag: quoted(part.etag),
        [headerOfChecksum(confirmed.algorithm)]: confirmed.value,
      })
    },
  )
}

export async function abortMultipartUpload(call: Call): Promise<Reply> {
  await call.bucket.uploads.abort(call.request.key, requestedUpload(call).uploadId)
  return emptyReply(204)
}

export async function completeMultipartUpload(call: Call): Promise<Reply> {
  const { bucket, request } = call
  const uploadId = request.query.get('uploadId') ?? ''
  bucket.uploads.findCompletable(request.key, uploadId)
  const completion = await readCompletion(call)
  while (bucket.uploads.joining(uploadId) !== undefined) await bucket.uploads.joining(uploadId)
  const upload = bucket.uploads.findCompletable(request.key, uploadId)
  if (upload.result !== null) return delayedReply(call, Promise.resolve(resultOf(upload.result)))
  const write = bucket.objects.beginWrite(request.key, writeConditionOf(request.headers))
  try {
    const join = bucket.uploads.prepareCompletion(upload, write, completion(upload))
    return delayedReply(
      call,
      join().finally(() => bucket.objects.endWrite(write)),
    )
  } catch (error) {
    bucket.objects.endWrite(write)
    throw error
  }
}

interface CompletedObject {
  readonly etag: string
  readonly versionId: string
  readonly checksum: Checksum | null
}

function resultOf(json: string): CompletedObject {
  return JSON.parse(json) as CompletedObject
}

function delayedReply(call: Call, completed: Promise<CompletedObject>): Reply {
  const answer = completed.then((object) => completionDocument(call, object))
  return { status: 200, headers: {}, body: { kind: 'slow', answer } }
}

function completionDocument(call: Call, object: CompletedObject): DelayedDocument {
  const { bucket, request } = call
  const path = request.key.split('/').map(encodeURIComponent).join('/')
  const { checksum } = object
  return {
    headers: versionHeader(object),
    element: xmlElement('CompleteMultipartUploadResult', [
      ['Location', `${bucket.endpoint()}/${bucket.name}/${path}`],
      ['Bucket', bucket.name],
      ['Key', request.key],
      ['ETag', quoted(object.etag)],
      ...checksumNodes(checksum),
    ]),
  }
}

export function checksumNodes(checksum: Checksum | null): XmlNode[] {
  if (checksum === null) return []
  return [
    [elementOfChecksum(checksum.algorithm), checksum.value],
    ['ChecksumType', checksum.type],
  ]
}

export function requestedUpload(call: Call): StoredUpload {
  return call.bucket.uploads.find(call.request.key, call.request.query.get('uploadId') ?? '')
}

export function partNumberOf(call: Call): number {
  const partNumber = wholeNumber(call.request.query.get('partNumber'), 'partNumber') ?? 0
  if (partNumber < 1 || partNumber > S3_LIMITS.maxPartCount) {
    throw new S3Error(
      'InvalidArgument',
      `Part number must be an integer between 1 and ${S3_LIMITS.maxPartCount}, inclusive`,
      { ArgumentName: 'partNumber' },
    )
  }
  return partNumber
}

/**
 * A part must use the checksum algorithm of its upload; it may omit the checksum only where S3
 * computes one for the whole object by itself. This is how AWS was seen to answer:
 * github.com/floci-io/floci/pull/3093, github.com/versity/versitygw/issues/1342.
 */
function checkAlgorithm(call: Call, upload: StoredUpload): void {
  if (!upload.isExplicit) return
  const expected = upload.algorithm.toLowerCase()
  const sent = [...call.request.headers]
    .map(([name, value]) => (name === 'x-amz-trailer' ? value.toLowerCase() : name))
    .filter((name) => /^x-amz-checksum-(crc|sha)/.test(name))
    .map((name) => name.slice('x-amz-checksum-'.length))
  const other = sent.find((each) => each !== expected) ?? null
  const isMissing = sent.length === 0 && upload.checksumType === 'COMPOSITE'
  if (other === null && !isMissing) return
  throw new S3Error(
    'InvalidRequest',
    `Checksum Type mismatch occurred, expected checksum Type: ${expected}, ` +
      `actual checksum Type: ${other}`,
  )
}

/** 10,000 parts with one checksum each need less than 4 MiB. */
const MAX_DOCUMENT_BYTES = 4 * 1024 * 1024

/**
 * Reads the document of CompleteMultipartUpload. The result takes the upload, because the upload
 * determines which checksum applies.
 */
async function readCompletion(call: Call): Promise<(upload: StoredUpload) => Completion> {
  const { request, authorization } = call
  // The checksum headers describe the object, not this document.
  const { headers, ...rest } = request
  const own = new Map([...headers].filter(([name]) => !name.startsWith('x-amz-checksum-')))
  const document = { ...rest, headers: own }
  const bytes = await readDocument(document, authorization, call.body, MAX_DOCUMENT_BYTES)
  const lines = childrenOf(parseXml(bytes, 'CompleteMultipartUpload'), 'Part')
  if (lines.length === 0 || lines.length > S3_LIMITS.maxPartCount) throw new S3Error('MalformedXML')
  const expectedBytes = wholeNumber(headers.get('x-amz-mp-object-size'), 'x-amz-mp-object-size')
  return (upload) => ({
    parts: lines.map((line) => listedPart(line, upload)),
    expectedBytes,
    expectedChecksum: expectedChecksum(headers, upload),
  })
}

function listedPart(line: XmlElement, upload: StoredUpload): ListedPart {
  const partNumber = childText(line, 'PartNumber')
  const etag = childText(line, 'ETag')
  if (partNumber === null || !/^\d{1,9}$/.test(partNumber) || etag === null) {
    throw new S3Error('MalformedXML')
  }
  return {
    partNumber: Number(partNumber),
    etag: bareEtag(etag),
    checksum: childText(line, elementOfChecksum(upload.algorithm)),
  }
}

function expectedChecksum(
  headers: ReadonlyMap<string, string>,
  upload: StoredUpload,
): string | null {
  const type = headers.get('x-amz-checksum-type')
  if (type !== undefined && type !== upload.checksumType) {
    throw new S3Error(
      'InvalidRequest',
      'The checksum type of the complete request is not that of the upload.',
    )
  }
  const value = headers.get(headerOfChecksum(upload.algorithm))
  if (value === undefined) return null
  return upload.checksumType === 'COMPOSITE' ? value : checkedChecksumText(upload.algorithm, value)
}
