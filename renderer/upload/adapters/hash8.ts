import { hash8Parts } from '../../../electron/contract/hash8.ts'

/**
 * Eight hex digits that tell a file from others, for the destination's key template. Rejects with a
 * `DOMException` when the file cannot be read.
 */
export async function hash8Of(file: Blob): Promise<string> {
  const { head, ranges } = hash8Parts(file.size)
  const pieces = ranges.map(({ start, end }) => file.slice(start, end))
  const summed = new Blob([head, ...pieces])
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', await summed.arrayBuffer()))
  return [...digest.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
