import * as z from 'zod/mini'

/**
 * The checksums a part can travel with, strongest proof first. CRC64NVME is the one that S3
 * combines over a whole object; `md5` travels as `Content-MD5`.
 * Source: docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
 */
export const ChecksumAlgorithm = z.enum(['crc64nvme', 'crc32c', 'sha256', 'md5'])
export type ChecksumAlgorithm = z.infer<typeof ChecksumAlgorithm>

/** The CRC that costs least beside a checksum: its own, where that is one. */
export function crcBeside(algorithm: ChecksumAlgorithm): 'crc64nvme' | 'crc32c' {
  return algorithm === 'crc32c' ? 'crc32c' : 'crc64nvme'
}

/** As S3 writes it: base64 of the big-endian value; none of the four is as long as to need no `=`. */
export const ChecksumText = z
  .string()
  .check(z.regex(/^(?:[A-Za-z0-9+/]{4}){1,10}[A-Za-z0-9+/]{2}(?:==|[A-Za-z0-9+/]=)$/))

/** What a store was found to refuse when it is wrong; `none`: it takes whatever comes. */
export const StoreIntegrity = z.enum([...ChecksumAlgorithm.options, 'none'])
export type StoreIntegrity = z.infer<typeof StoreIntegrity>

/** What is known of a finished object beyond its length. */
export const Proof = z.discriminatedUnion('level', [
  /** The store's own checksum of the whole object is the file's. */
  z.strictObject({ level: z.literal('whole'), algorithm: ChecksumAlgorithm }),
  /** The store checked every part as it arrived, and holds them all. */
  z.strictObject({ level: z.literal('parts'), algorithm: ChecksumAlgorithm }),
  /** The store offers no check. */
  z.strictObject({ level: z.literal('none') }),
])
export type Proof = z.infer<typeof Proof>
