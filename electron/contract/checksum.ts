import * as z from 'zod/mini'

/**
 * The checksums that a part can carry, strongest proof first. CRC64NVME is the one that S3 combines
 * over a whole object; `md5` is sent as `Content-MD5`.
 * Source: docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
 */
export const ChecksumAlgorithm = z.enum(['crc64nvme', 'crc32c', 'sha256', 'md5'])
export type ChecksumAlgorithm = z.infer<typeof ChecksumAlgorithm>

/** The cheapest CRC in addition to a checksum: the checksum itself, if it is a CRC. */
export function crcBeside(algorithm: ChecksumAlgorithm): 'crc64nvme' | 'crc32c' {
  return algorithm === 'crc32c' ? 'crc32c' : 'crc64nvme'
}

/** In S3's form: base64 of the big-endian value. All four have lengths that need a `=`. */
export const ChecksumText = z
  .string()
  .check(z.regex(/^(?:[A-Za-z0-9+/]{4}){1,10}[A-Za-z0-9+/]{2}(?:==|[A-Za-z0-9+/]=)$/))

/** The checksum that a store refuses when it is wrong; `none`: it verifies nothing. */
export const StoreIntegrity = z.enum([...ChecksumAlgorithm.options, 'none'])
export type StoreIntegrity = z.infer<typeof StoreIntegrity>

/** The facts that were verified about a finished object besides its length. */
export const Proof = z.discriminatedUnion('level', [
  /** The store's own checksum of the whole object is the file's. */
  z.strictObject({ level: z.literal('whole'), algorithm: ChecksumAlgorithm }),
  /** The store verified every part as it arrived, and holds them all. */
  z.strictObject({ level: z.literal('parts'), algorithm: ChecksumAlgorithm }),
  /** The store verifies nothing. */
  z.strictObject({ level: z.literal('none') }),
])
export type Proof = z.infer<typeof Proof>
