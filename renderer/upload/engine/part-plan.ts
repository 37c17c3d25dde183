import {
  MIB,
  MULTIPART_FROM_BYTES,
  S3_LIMITS,
  USUAL_PART_BYTES,
} from '../../../electron/contract/limits.ts'
import { failed, type Outcome, succeeded } from '../../../electron/contract/outcome.ts'
import type { PartPlan } from '../../../electron/contract/part-plan.ts'

/** What a destination allows. */
export interface PlanLimits {
  /** 10,000 on AWS, 1,000 on Scaleway and Swift. */
  readonly maxPartCount: number
}

/**
 * Decides how a file travels: in one PUT while it is short, else in equal parts of the usual
 * length, longer only when the store's part count would not suffice. Fails with `too-large`.
 */
export function planParts(byteLength: number, limits: PlanLimits): Outcome<PartPlan> {
  if (byteLength < MULTIPART_FROM_BYTES) return succeeded({ mode: 'single', byteLength })
  const limitBytes = Math.min(
    S3_LIMITS.maxObjectBytes,
    limits.maxPartCount * S3_LIMITS.maxPartBytes,
  )
  if (byteLength > limitBytes) return failed({ kind: 'too-large', limitBytes })
  const fewestBytes = Math.ceil(byteLength / limits.maxPartCount)
  const partBytes = Math.max(USUAL_PART_BYTES, Math.ceil(fewestBytes / MIB) * MIB)
  return succeeded({ mode: 'multipart', byteLength, partBytes })
}
