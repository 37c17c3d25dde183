import type {
  PartReceipt,
  PutDiagnosis,
  UploadRecord,
} from '../../../electron/contract/commands/uploads.ts'
import type { Failure, FailureKind } from '../../../electron/contract/failure/kinds.ts'
import type { UploadId } from '../../../electron/contract/ids.ts'
import { BUFFERED_BYTES } from '../../../electron/contract/limits.ts'
import { unreachable } from '../../../electron/lib/unreachable.ts'
import type { Clock, UploadControl } from '../ports.ts'

/**
 * A diagnosis that applies to every part of an upload is requested once and reused for this long.
 */
const DIAGNOSIS_TTL_MS = 20_000

/** A PUT that failed. */
export interface FailedPut {
  readonly uploadId: UploadId
  readonly partNumber: number
  readonly byteLength: number
  /** The checksum it was sent with; null: it was not sent at all. */
  readonly checksum: string | null
  /** Body bytes sent, as the browser reported them. */
  readonly sentBytes: number
  readonly failure: Failure
}

export type PutResult =
  /** `isAnswerHidden`: the store sends each answer in a way that the page may not read. */
  | {
      readonly kind: 'acknowledged'
      readonly receipt: PartReceipt
      readonly isAnswerHidden: boolean
    }
  | { readonly kind: 'failed'; readonly failure: Failure }

interface PendingDiagnosis {
  /** Diagnoses of one upload run one after the other. */
  tail: Promise<unknown>
  held: { readonly atMs: number; readonly diagnosis: PutDiagnosis } | null
}

/**
 * Finds out what happened to PUTs whose answer the page could not read. To a page, an answer
 * without CORS headers looks like a dead network, whatever it says; the host can see more.
 */
export class PutDiagnoser {
  readonly #control: UploadControl
  readonly #clock: Clock
  readonly #asked = new Map<UploadId, PendingDiagnosis>()

  constructor(control: UploadControl, clock: Clock) {
    this.#control = control
    this.#clock = clock
  }

  async resultOf(put: FailedPut): Promise<PutResult> {
    const { failure } = put
    if (!isDiagnosable(failure)) return { kind: 'failed', failure }
    const asked = this.#asked.get(put.uploadId) ?? { tail: Promise.resolve(), held: null }
    this.#asked.set(put.uploadId, asked)
    const diagnosis = asked.tail.then(() => this.#diagnosis(put, asked))
    asked.tail = diagnosis.catch(() => undefined)
    return resultFrom(await diagnosis, put)
  }

  /** The user acted, or the upload ended: the next PUT without an answer is diagnosed again. */
  forget(uploadId: UploadId): void {
    this.#asked.delete(uploadId)
  }

  async #diagnosis(put: FailedPut, asked: PendingDiagnosis): Promise<PutDiagnosis> {
    const { held } = asked
    const isFresh = held !== null && this.#clock.now() - held.atMs < DIAGNOSIS_TTL_MS
    if (isFresh && appliesToAllParts(held.diagnosis)) return held.diagnosis
    const diagnosis = await this.#ask(put)
    asked.held = { atMs: this.#clock.now(), diagnosis }
    return diagnosis
  }

  async #ask({ uploadId, partNumber, failure, ...body }: FailedPut): Promise<PutDiagnosis> {
    const answered = await this.#control.diagnoseNoResponse({
      uploadId,
      partNumber,
      isBodySent: isWhole(body),
      seen: failure.kind === 'request-too-large' ? 'too-large' : 'nothing',
    })
    return answered.ok ? answered.value : { kind: 'unexplained', isStoreReached: false }
  }
}

/** The page sees nothing of the cause, or too little. */
function isDiagnosable(failure: Failure): boolean {
  switch (failure.kind) {
    case 'no-response':
    case 'stalled':
      return true
    case 'request-too-large':
      return failure.limitBytes === null
    case 'redirected':
      // The browser stopped the redirect and does not say where it led.
      return failure.to === null
    default:
      return false
  }
}

/** One part may have arrived where another has not. */
function appliesToAllParts(diagnosis: PutDiagnosis): boolean {
  switch (diagnosis.kind) {
    case 'acknowledged':
      return false
    case 'refused':
      return true
    case 'unexplained':
      return !diagnosis.isStoreReached
    default:
      return unreachable(diagnosis)
  }
}

function resultFrom(diagnosis: PutDiagnosis, put: FailedPut): PutResult {
  // It stays a redirect whatever the host receives: a store may answer the page and the host
  // differently.
  if (put.failure.kind === 'redirected') {
    const isNamed = diagnosis.kind === 'refused' && diagnosis.failure.kind === 'redirected'
    return { kind: 'failed', failure: isNamed ? diagnosis.failure : put.failure }
  }
  switch (diagnosis.kind) {
    case 'acknowledged':
      // A part left by an earlier attempt with other bytes is not this part.
      return diagnosis.receipt.checksum === put.checksum
        ? diagnosis
        : { kind: 'failed', failure: unexplained(put) }
    case 'refused':
      return { kind: 'failed', failure: diagnosis.failure }
    case 'unexplained':
      return { kind: 'failed', failure: diagnosis.isStoreReached ? unexplained(put) : put.failure }
    default:
      return unreachable(diagnosis)
  }
}

/**
 * The network is not the cause if a complete body has no effect while the host's request has one.
 */
function unexplained(put: FailedPut): Failure {
  const isLost = isWhole(put) && put.byteLength > BUFFERED_BYTES
  return put.failure.kind === 'no-response' && isLost
    ? { kind: 'no-response', isOnlyPage: true }
    : put.failure
}

/** An empty body cannot tell. */
function isWhole({ byteLength, sentBytes }: Pick<FailedPut, 'byteLength' | 'sentBytes'>): boolean {
  return byteLength > 0 && sentBytes >= byteLength
}

/**
 * Finds out why the store refused a PUT's signature. The page cannot tell a wrong secret key from a
 * proxy that changes the request; the host compares with requests of its own.
 */
export class SignatureDiagnoser {
  readonly #control: Pick<UploadControl, 'diagnoseSignature'>
  /** The parts of an upload fail together; one call is enough for all of them. */
  readonly #answers = new Map<UploadId, Promise<Failure | null>>()

  constructor(control: Pick<UploadControl, 'diagnoseSignature'>) {
    this.#control = control
  }

  /**
   * Replaces `credentials-rejected` with its cause if there is one; returns other failures as they
   * are.
   */
  async explain(uploadId: UploadId, failure: Failure): Promise<Failure> {
    if (failure.kind !== 'credentials-rejected') return failure
    if (failure.answer?.code !== 'SignatureDoesNotMatch') return failure
    const reason = await this.#reasonFor(uploadId)
    return reason?.kind === 'request-rewritten' ? { ...reason, answer: failure.answer } : failure
  }

  /** Parts that are signed from now on may have another result. */
  forget(uploadId: UploadId): void {
    this.#answers.delete(uploadId)
  }

  #reasonFor(uploadId: UploadId): Promise<Failure | null> {
    const asked = this.#answers.get(uploadId)
    if (asked !== undefined) return asked
    const answer = this.#control
      .diagnoseSignature({ uploadId })
      .then((diagnosed) => (diagnosed.ok ? diagnosed.value.failure : null))
    this.#answers.set(uploadId, answer)
    return answer
  }
}

/** The page reports these failures for a file that it cannot read, whatever the cause. */
const AMBIGUOUS_KINDS: ReadonlySet<FailureKind> = new Set([
  'source-unreadable',
  'source-changed',
  // The host's answer broke off because the host is gone or could not read on.
  'host-gone',
])

/** Only the host can detect these. */
const HOST_KINDS: ReadonlySet<FailureKind> = new Set(['source-unreadable', 'source-in-cloud'])

/** True: the host may know more, since it sees the file. */
export function isSourceFailureDiagnosable({ kind }: Failure, record: UploadRecord): boolean {
  return AMBIGUOUS_KINDS.has(kind) && record.isSourceDurable && record.sourceId !== null
}

/** Returns the host's reason instead of the page's, if the host has one. */
export async function diagnoseSourceFailure(
  { diagnoseSource }: Pick<UploadControl, 'diagnoseSource'>,
  record: UploadRecord,
  failure: Failure,
): Promise<Failure> {
  const { sourceId } = record
  if (sourceId === null || !isSourceFailureDiagnosable(failure, record)) return failure
  const answer = await diagnoseSource({ sourceId })
  const reason = answer.ok ? answer.value.failure : null
  return reason !== null && HOST_KINDS.has(reason.kind) ? reason : failure
}
