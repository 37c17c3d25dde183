import { createCipheriv, createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { MIB } from '../../electron/contract/limits.ts'
import type { PlannedFile } from './planned-file.ts'

const PIECE_BYTES = 4 * MIB

/** Writes the file that seed and index stand for, piece by piece. Answers its SHA-256 in hex. */
export async function writeSeededFile(
  path: string,
  seed: number,
  { index, byteLength }: PlannedFile,
): Promise<string> {
  const key = createHash('sha256').update(`${seed}/${index}`).digest()
  // A stream cipher over zeros: as fast as the disk, and no piece equals another.
  const cipher = createCipheriv('aes-256-ctr', key, Buffer.alloc(16))
  const hash = createHash('sha256')
  const zeros = Buffer.alloc(Math.min(PIECE_BYTES, byteLength))
  const file = await open(path, 'w')
  try {
    for (let at = 0; at < byteLength; at += PIECE_BYTES) {
      const piece = cipher.update(zeros.subarray(0, Math.min(PIECE_BYTES, byteLength - at)))
      hash.update(piece)
      await file.write(piece)
    }
  } finally {
    await file.close()
  }
  return hash.digest('hex')
}
