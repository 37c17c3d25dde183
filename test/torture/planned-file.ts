import {
  GIB,
  KIB,
  MIB,
  MULTIPART_FROM_BYTES,
  USUAL_PART_BYTES,
} from '../../electron/contract/limits.ts'
import { logWithin, type Random, streamOf, weighted, wholeWithin } from './random.ts'

export interface PlannedFile {
  readonly index: number
  /** Starts with the index, so that an object, row or record identifies its file. */
  readonly name: string
  readonly byteLength: number
}

/**
 * Names that have caused errors somewhere: spaces, characters that URLs escape, no ASCII at all.
 */
const STEMS = [
  'film',
  'a b',
  'größe',
  '100% + more',
  '写真',
  "it's (1)",
  'über & unter',
  '🚢',
] as const

/** Lengths at which the number of parts, or the upload method, changes. */
const EDGES = [
  1,
  MULTIPART_FROM_BYTES - 1,
  MULTIPART_FROM_BYTES,
  MULTIPART_FROM_BYTES + 1,
  3 * USUAL_PART_BYTES,
  3 * USUAL_PART_BYTES + 1,
  10 * USUAL_PART_BYTES - 1,
] as const

/** Every run has an empty file and one of the largest size; the others are random. */
export function plannedFile(seed: number, index: number, largestBytes: number): PlannedFile {
  const random = streamOf(seed, `file ${index}`)
  const stem = STEMS[wholeWithin(random, 0, STEMS.length)] ?? 'film'
  const name = `${String(index).padStart(5, '0')} ${stem}.bin`
  const drawn = drawnLength(random, largestBytes)
  const byteLength = index === 0 ? 0 : index === 1 ? largestBytes : Math.min(drawn, largestBytes)
  return { index, name, byteLength }
}

/** Null if it is not the name of a planned file. */
export function indexOfName(name: string): number | null {
  const digits = /^(\d{5}) /.exec(name)?.[1]
  return digits === undefined ? null : Number(digits)
}

/** Mostly small files, as in reality; some with several parts, a few large ones. */
function drawnLength(random: Random, largestBytes: number): number {
  const draw = weighted<() => number>(random, [
    { weight: 5, value: () => 0 },
    { weight: 28, value: () => logWithin(random, 1, 64 * KIB) },
    { weight: 27, value: () => logWithin(random, 64 * KIB, 4 * MIB) },
    { weight: 13, value: () => logWithin(random, 4 * MIB, MULTIPART_FROM_BYTES) },
    { weight: 8, value: () => EDGES[wholeWithin(random, 0, EDGES.length)] ?? 1 },
    { weight: 16, value: () => logWithin(random, MULTIPART_FROM_BYTES, 128 * MIB) },
    { weight: 3, value: () => logWithin(random, 128 * MIB, Math.min(largestBytes, GIB)) },
  ])
  return draw()
}
