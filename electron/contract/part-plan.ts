import * as z from 'zod/mini'
import { MIB, MULTIPART_FROM_BYTES, S3_LIMITS } from './limits.ts'

const byteLength = z.int().check(z.gte(0), z.lte(S3_LIMITS.maxObjectBytes))

/** S3 counts parts from 1. */
export const PartNumber = z.int().check(z.gte(1), z.lte(S3_LIMITS.maxPartCount))

/**
 * How a file is cut into parts. Frozen in the record when the upload begins: resuming with another
 * part size would splice the object wrongly. `single` is one PUT, treated as part 1.
 */
export const PartPlan = z.discriminatedUnion('mode', [
  z.strictObject({ mode: z.literal('single'), byteLength }),
  z.strictObject({
    mode: z.literal('multipart'),
    byteLength,
    /** Every part but the last has this length (Cloudflare R2 insists on equal parts). */
    partBytes: z.int().check(z.gte(S3_LIMITS.minPartBytes), z.lte(S3_LIMITS.maxPartBytes)),
  }),
])
export type PartPlan = z.infer<typeof PartPlan>

/** The lengths of a destination's PUT bodies, unless a file would have too many parts. */
export interface BodyLengths {
  readonly partBytes: number
  /** A file up to this length is sent in one PUT. */
  readonly singleBytes: number
}

/** Above this speed, shorter parts would only mean more requests. */
const FAST_LIMIT = 4 * MIB

/**
 * @param limits the part length and speed of the rules, if they set any, and the store's usual
 * length. Under a speed limit parts are short: each is sent in one burst, with a pause after it.
 */
export function bodyLengthsOf(limits: {
  readonly partBytes: number | null
  readonly bytesPerSecond: number | null
  readonly usualPartBytes: number
}): BodyLengths {
  const { partBytes, bytesPerSecond, usualPartBytes } = limits
  const slow = bytesPerSecond !== null && bytesPerSecond < FAST_LIMIT
  const bySpeed = bytesPerSecond === null ? null : slow ? S3_LIMITS.minPartBytes : 8 * MIB
  const asked = partBytes ?? bySpeed
  if (asked !== null) return { partBytes: asked, singleBytes: asked }
  const fromBytes = Math.max(MULTIPART_FROM_BYTES, usualPartBytes)
  return { partBytes: usualPartBytes, singleBytes: fromBytes - 1 }
}

/** Half open: includes `start` but not `end`. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/** At least 1: an empty file is one empty part. */
export function partCountOf(plan: PartPlan): number {
  return plan.mode === 'single' ? 1 : Math.max(1, Math.ceil(plan.byteLength / plan.partBytes))
}

/** @throws RangeError for a part number that the plan does not have. */
export function rangeOfPart(plan: PartPlan, partNumber: number): ByteRange {
  if (!Number.isInteger(partNumber) || partNumber < 1 || partNumber > partCountOf(plan)) {
    throw new RangeError(`The plan has no part ${partNumber}`)
  }
  if (plan.mode === 'single') return { start: 0, end: plan.byteLength }
  const start = (partNumber - 1) * plan.partBytes
  return { start, end: Math.min(start + plan.partBytes, plan.byteLength) }
}
