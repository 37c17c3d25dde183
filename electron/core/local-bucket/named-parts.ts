import { createHash } from 'node:crypto'
import { S3_LIMITS } from '../../contract/limits.ts'
import { S3Error } from '../../local-bucket/http/errors.ts'
import type { StoredPart, StoredUpload } from '../../local-bucket/index/upload-table.ts'

/** One line of Complete's list. */
export interface ListedPart {
  readonly partNumber: number
  /** Without quotes. */
  readonly etag: string
  /** Of the upload's algorithm; null when the client did not send it. */
  readonly checksum: string | null
}

/**
 * The stored parts that the client named, once it named them rightly.
 * Source: docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html
 */
export function checkedParts(
  upload: StoredUpload,
  stored: readonly StoredPart[],
  named: readonly ListedPart[],
): StoredPart[] {
  const byNumber = new Map(stored.map((part) => [part.partNumber, part]))
  let before = 0
  const parts = named.map((each) => {
    if (each.partNumber <= before) throw new S3Error('InvalidPartOrder')
    before = each.partNumber
    const part = byNumber.get(each.partNumber)
    if (part === undefined || part.etag !== each.etag || hasOtherChecksum(each, part)) {
      throw new S3Error('InvalidPart', undefined, {
        UploadId: upload.uploadId,
        PartNumber: String(each.partNumber),
        ETag: each.etag.slice(0, 100),
      })
    }
    if (each.checksum === null && upload.isExplicit && upload.checksumType === 'COMPOSITE') {
      throw new S3Error(
        'InvalidRequest',
        `The upload was created using a ${upload.algorithm.toLowerCase()} checksum. The complete ` +
          'request must include the checksum for each part. It was missing for part ' +
          `${each.partNumber} in the request.`,
      )
    }
    return part
  })
  refuseSmall(parts)
  return parts
}

/** MD5 over the parts' MD5s, then how many they were. */
export function multipartEtag(parts: readonly StoredPart[]): string {
  const hash = createHash('md5')
  for (const part of parts) hash.update(part.etag, 'hex')
  return `${hash.digest('hex')}-${parts.length}`
}

function hasOtherChecksum(named: ListedPart, part: StoredPart): boolean {
  return named.checksum !== null && named.checksum !== part.checksum
}

function refuseSmall(parts: readonly StoredPart[]): void {
  const small = parts.slice(0, -1).find((part) => part.byteLength < S3_LIMITS.minPartBytes)
  if (small === undefined) return
  throw new S3Error('EntityTooSmall', undefined, {
    ProposedSize: String(small.byteLength),
    MinSizeAllowed: String(S3_LIMITS.minPartBytes),
    PartNumber: String(small.partNumber),
    ETag: small.etag,
  })
}
