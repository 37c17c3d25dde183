import { S3_LIMITS } from '../../contract/limits.ts'
import { failed, type Outcome, succeeded } from '../../contract/outcome.ts'
import type { PartPlan } from '../../contract/part-plan.ts'

/** The longest file that a store with this part limit takes. */
export function longestFile(maxPartCount: number): number {
  return Math.min(S3_LIMITS.maxObjectBytes, maxPartCount * S3_LIMITS.maxPartBytes)
}

/**
 * The plan that the page asks for, if the store can keep it. Fails with `too-large`.
 * @param partBytes null: one PUT.
 */
export function planFor(
  byteLength: number,
  partBytes: number | null,
  maxPartCount: number,
): Outcome<PartPlan> {
  // An empty file has no part that S3 would take in a multipart upload.
  if (partBytes === null || byteLength === 0) {
    const limitBytes = S3_LIMITS.maxSinglePutBytes
    if (byteLength > limitBytes) return failed({ kind: 'too-large', limitBytes })
    return succeeded({ mode: 'single', byteLength })
  }
  const limitBytes = Math.min(S3_LIMITS.maxObjectBytes, partBytes * maxPartCount)
  if (byteLength > limitBytes) return failed({ kind: 'too-large', limitBytes })
  return succeeded({ mode: 'multipart', byteLength, partBytes })
}
