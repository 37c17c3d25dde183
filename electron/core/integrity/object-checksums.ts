import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { CRC32C, type CrcKind, combinedCrc } from '../../lib/crc-combine.ts'

/** One part's own checksum, base64, and its length. */
export interface PartChecksum {
  readonly value: string
  readonly byteLength: number
}

/** The CRC of the whole object, base64, as if its bytes had been read in one go. */
export function fullObjectCrc(kind: CrcKind, parts: readonly PartChecksum[]): string {
  const total = parts.reduce(
    (crc, part) => combinedCrc(kind, crc, crcOf(part.value), part.byteLength),
    0n,
  )
  return Buffer.from(total.toString(16).padStart(kind.bits / 4, '0'), 'hex').toString('base64')
}

/**
 * S3's checksum of checksums: the checksum of the parts' concatenated checksums, and the number of
 * parts. Source:
 * docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
 */
export function compositeOf(
  algorithm: 'CRC32' | 'CRC32C' | 'CRC64NVME' | 'SHA1' | 'SHA256',
  parts: readonly PartChecksum[],
): string {
  return `${digestOf(algorithm, joined(parts))}-${parts.length}`
}

/** The ETag, without quotes, that S3 gives to a multipart object: MD5 over the parts' MD5s. */
export function etagOfParts(parts: readonly PartChecksum[]): string {
  return `${createHash('md5').update(joined(parts)).digest('hex')}-${parts.length}`
}

function joined(parts: readonly PartChecksum[]): Buffer {
  return Buffer.concat(parts.map((part) => Buffer.from(part.value, 'base64')))
}

function crcOf(base64: string): bigint {
  return BigInt(`0x${Buffer.from(base64, 'base64').toString('hex')}`)
}

/** Composite checksums are made of few bytes, so CRC32C is worked out bit by bit here. */
function digestOf(
  algorithm: 'CRC32' | 'CRC32C' | 'CRC64NVME' | 'SHA1' | 'SHA256',
  bytes: Buffer,
): string {
  if (algorithm === 'SHA1' || algorithm === 'SHA256') {
    return createHash(algorithm.toLowerCase()).update(bytes).digest('base64')
  }
  const value = Buffer.alloc(4)
  value.writeUInt32BE(algorithm === 'CRC32' ? crc32(bytes) : smallCrc32c(bytes))
  return value.toString('base64')
}

function smallCrc32c(bytes: Buffer): number {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) {
      crc = (crc & 1) === 1 ? (crc >>> 1) ^ Number(CRC32C.polynomial) : crc >>> 1
    }
  }
  return (crc ^ 0xffffffff) >>> 0
}
