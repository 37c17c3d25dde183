import { type FileHandle, open, rm } from 'node:fs/promises'
import type { ObjectFiles } from './object-files.ts'

/**
 * Makes a new file and lets `fill` write it. Nothing is left of it when `fill` fails: a body that
 * was cut, wrong or too long for the disk. The file is the caller's to move or remove.
 */
export async function withIncomingFile<T>(
  files: ObjectFiles,
  fill: (write: (piece: Buffer) => Promise<void>) => Promise<T>,
): Promise<{ readonly file: string; readonly filled: T }> {
  const file = files.newIncoming()
  try {
    const handle = await open(file, 'wx', 0o600)
    try {
      const filled = await fill((piece) => writeWhole(handle, piece))
      return { file, filled }
    } finally {
      await handle.close()
    }
  } catch (error) {
    await rm(file, { force: true })
    throw error
  }
}

/** One `write` may take less than it was given. */
async function writeWhole(handle: FileHandle, piece: Buffer): Promise<void> {
  for (let done = 0; done < piece.length; ) {
    const { bytesWritten } = await handle.write(piece, done)
    done += bytesWritten
  }
}
