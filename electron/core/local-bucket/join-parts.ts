import { type FileHandle, open } from 'node:fs/promises'
import { withPatience } from '../files/patience.ts'

/** One part's file and the length that the index knows of it. */
export interface PartFile {
  readonly file: string
  readonly byteLength: number
}

/** Two of these are the memory that joining takes, however large the object. */
const BUFFER_BYTES = 4 * 1024 * 1024

/**
 * Appends every further part to the first one's file. The other files stay,
 * so a join that is cut short loses nothing: the first file is cut back to its own length, at
 * once when this fails and at the next try when the process was killed.
 */
export async function joinParts(parts: readonly PartFile[]): Promise<void> {
  const [first, ...others] = parts
  if (first === undefined || others.length === 0) return
  const target = await withPatience(() => open(first.file, 'r+'))
  try {
    await target.truncate(first.byteLength)
    let end = first.byteLength
    for (const part of others) {
      await append(target, end, part)
      end += part.byteLength
    }
  } catch (error) {
    await target.truncate(first.byteLength)
    throw error
  } finally {
    await target.close()
  }
}

/** Reads the next stretch while the one before is written. */
async function append(target: FileHandle, start: number, part: PartFile): Promise<void> {
  const source = await withPatience(() => open(part.file, 'r'))
  try {
    const buffers = [Buffer.allocUnsafe(BUFFER_BYTES), Buffer.allocUnsafe(BUFFER_BYTES)] as const
    let writing: Promise<void> = Promise.resolve()
    for (let done = 0, turn = 0; done < part.byteLength; turn++) {
      const buffer = buffers[turn % 2 === 0 ? 0 : 1]
      const wanted = Math.min(BUFFER_BYTES, part.byteLength - done)
      const [{ bytesRead }] = await Promise.all([source.read(buffer, 0, wanted, done), writing])
      if (bytesRead === 0) throw new Error('A part file is shorter than the index says')
      writing = writeAt(target, buffer.subarray(0, bytesRead), start + done)
      done += bytesRead
    }
    await writing
  } finally {
    await source.close()
  }
}

async function writeAt(target: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await target.write(bytes, done, bytes.length - done, position + done)
    done += bytesWritten
  }
}
