import { createHash } from 'node:crypto'
import { type ChecksumAlgorithm, startChecksum } from './checksums.ts'

/** What is known of bytes once all of them have been seen. */
export interface Digests {
  readonly byteLength: number
  readonly md5: Buffer
  readonly checksum: { readonly algorithm: ChecksumAlgorithm; readonly value: string }
}

export interface RunningDigests {
  update(piece: Buffer): void
  finish(): Digests
}

/** Counts and hashes the bytes of one object or part: MD5 for its ETag, and one S3 checksum. */
export async function startDigests(algorithm: ChecksumAlgorithm): Promise<RunningDigests> {
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
