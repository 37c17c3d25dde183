import { createHash } from 'node:crypto'
import { createCRC32, createCRC64 } from 'hash-wasm'
import type { ChecksumAlgorithm } from '../../electron/contract/checksum.ts'

const CRC32C_POLYNOMIAL = 0x82f63b78
const CRC64NVME_POLYNOMIAL = '9a6c9329ac4bc9b5'

/** As S3 writes it, the way the page computes it over a part. */
export async function sumOf(algorithm: ChecksumAlgorithm, bytes: Uint8Array): Promise<string> {
  switch (algorithm) {
    case 'crc64nvme':
      return base64OfHex((await createCRC64(CRC64NVME_POLYNOMIAL)).init().update(bytes).digest())
    case 'crc32c':
      return base64OfHex((await createCRC32(CRC32C_POLYNOMIAL)).init().update(bytes).digest())
    case 'sha256':
    case 'md5':
      return createHash(algorithm).update(bytes).digest('base64')
  }
}

function base64OfHex(hex: string): string {
  return Buffer.from(hex, 'hex').toString('base64')
}
