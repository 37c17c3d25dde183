import { createHash } from 'node:crypto'
import { type ChecksumAlgorithm, startChecksum } from './checksums.ts'

/** What is known of bytes once all of them have been seen. */
export interface BodyChecksums {
  readonly byteLength: number
  readonly md5: Buffer
  readonly checksum: { readonly algorithm: ChecksumAlgorithm; readonly value: string }
}

export interface RunningChecksums {
  update(piece: Buffer): void
  finish(): BodyChecksums
}

/** Counts and hashes the bytes of one object or part: MD5 for its ETag, and one S3 checksum. */
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
