import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { setImmediate as breathe } from 'node:timers/promises'
import type { ChecksumAlgorithm } from '../../contract/checksum.ts'
import { CRC32C, CRC64NVME, type CrcKind, combinedCrc } from '../../lib/crc-combine.ts'

const CHUNK = Buffer.alloc(256 * 1024)
/** So many chunks are hashed before other work gets its turn. */
const HASHED_AT_ONCE = 32

export interface ZeroBodyOptions {
  readonly byteLength: number
  /** Time for an answer to the headers alone, between them and the first byte. */
  readonly holdMs: number
  /** Called once instead of sending the first byte: only the headers were to be tried. */
  readonly onHeld?: (() => void) | undefined
}

/** A body of nothing but zeros, made while it is sent, so that one of 5 GiB needs no memory. */
export class ZeroBody extends Readable {
  readonly #options: ZeroBodyOptions
  #timer: NodeJS.Timeout | null = null
  #isHeld = false
  sentBytes = 0

  constructor(options: ZeroBodyOptions) {
    super({ highWaterMark: CHUNK.byteLength })
    this.#options = options
  }

  override _read(): void {
    if (this.#isHeld) this.#send()
    else this.#timer ??= setTimeout(() => this.#endHold(), this.#options.holdMs)
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    done(error)
  }

  #endHold(): void {
    this.#isHeld = true
    const { onHeld } = this.#options
    if (onHeld === undefined) this.#send()
    else onHeld()
  }

  #send(): void {
    const leftBytes = this.#options.byteLength - this.sentBytes
    const piece = CHUNK.subarray(0, leftBytes)
    this.sentBytes += piece.byteLength
    this.push(piece.byteLength === 0 ? null : piece)
  }
}

/** The checksum, base64, of so many zeros. */
export async function checksumOfZeros(
  algorithm: ChecksumAlgorithm,
  byteLength: number,
): Promise<string> {
  switch (algorithm) {
    case 'crc64nvme':
      return crcOfZeros(CRC64NVME, byteLength)
    case 'crc32c':
      return crcOfZeros(CRC32C, byteLength)
    case 'sha256':
    case 'md5':
      return hashOfZeros(algorithm, byteLength)
  }
}

async function hashOfZeros(algorithm: 'sha256' | 'md5', byteLength: number): Promise<string> {
  const hash = createHash(algorithm)
  let count = 0
  for (let left = byteLength; left > 0; left -= CHUNK.byteLength) {
    hash.update(left < CHUNK.byteLength ? CHUNK.subarray(0, left) : CHUNK)
    count += 1
    if (count % HASHED_AT_ONCE === 0) await breathe()
  }
  return hash.digest('base64')
}

/** Doubles what is known of one zero, so that any length takes a few steps. */
function crcOfZeros(kind: CrcKind, byteLength: number): string {
  let total = 0n
  let run = crcOfOneZero(kind)
  let runBytes = 1
  for (let left = byteLength; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) total = combinedCrc(kind, total, run, runBytes)
    run = combinedCrc(kind, run, run, runBytes)
    runBytes *= 2
  }
  const hex = total.toString(16).padStart(kind.bits / 4, '0')
  return Buffer.from(hex, 'hex').toString('base64')
}

function crcOfOneZero({ bits, polynomial }: CrcKind): bigint {
  const ones = (1n << BigInt(bits)) - 1n
  let crc = ones
  for (let bit = 0; bit < 8; bit += 1)
    crc = (crc & 1n) === 1n ? (crc >> 1n) ^ polynomial : crc >> 1n
  return crc ^ ones
}
