import type { ChecksumAlgorithm } from '../../contract/checksum.ts'
import type {
  CheckFinding,
  CheckFix,
  CheckLine,
  CheckStep,
} from '../../contract/commands/checks.ts'
import type { Failure } from '../../contract/failure/kinds.ts'
import { isDenied } from '../../contract/failure/s3-failure.ts'

/** What a line came to; the run puts the step's name to it. */
export type Verdict = Omit<CheckLine, 'step'>

export function passed(finding: CheckFinding | null = null): Verdict {
  return { verdict: 'passed', finding, fix: null }
}

export function warned(finding: CheckFinding, fix: CheckFix | null = null): Verdict {
  return { verdict: 'warned', finding, fix }
}

export function failedBy(failure: Failure, fix: CheckFix | null = null): Verdict {
  return { verdict: 'failed', finding: { kind: 'failure', failure }, fix }
}

export function warnedBy(failure: Failure): Verdict {
  return warned({ kind: 'failure', failure })
}

/** Not reached, or these keys may not ask. */
export function unknown(failure: Failure | null = null): Verdict {
  const finding = failure === null ? null : ({ kind: 'failure', failure } as const)
  return { verdict: 'unknown', finding, fix: null }
}

/** A permission that is missing costs this one thing; every other refusal is a store at fault. */
export function warnedIfDenied(failure: Failure): Verdict {
  const isMissing = isDenied(failure) || failure.kind === 'encryption-key-denied'
  return isMissing ? warnedBy(failure) : failedBy(failure)
}

/** The page cannot read what the store says of its PUTs: the host then looks, where it may. */
export function hiddenAnswer(
  { lines }: { readonly lines: readonly CheckLine[] },
  failure: Failure,
) {
  const hasPassed = (wanted: CheckStep) =>
    lines.some(({ step, verdict }) => step === wanted && verdict === 'passed')
  return hasPassed('list-parts') && hasPassed('get') ? warnedBy(failure) : failedBy(failure)
}

/** By which the bytes of an upload travel; null: by none. `Content-MD5` where it is not known. */
export function sentAlgorithm(lines: readonly CheckLine[]): ChecksumAlgorithm | null {
  const checksums = findingIn(lines, 'checksums')
  return checksums === null ? 'md5' : (checksums.verified[0] ?? null)
}

type Found<K extends CheckFinding['kind']> = Extract<CheckFinding, { readonly kind: K }>

/** What a line found out, if it was found out. */
export function findingIn<K extends CheckFinding['kind'] & CheckStep>(
  lines: readonly CheckLine[],
  step: K,
): Found<K> | null {
  const finding = lines.find((line) => line.step === step)?.finding
  return finding?.kind === step ? (finding as Found<K>) : null
}

export function failureIn({ finding }: Verdict): Failure | null {
  return finding?.kind === 'failure' ? finding.failure : null
}

export function hasFailed({ verdict }: Verdict): boolean {
  return verdict === 'failed'
}
