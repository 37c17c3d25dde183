import { type Outcome, succeeded } from '../../../electron/contract/outcome.ts'
import type { ByteRange } from '../../../electron/contract/part-plan.ts'
import { hash8Input } from '../../../electron/contract/rules/key-template.ts'

/**
 * Eight hex digits that tell a file from others, for the destination's key template. Rejects with a
 * `DOMException` when the file cannot be read.
 */
export async function hash8Of(file: Blob): Promise<string> {
  const { head, ranges } = hash8Input(file.size)
  return hexDigits([head, ...ranges.map(({ start, end }) => file.slice(start, end))])
}

/** The same of a file that is read in ranges; fails as `read` does. */
export async function hash8OfRanges(
  byteLength: number,
  read: (range: ByteRange) => Promise<Outcome<Blob>>,
): Promise<Outcome<string>> {
  const { head, ranges } = hash8Input(byteLength)
  const pieces: Blob[] = []
  for (const range of ranges) {
    const piece = await read(range)
    if (!piece.ok) return piece
    pieces.push(piece.value)
  }
  return succeeded(await hexDigits([head, ...pieces]))
}

async function hexDigits(parts: BlobPart[]): Promise<string> {
  const bytes = await new Blob(parts).arrayBuffer()
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  return [...digest.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
