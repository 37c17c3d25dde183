import { MIB } from './limits.ts'
import type { ByteRange } from './part-plan.ts'

/** Up to here all of a file counts; of a longer one its first, middle and last MiB. */
const WHOLE_UP_TO_BYTES = 3 * MIB

/**
 * Page and host make `{hash8}` alike: the first eight hex digits of SHA-256 over this text and the
 * bytes of these ranges.
 */
export function hash8Input(byteLength: number): {
  readonly head: string
  readonly ranges: readonly ByteRange[]
} {
  const head = `${byteLength}\n`
  if (byteLength <= WHOLE_UP_TO_BYTES) return { head, ranges: [{ start: 0, end: byteLength }] }
  const middle = Math.floor((byteLength - MIB) / 2)
  const ranges = [0, middle, byteLength - MIB].map((start) => ({ start, end: start + MIB }))
  return { head, ranges }
}
