import type { ChecksumAlgorithm } from '../../contract/checksum.ts'
import type {
  CheckFinding,
  CheckFix,
  CheckLine,
  CheckStep,
  StoreFindings,
} from '../../contract/commands/checks.ts'
import type { Failure } from '../../contract/failure/kinds.ts'
import { isDenied } from '../../contract/failure/s3-failure.ts'
import type { Store } from '../destinations/open-store.ts'
import { IntegrityProbe, probeKeyBelow } from '../integrity/integrity-probe.ts'
import type { CorePorts } from '../ports.ts'
import { ProbeObject } from './probe-object.ts'

/** What a line of the check works with. */
export interface CheckContext {
  readonly store: Store
  readonly ports: Pick<
    CorePorts,
    'now' | 'pageOrigin' | 'corsOrigin' | 'isCorsHandled' | 'storeHttp' | 'nodeNetwork'
  >
  readonly object: ProbeObject
  readonly uploads: IntegrityProbe
  /** Ends what only reads, at once. */
  readonly reading: AbortSignal
  /** Ends what writes, a moment later: a write that nobody waits for could land after the cleaning. */
  readonly writing: AbortSignal
  /** Those told so far. */
  readonly lines: readonly CheckLine[]
}

export type StepCheck = (trial: CheckContext) => Promise<StepResult>

export function newProbes(store: Store, extension = ''): Pick<CheckContext, 'object' | 'uploads'> {
  const key = probeKeyBelow(store.destination.prefix, extension)
  return { object: new ProbeObject(store, key), uploads: new IntegrityProbe(store, key, false) }
}

/** What a line came to; the run puts the step's name to it. */
export type StepResult = Omit<CheckLine, 'step'>

export function passed(finding: CheckFinding | null = null): StepResult {
  return { verdict: 'passed', finding, fix: null }
}

export function warned(finding: CheckFinding, fix: CheckFix | null = null): StepResult {
  return { verdict: 'warned', finding, fix }
}

export function failedBy(failure: Failure, fix: CheckFix | null = null): StepResult {
  return { verdict: 'failed', finding: { kind: 'failure', failure }, fix }
}

export function warnedBy(failure: Failure): StepResult {
  return warned({ kind: 'failure', failure })
}

/** Not reached, or these keys may not ask. */
export function unknown(failure: Failure | null = null): StepResult {
  const finding = failure === null ? null : ({ kind: 'failure', failure } as const)
  return { verdict: 'unknown', finding, fix: null }
}

/** A permission that is missing costs this one thing; every other refusal is a store at fault. */
export function warnedIfDenied(failure: Failure): StepResult {
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

type FindingOf<K extends CheckFinding['kind']> = Extract<CheckFinding, { readonly kind: K }>

/** What a line found out, if it was found out. */
export function findingIn<K extends CheckFinding['kind'] & CheckStep>(
  lines: readonly CheckLine[],
  step: K,
): FindingOf<K> | null {
  const finding = lines.find((line) => line.step === step)?.finding
  return finding?.kind === step ? (finding as FindingOf<K>) : null
}

export function failureIn({ finding }: StepResult): Failure | null {
  return finding?.kind === 'failure' ? finding.failure : null
}

export function hasFailed({ verdict }: StepResult): boolean {
  return verdict === 'failed'
}

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
export function knowledgeFrom(findings: StoreFindings) {
  const { integrity, maxPartCount } = findings
  return {
    findings,
    ...(integrity === null ? {} : { integrity }),
    ...(maxPartCount === null ? {} : { maxPartCount }),
  }
}
