import { S3_LIMITS } from '../../contract/limits.ts'
import { readDocument } from '../../local-bucket/auth/signed-body.ts'
import type { Call } from '../../local-bucket/bucket/context.ts'
import { S3Error } from '../../local-bucket/http/errors.ts'
import { wholeNumber } from '../../local-bucket/http/s3-request.ts'
import type { StoredUpload } from '../../local-bucket/index/upload-table.ts'
import { bareEtag } from '../../local-bucket/objects/conditions.ts'
import { checkedChecksumText, elementOfChecksum, headerOfChecksum } from './checksums.ts'
import type { ListedPart } from './named-parts.ts'
import type { Completion } from './upload-store.ts'
import { childrenOf, childText, parseXml, type XmlElement } from './xml.ts'

/** 10,000 parts with a checksum each stay below 4 MiB. */
const MAX_DOCUMENT_BYTES = 4 * 1024 * 1024

/** Reads Complete's document; which checksum counts is known once the upload is. */
export async function readCompletion(call: Call): Promise<(upload: StoredUpload) => Completion> {
  const { request, authorization } = call
  // Complete carries the object's checksum in the headers, not that of the document.
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
