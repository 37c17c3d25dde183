import { S3_LIMITS } from '../../contract/limits.ts'
import { DEFAULT_ALGORITHM, receiveBody } from '../../local-bucket/auth/signed-body.ts'
import type { Call } from '../../local-bucket/bucket/context.ts'
import { S3Error } from '../../local-bucket/http/errors.ts'
import { wholeNumber } from '../../local-bucket/http/s3-request.ts'
import type { StoredUpload } from '../../local-bucket/index/upload-table.ts'
import { writeConditionOf } from '../../local-bucket/objects/conditions.ts'
import {
  type Checksum,
  checksumAlgorithmOf,
  checksumTypeOf,
  elementOfChecksum,
  headerOfChecksum,
} from './checksums.ts'
import { readCompletion } from './completion-document.ts'
import { withIncomingFile } from './incoming-file.ts'
import { keptHeaders, versionHeader } from './object-headers.ts'
import { checkKey } from './object-writes.ts'
import { type DelayedDocument, emptyReply, quoted, type Reply, xmlReply } from './reply.ts'
import { type XmlNode, xmlElement } from './xml.ts'

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

/** Reads what `UploadStore` wrote itself. */
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
 * A part brings the checksum that its upload began with and no other; it may leave it out only
 * where S3 computes it for the whole object by itself. As AWS was seen to answer:
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
