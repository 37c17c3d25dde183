import type { FileHandle } from 'node:fs/promises'
import type { ByteRange } from './byte-range.ts'
import type { ChecksumAlgorithm } from './checksums.ts'
import { type BodyChecksums, startChecksums } from './running-digests.ts'

const READ_BYTES = 1024 * 1024

/** Hashes a range of an open file while `take` gets it piece by piece. */
export async function hashedRange(
  source: FileHandle,
  range: ByteRange,
  algorithm: ChecksumAlgorithm,
  take: (piece: Buffer) => Promise<void>,
): Promise<BodyChecksums> {
  const digests = await startChecksums(algorithm)
  if (range.end > range.start) {
    const { start, end } = range
    const pieces: AsyncIterable<Buffer> = source.createReadStream({
      start,
      end: end - 1,
      highWaterMark: READ_BYTES,
      autoClose: false,
    })
    for await (const piece of pieces) {
      const taking = take(piece)
      digests.update(piece)
      await taking
    }
  }
  return digests.finish()
}
