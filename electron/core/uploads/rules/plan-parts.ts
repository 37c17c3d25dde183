import { MIB, S3_LIMITS } from '../../../contract/limits.ts'
import { failed, type Outcome, succeeded } from '../../../contract/outcome.ts'
import { bodyLengthsOf, type PartPlan } from '../../../contract/part-plan.ts'
import type { UploadRules } from '../../../contract/rules/upload-rules.ts'

/** The longest file that a store with this part limit accepts. */
export function longestFileBytes(maxPartCount: number): number {
  return Math.min(S3_LIMITS.maxObjectBytes, maxPartCount * S3_LIMITS.maxPartBytes)
}

/** The limits of a destination and the part length that its rules ask for. */
export interface PlanLimits extends Pick<UploadRules, 'partBytes' | 'bytesPerSecond'> {
  /** 10,000 on AWS, 1,000 on Scaleway and Swift. */
  readonly maxPartCount: number
  /** 16 MiB, unless the store recommends longer parts. */
  readonly usualPartBytes: number
}

/**
 * Decides how a file is sent: a short one in one PUT, a longer one in equal parts of the length
 * that the rules give or of the usual length, longer only when the store's part count would not
 * suffice. Fails with `too-large`.
 */
export function planParts(byteLength: number, limits: PlanLimits): Outcome<PartPlan> {
  const lengths = bodyLengthsOf(limits)
  if (byteLength <= lengths.singleBytes) return succeeded({ mode: 'single', byteLength })
  const limitBytes = longestFileBytes(limits.maxPartCount)
  if (byteLength > limitBytes) return failed({ kind: 'too-large', limitBytes })
  const fewestBytes = Math.ceil(byteLength / limits.maxPartCount)
  const partBytes = Math.max(lengths.partBytes, Math.ceil(fewestBytes / MIB) * MIB)
  return succeeded({ mode: 'multipart', byteLength, partBytes })
}
