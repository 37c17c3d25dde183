/** The CRCs whose values over two runs of bytes give the value over both. */
export interface CrcKind {
  readonly bits: 32 | 64
  /** The polynomial, bits reversed. */
  readonly polynomial: bigint
}

export const CRC32: CrcKind = { bits: 32, polynomial: 0xedb88320n }
export const CRC32C: CrcKind = { bits: 32, polynomial: 0x82f63b78n }
export const CRC64NVME: CrcKind = { bits: 64, polynomial: 0x9a6c9329ac4bc9b5n }

/**
 * The CRC of A followed by B, from the CRCs of A and B and B's length: A's polynomial is moved
 * up by B's bits (multiplied by x^(8·length) modulo the CRC's own) and added.
 * Source: zlib's crc32_combine; the method holds for every CRC that starts and ends inverted.
 */
export function combinedCrc(kind: CrcKind, a: bigint, b: bigint, byteLengthOfB: number): bigint {
  return multiplied(kind, shiftBy(kind, byteLengthOfB), a) ^ b
}

const shifts = new Map<CrcKind, Map<number, bigint>>([
  [CRC32, new Map()],
  [CRC32C, new Map()],
  [CRC64NVME, new Map()],
])
const MAX_REMEMBERED = 1000

/** x^(8·byteLength) modulo the polynomial. Cached, because parts mostly have the same length. */
function shiftBy(kind: CrcKind, byteLength: number): bigint {
  const remembered = shifts.get(kind)?.get(byteLength)
  if (remembered !== undefined) return remembered
  // In reversed notation the highest bit is x^0 and the next is x^1.
  let result = 1n << BigInt(kind.bits - 1)
  let square = 1n << BigInt(kind.bits - 1 - 1)
  for (let exponent = BigInt(byteLength) * 8n; exponent > 0n; exponent >>= 1n) {
    if ((exponent & 1n) === 1n) result = multiplied(kind, result, square)
    square = multiplied(kind, square, square)
  }
  const known = shifts.get(kind)
  if (known !== undefined) {
    if (known.size >= MAX_REMEMBERED) known.clear()
    known.set(byteLength, result)
  }
  return result
}

/** a·b modulo the polynomial, all three bits reversed. */
function multiplied(kind: CrcKind, a: bigint, b: bigint): bigint {
  let product = 0n
  let rest = b
  for (let bit = 1n << BigInt(kind.bits - 1); bit > 0n; bit >>= 1n) {
    if ((a & bit) !== 0n) product ^= rest
    rest = (rest & 1n) === 1n ? (rest >> 1n) ^ kind.polynomial : rest >> 1n
  }
  return product
}
