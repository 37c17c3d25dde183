import type { CreateMultipartUploadCommandInput } from '@aws-sdk/client-s3'
import type { ChecksumAlgorithm } from '../../contract/checksum.ts'

/** The SDK's names for the checksums of parts and objects. */
interface ChecksumFields {
  readonly ChecksumCRC64NVME?: string | undefined
  readonly ChecksumCRC32C?: string | undefined
  readonly ChecksumSHA256?: string | undefined
}

/** The checksums that a store returned for a part or an object. */
export type StoreChecksums = { readonly [A in ChecksumAlgorithm]?: string }

const BYTES: Record<ChecksumAlgorithm, number> = { crc64nvme: 8, crc32c: 4, sha256: 32, md5: 16 }

/** Whether the text has the length of such a checksum, in canonical base64. */
export function isChecksumOf(algorithm: ChecksumAlgorithm, text: string): boolean {
  const bytes = Buffer.from(text, 'base64')
  return bytes.length === BYTES[algorithm] && bytes.toString('base64') === text
}

/** The header that carries a body's checksum. */
export function checksumHeader(algorithm: ChecksumAlgorithm): string {
  return algorithm === 'md5' ? 'content-md5' : `x-amz-checksum-${algorithm}`
}

/** The checksum as a field of a request or of Complete's part list. */
export function checksumField(algorithm: ChecksumAlgorithm, checksum: string) {
  switch (algorithm) {
    case 'crc64nvme':
      return { ChecksumCRC64NVME: checksum }
    case 'crc32c':
      return { ChecksumCRC32C: checksum }
    case 'sha256':
      return { ChecksumSHA256: checksum }
    case 'md5':
      return { ContentMD5: checksum }
  }
}

export function checksumsIn(fields: ChecksumFields): StoreChecksums {
  const { ChecksumCRC64NVME: crc64nvme, ChecksumCRC32C: crc32c, ChecksumSHA256: sha256 } = fields
  return {
    ...(crc64nvme === undefined ? {} : { crc64nvme }),
    ...(crc32c === undefined ? {} : { crc32c }),
    ...(sha256 === undefined ? {} : { sha256 }),
  }
}

/**
 * Stores and proxies differ in quotes and in the mark of a weak ETag, and proxies that compress add
 * a suffix: httpd.apache.org/docs/2.4/mod/mod_deflate.html#deflatealteretag
 */
export function bareEtag(etag: string): string {
  const bare = etag.trim().replace(/^W\//i, '').replaceAll('"', '')
  return bare.replace(/[-;:]+(gzip|br|deflate|zstd)$/i, '')
}

/** S3 gives every object an ETag; if no answer shows it, this stands in its place. */
export const NO_ETAG = '""'

/** The MD5, base64, that an ETag may be: 32 hex digits are an MD5, unless the store encrypts. */
export function md5OfEtag(etag: string): string | null {
  const bare = bareEtag(etag)
  return /^[0-9a-f]{32}$/i.test(bare) ? Buffer.from(bare, 'hex').toString('base64') : null
}

export type AnnouncedChecksums = Pick<
  CreateMultipartUploadCommandInput,
  'ChecksumAlgorithm' | 'ChecksumType'
>

/** The checksum fields of CreateMultipartUpload; `Content-MD5` is not announced. */
export function announcedChecksums(algorithm: ChecksumAlgorithm | null): AnnouncedChecksums {
  switch (algorithm) {
    case 'crc64nvme':
      return { ChecksumAlgorithm: 'CRC64NVME', ChecksumType: 'FULL_OBJECT' }
    case 'crc32c':
      return { ChecksumAlgorithm: 'CRC32C', ChecksumType: 'FULL_OBJECT' }
    case 'sha256':
      return { ChecksumAlgorithm: 'SHA256' }
    case 'md5':
    case null:
      return {}
  }
}
