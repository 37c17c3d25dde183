import { type FileHandle, open } from 'node:fs/promises'
import type { ObjectFiles } from '../../local-bucket/objects/object-files.ts'

/**
 * Makes a new file, lets `fill` write it and `use` make it an object's or a part's. Nothing is left
 * of it when either fails: a body that was cut, wrong or too long for the disk, a condition that
 * does not hold.
 */
export async function withIncomingFile<T, R>(
  files: ObjectFiles,
  fill: (write: (piece: Buffer) => Promise<void>) => Promise<T>,
  use: (file: string, filled: T) => Promise<R>,
): Promise<R> {
  const file = files.newWorkFile()
  try {
    const handle = await open(files.absolute(file), 'wx', 0o600)
    let filled: T
    try {
      filled = await fill((piece) => writeWhole(handle, piece))
    } finally {
      await handle.close()
    }
    return await use(file, filled)
  } catch (error) {
    await files.remove(file)
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
