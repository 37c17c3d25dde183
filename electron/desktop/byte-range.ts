import type { ByteRange } from '../contract/part-plan.ts'

export type RangeVerdict = ByteRange | 'malformed' | 'unsatisfiable'

/**
 * Reads `bytes=first-last` with both ends, the only form that our page sends. RFC 9110 section 14
 * knows open ends and several ranges too; a request with one of those is not ours.
 */
export function readRange(header: string | null, byteLength: number): RangeVerdict {
  const match = /^bytes=(\d{1,16})-(\d{1,16})$/.exec(header ?? '')
  if (match === null) return 'malformed'
  const start = Number(match[1])
  const last = Number(match[2])
  if (!Number.isSafeInteger(start) || !Number.isSafeInteger(last) || last < start) {
    return 'malformed'
  }
  // Beyond the end the file is not what the page believes; a shortened answer would hide that.
  return last < byteLength ? { start, end: last + 1 } : 'unsatisfiable'
}
