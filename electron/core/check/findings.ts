import type { CheckLine, StoreFindings } from '../../contract/commands/checks.ts'
import { findingIn } from './line.ts'

/** What is worth keeping of a check; null where it found nothing out. */
export function findingsOf(lines: readonly CheckLine[], checkedAtMs: number): StoreFindings {
  const checksums = findingIn(lines, 'checksums')
  const conditions = findingIn(lines, 'conditional-writes')
  const seen = findingIn(lines, 'public-access')
  // A header that the bucket keeps from the page would keep the upload out as well.
  const isSendable = lines.some(({ step, verdict }) => step === 'cors' && verdict === 'passed')
  return {
    checkedAtMs,
    integrity: checksums === null ? null : (checksums.verified[0] ?? 'none'),
    conditionalPut: isSendable ? (conditions?.put ?? null) : null,
    conditionalComplete: conditions?.complete ?? null,
    takesPostForms: findingIn(lines, 'post-forms')?.isTaken ?? null,
    maxPartCount: findingIn(lines, 'part-limit')?.maxPartCount ?? null,
    versioning: findingIn(lines, 'versioning')?.state ?? null,
    unfinishedDays: findingIn(lines, 'unfinished-rule')?.days ?? null,
    isPublic: seen === null ? null : seen.canRead || seen.canList,
  }
}

/** Where a destination keeps what its uploads go by. */
export function learntBy(findings: StoreFindings) {
  const { integrity, maxPartCount } = findings
  return {
    findings,
    ...(integrity === null ? {} : { integrity }),
    ...(maxPartCount === null ? {} : { maxPartCount }),
  }
}
