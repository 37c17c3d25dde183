import { GIB, KIB, MIB } from '../../contract/limits.ts'

/** Lengths that people set limits to. */
const ROUND_BYTES = [
  ...[64, 128, 256, 512].map((count) => count * KIB),
  ...[1, 2, 4, 5, 8, 10, 16, 20, 25, 32, 50, 64, 100, 128, 200, 256, 500, 512].map(
    (count) => count * MIB,
  ),
  ...[1, 2, 4, 5].map((count) => count * GIB),
]

/** `unknown`: no answer, or a refusal that is not about the size. */
export type SizeTried = 'taken' | 'refused' | 'unknown'

export interface SizeLimit {
  /** The longest round length that is taken: near enough to what somebody has set as a limit. */
  readonly limitBytes: number | null
  /** The shortest one of which it is known that it is refused. */
  readonly refusedBytes: number
}

/**
 * Halves the list until the limit is between two neighbours in it.
 * @param mostBytes of bodies that are taken, all tries together; longer ones are not tried.
 */
export async function findSizeLimit(
  refusedBytes: number,
  mostBytes: number,
  tryBytes: (byteLength: number) => Promise<SizeTried>,
): Promise<SizeLimit> {
  const lengths = ROUND_BYTES.filter((byteLength) => byteLength < refusedBytes)
  let leftBytes = mostBytes
  let shortestRefused = refusedBytes
  let taken = -1
  // The first one that is refused, or too long to be tried.
  let end = lengths.length
  while (end - taken > 1) {
    const middle = Math.floor((taken + end) / 2)
    const byteLength = lengths[middle] ?? 0
    const tried = byteLength > leftBytes ? 'too-long' : await tryBytes(byteLength)
    if (tried === 'unknown') break
    if (tried === 'taken') {
      taken = middle
      leftBytes -= byteLength
    } else end = middle
    if (tried === 'refused') shortestRefused = byteLength
  }
  // Less than the shortest of them is still about that.
  const isShort = lengths[0] !== undefined && shortestRefused === lengths[0]
  return { limitBytes: lengths[isShort ? 0 : taken] ?? null, refusedBytes: shortestRefused }
}
