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

/** The input of a step. */
export interface CheckContext {
  readonly store: Store
  readonly ports: Pick<
    CorePorts,
    'now' | 'pageOrigin' | 'corsOrigin' | 'isCorsHandled' | 'storeHttp' | 'nodeNetwork'
  >
  readonly object: ProbeObject
  readonly uploads: IntegrityProbe
  /** Aborts reads at once. */
  readonly reading: AbortSignal
  /** Aborts writes a moment later: an abandoned write could arrive after the cleanup. */
  readonly writing: AbortSignal
  /** The lines that have been reported so far. */
  readonly lines: readonly CheckLine[]
}

export type StepCheck = (trial: CheckContext) => Promise<StepResult>

export function newProbes(store: Store, extension = ''): Pick<CheckContext, 'object' | 'uploads'> {
  const key = probeKeyBelow(store.destination.prefix, extension)
  return { object: new ProbeObject(store, key), uploads: new IntegrityProbe(store, key, false) }
}

/** The result of a step; the run adds the step's name. */
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

/** The step was not reached, or these keys may not ask. */
export function unknown(failure: Failure | null = null): StepResult {
  const finding = failure === null ? null : ({ kind: 'failure', failure } as const)
  return { verdict: 'unknown', finding, fix: null }
}

/** A missing permission costs only this one feature; every other refusal is the store's fault. */
export function warnedIfDenied(failure: Failure): StepResult {
  const isMissing = isDenied(failure) || failure.kind === 'encryption-key-denied'
  return isMissing ? warnedBy(failure) : failedBy(failure)
}

/**
 * The page cannot read the store's answers to its PUTs; the host can then look itself, if its keys
 * may.
 */
export function hiddenAnswer(
  { lines }: { readonly lines: readonly CheckLine[] },
  failure: Failure,
) {
  const hasPassed = (wanted: CheckStep) =>
    lines.some(({ step, verdict }) => step === wanted && verdict === 'passed')
  return hasPassed('list-parts') && hasPassed('get') ? warnedBy(failure) : failedBy(failure)
}

/**
 * The checksum that is sent with an upload's bytes; null: none. `Content-MD5` if nothing is known
 * yet.
 */
export function sentAlgorithm(lines: readonly CheckLine[]): ChecksumAlgorithm | null {
  const checksums = findingIn(lines, 'checksums')
  return checksums === null ? 'md5' : (checksums.verified[0] ?? null)
}

type FindingOf<K extends CheckFinding['kind']> = Extract<CheckFinding, { readonly kind: K }>

/** The finding of a step, if there is one. */
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

/** The findings of a check that are kept; null if it found nothing. */
export function findingsOf(lines: readonly CheckLine[], checkedAtMs: number): StoreFindings {
  const checksums = findingIn(lines, 'checksums')
  const conditions = findingIn(lines, 'conditional-writes')
  const seen = findingIn(lines, 'public-access')
  // If the bucket does not allow the page to send the header, it would block the upload as well.
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

/** The fields in which a destination keeps the findings that its uploads use. */
export function knowledgeFrom(findings: StoreFindings) {
  const { integrity, maxPartCount } = findings
  return {
    findings,
    ...(integrity === null ? {} : { integrity }),
    ...(maxPartCount === null ? {} : { maxPartCount }),
  }
}
