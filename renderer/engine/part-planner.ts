import { MIB, S3_LIMITS } from '../../electron/contract/limits.ts'
import { failed, type Outcome, succeeded } from '../../electron/contract/outcome.ts'
import { bodyLengthsOf, type PartPlan } from '../../electron/contract/part-plan.ts'
import type { TransferLimits } from './ports.ts'

/** What a destination allows, and what its rules ask for. */
export interface PlanLimits extends Pick<TransferLimits, 'partBytes' | 'bytesPerSecond'> {
  /** 10,000 on AWS, 1,000 on Scaleway and Swift. */
  readonly maxPartCount: number
  /** 16 MiB, where the store does not advise longer ones. */
  readonly usualPartBytes: number
}

/**
 * Decides how a file travels: in one PUT while it is short, else in equal parts of the length that
 * the rules say or of the usual one, longer only when the store's part count would not suffice.
 * Fails with `too-large`.
 */
export function planParts(byteLength: number, limits: PlanLimits): Outcome<PartPlan> {
  const lengths = bodyLengthsOf(limits)
  if (byteLength <= lengths.singleBytes) return succeeded({ mode: 'single', byteLength })
  const limitBytes = Math.min(
    S3_LIMITS.maxObjectBytes,
    limits.maxPartCount * S3_LIMITS.maxPartBytes,
  )
  if (byteLength > limitBytes) return failed({ kind: 'too-large', limitBytes })
  const fewestBytes = Math.ceil(byteLength / limits.maxPartCount)
  const partBytes = Math.max(lengths.partBytes, Math.ceil(fewestBytes / MIB) * MIB)
  return succeeded({ mode: 'multipart', byteLength, partBytes })
}
