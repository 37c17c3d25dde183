import { MIB, S3_LIMITS } from '../../../contract/limits.ts'
import { failed, type Outcome, succeeded } from '../../../contract/outcome.ts'
import type { PartPlan } from '../../../contract/part-plan.ts'
import type { UploadRules } from '../../../contract/rules/upload-rules.ts'

/** The longest file that a store with this part limit takes. */
export function longestFileBytes(maxPartCount: number): number {
  return Math.min(S3_LIMITS.maxObjectBytes, maxPartCount * S3_LIMITS.maxPartBytes)
}

/** What of a destination a plan depends on. */
export interface PlanRules {
  readonly maxPartCount: number
  readonly rules: Pick<UploadRules, 'partBytes'>
}

/**
 * The plan that the page asks for, if the store can keep it. The destination's own part length
 * counts as far as the file has not too many of such parts. Fails with `too-large`.
 * @param asked null: one PUT.
 */
export function planFor(
  byteLength: number,
  asked: number | null,
  { maxPartCount, rules }: PlanRules,
): Outcome<PartPlan> {
  // An empty file has no part that S3 would take in a multipart upload.
  if (asked === null || byteLength === 0) {
    const limitBytes = S3_LIMITS.maxSinglePutBytes
    if (byteLength > limitBytes) return failed({ kind: 'too-large', limitBytes })
    return succeeded({ mode: 'single', byteLength })
  }
  const fewestBytes = Math.ceil(byteLength / maxPartCount / MIB) * MIB
  const ruled = rules.partBytes === null ? asked : Math.max(rules.partBytes, fewestBytes)
  const partBytes = Math.min(ruled, S3_LIMITS.maxPartBytes)
  const limitBytes = Math.min(S3_LIMITS.maxObjectBytes, partBytes * maxPartCount)
  if (byteLength > limitBytes) return failed({ kind: 'too-large', limitBytes })
  return succeeded({ mode: 'multipart', byteLength, partBytes })
}
