import { MIB } from '../../../electron/contract/limits.ts'

/** Up to here all of a file counts; of a longer one its first, middle and last MiB. */
const WHOLE_UP_TO_BYTES = 3 * MIB

/**
 * Eight hex digits that tell a file from others, for the destination's key template: of the SHA-256
 * over its length, as decimal text and a line feed, and its bytes. Rejects with a `DOMException`
 * when the file cannot be read.
 */
export async function hash8Of(file: Blob): Promise<string> {
  const summed = new Blob([`${file.size}\n`, ...piecesOf(file)])
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', await summed.arrayBuffer()))
  return [...digest.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

function piecesOf(file: Blob): readonly Blob[] {
  if (file.size <= WHOLE_UP_TO_BYTES) return [file]
  const middle = Math.floor((file.size - MIB) / 2)
  return [0, middle, file.size - MIB].map((start) => file.slice(start, start + MIB))
}
