import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { createCRC32, createCRC64, type IHasher } from 'hash-wasm'
import { CRC32, CRC32C, CRC64NVME, type CrcKind, combinedCrc } from '../../lib/crc-combine.ts'
import { S3Error } from './errors.ts'

export const CHECKSUM_ALGORITHMS = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const
export type ChecksumAlgorithm = (typeof CHECKSUM_ALGORITHMS)[number]
export type ChecksumType = 'COMPOSITE' | 'FULL_OBJECT'

/** A checksum as S3 writes it: base64 of the big-endian value, with `-N` when made of N parts. */
export interface Checksum {
  readonly algorithm: ChecksumAlgorithm
  readonly type: ChecksumType
  readonly value: string
}

export interface RunningHash {
  update(piece: Buffer): void
  digest(): Buffer
}

const CRC_KINDS: Partial<Record<ChecksumAlgorithm, CrcKind>> = { CRC32, CRC32C, CRC64NVME }
const BYTES: Record<ChecksumAlgorithm, number> = {
  CRC32: 4,
  CRC32C: 4,
  CRC64NVME: 8,
  SHA1: 20,
  SHA256: 32,
}

/** Compiled WebAssembly hashers that are free to reuse, since creating one compiles a module. */
const idleHashers: Record<'CRC32C' | 'CRC64NVME', IHasher[]> = { CRC32C: [], CRC64NVME: [] }

/** If `digest` is never called, the garbage collector frees the hasher. */
export async function startChecksum(algorithm: ChecksumAlgorithm): Promise<RunningHash> {
  switch (algorithm) {
    case 'CRC32':
      return runningCrc32()
    case 'CRC32C':
      return runningWasm(idleHashers.CRC32C, () => createCRC32(Number(CRC32C.polynomial)))
    case 'CRC64NVME':
      return runningWasm(idleHashers.CRC64NVME, () =>
        createCRC64(CRC64NVME.polynomial.toString(16)),
      )
    case 'SHA1':
      return createHash('sha1')
    case 'SHA256':
      return createHash('sha256')
  }
}

function runningCrc32(): RunningHash {
  let value = 0
  return {
    update: (piece) => {
      value = crc32(piece, value)
    },
    digest: () => {
      const bytes = Buffer.alloc(4)
      bytes.writeUInt32BE(value)
      return bytes
    },
  }
}

async function runningWasm(pool: IHasher[], create: () => Promise<IHasher>): Promise<RunningHash> {
  const hasher = (pool.pop() ?? (await create())).init()
  return {
    update: (piece) => {
      hasher.update(piece)
    },
    digest: () => {
      const bytes = Buffer.from(hasher.digest('binary'))
      pool.push(hasher)
      return bytes
    },
  }
}

export function headerOfChecksum(algorithm: ChecksumAlgorithm): string {
  return `x-amz-checksum-${algorithm.toLowerCase()}`
}

/** The XML element for a checksum in S3's documents. */
export function elementOfChecksum(algorithm: ChecksumAlgorithm): string {
  return `Checksum${algorithm}`
}

export function checksumAlgorithmOf(name: string): ChecksumAlgorithm {
  const found = CHECKSUM_ALGORITHMS.find((each) => each === name.toUpperCase())
  if (found === undefined) {
    throw new S3Error(
      'InvalidRequest',
      'Checksum algorithm provided is unsupported. Please try again with any of the valid types: ' +
        `[${CHECKSUM_ALGORITHMS.join(', ')}]`,
    )
  }
  return found
}

/** The algorithm of a checksum header or trailer; null for any other name. */
export function algorithmOfHeader(name: string): ChecksumAlgorithm | null {
  return CHECKSUM_ALGORITHMS.find((each) => headerOfChecksum(each) === name) ?? null
}

/** Refuses a value that cannot be a checksum of this algorithm. */
export function checkedChecksumText(algorithm: ChecksumAlgorithm, text: string): string {
  const bytes = Buffer.from(text, 'base64')
  if (bytes.length !== BYTES[algorithm] || bytes.toString('base64') !== text) {
    throw new S3Error(
      'InvalidRequest',
      `Value for ${headerOfChecksum(algorithm)} header is invalid.`,
    )
  }
  return text
}

/**
 * The checksum type of a multipart upload. CRC64NVME covers the whole object only, SHA covers the
 * list of parts only, and the other two support both.
 * Source: docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
 */
export function checksumTypeOf(algorithm: ChecksumAlgorithm, wanted: string | null): ChecksumType {
  const usual: ChecksumType = algorithm === 'CRC64NVME' ? 'FULL_OBJECT' : 'COMPOSITE'
  if (wanted === null) return usual
  const type = wanted.toUpperCase()
  const isCrc = CRC_KINDS[algorithm] !== undefined
  if (type === 'FULL_OBJECT' && isCrc) return type
  if (type === 'COMPOSITE' && algorithm !== 'CRC64NVME') return type
  throw new S3Error(
    'InvalidRequest',
    `The ${type.slice(0, 20)} checksum type cannot be used with the ${algorithm} checksum algorithm.`,
  )
}

/** A part's own checksum in base64, and its length. */
interface PartChecksum {
  readonly value: string
  readonly byteLength: number
}

/** Combines the checksums of the parts, in order, into the object's checksum. */
export function checksumOfParts(
  algorithm: ChecksumAlgorithm,
  type: ChecksumType,
  parts: readonly PartChecksum[],
): Checksum {
  const kind = CRC_KINDS[algorithm]
  const value =
    type === 'FULL_OBJECT' && kind !== undefined
      ? fullObjectCrc(kind, parts)
      : compositeChecksum(algorithm, parts)
  return { algorithm, type: kind === undefined ? 'COMPOSITE' : type, value }
}

function fullObjectCrc(kind: CrcKind, parts: readonly PartChecksum[]): string {
  const crc = parts.reduce(
    (before, { value, byteLength }) =>
      combinedCrc(kind, before, BigInt(`0x${bytesOf(value).toString('hex')}`), byteLength),
    0n,
  )
  return Buffer.from(crc.toString(16).padStart(kind.bits / 4, '0'), 'hex').toString('base64')
}

/** The checksum of the parts' checksums, followed by their number. */
function compositeChecksum(algorithm: ChecksumAlgorithm, parts: readonly PartChecksum[]): string {
  const bytes = Buffer.concat(parts.map(({ value }) => bytesOf(value)))
  return `${shortChecksum(algorithm, bytes).toString('base64')}-${parts.length}`
}

/** Synchronous, for the few bytes of a composite: CRC32C is computed bit by bit. */
function shortChecksum(algorithm: ChecksumAlgorithm, bytes: Buffer): Buffer {
  if (algorithm === 'SHA1' || algorithm === 'SHA256') {
    return createHash(algorithm.toLowerCase()).update(bytes).digest()
  }
  const value = Buffer.alloc(4)
  value.writeUInt32BE(algorithm === 'CRC32' ? crc32(bytes) : crc32c(bytes))
  return value
}

function crc32c(bytes: Buffer): number {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) {
      crc = (crc & 1) === 1 ? (crc >>> 1) ^ Number(CRC32C.polynomial) : crc >>> 1
    }
  }
  return (crc ^ 0xffffffff) >>> 0
}

function bytesOf(base64: string): Buffer {
  return Buffer.from(base64, 'base64')
}

export interface BodyChecksums {
  readonly byteLength: number
  readonly md5: Buffer
  readonly checksum: { readonly algorithm: ChecksumAlgorithm; readonly value: string }
}

export interface RunningChecksums {
  update(piece: Buffer): void
  finish(): BodyChecksums
}

/** Counts the bytes of an object or part and computes the MD5 for its ETag and one S3 checksum. */
export async function startChecksums(algorithm: ChecksumAlgorithm): Promise<RunningChecksums> {
  const md5 = createHash('md5')
  const checksum = await startChecksum(algorithm)
  let byteLength = 0
  return {
    update: (piece) => {
      byteLength += piece.length
      md5.update(piece)
      checksum.update(piece)
    },
    finish: () => ({
      byteLength,
      md5: md5.digest(),
      checksum: { algorithm, value: checksum.digest().toString('base64') },
    }),
  }
}
