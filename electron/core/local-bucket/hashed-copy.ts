import { createReadStream } from 'node:fs'
import type { ByteRange } from './byte-range.ts'
import type { ChecksumAlgorithm } from './checksums.ts'
import { withIncomingFile } from './incoming-file.ts'
import type { ObjectFiles } from './object-files.ts'
import { type Digests, startDigests } from './running-digests.ts'

const READ_BYTES = 1024 * 1024

/** Copies a range of a file to a new one of its own and says what the bytes are. */
export async function hashedCopy(
  files: ObjectFiles,
  source: string,
  range: ByteRange,
  algorithm: ChecksumAlgorithm,
): Promise<{ readonly file: string; readonly filled: Digests }> {
  return withIncomingFile(files, (write) => hashedRange(source, range, algorithm, write))
}

/** Hashes a range of a file while `take` gets it piece by piece. */
export async function hashedRange(
  source: string,
  range: ByteRange,
  algorithm: ChecksumAlgorithm,
  take: (piece: Buffer) => Promise<void>,
): Promise<Digests> {
  const digests = await startDigests(algorithm)
  if (range.end > range.start) {
    const { start, end } = range
    const pieces: AsyncIterable<Buffer> = createReadStream(source, {
      start,
      end: end - 1,
      highWaterMark: READ_BYTES,
    })
    for await (const piece of pieces) {
      const taking = take(piece)
      digests.update(piece)
      await taking
    }
  }
  return digests.finish()
}
