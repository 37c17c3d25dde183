import type { PartReceipt, PartToSign } from '../../../electron/contract/commands/uploads.ts'
import type { Failure } from '../../../electron/contract/failure/kinds.ts'
import type { UploadId } from '../../../electron/contract/ids.ts'
import { type Outcome, succeeded } from '../../../electron/contract/outcome.ts'
import { rangeOfPart } from '../../../electron/contract/part-plan.ts'
import type { Semaphore } from '../../../electron/lib/semaphore.ts'
import type { Destinations } from '../destinations.ts'
import type { EventInbox } from '../event-inbox.ts'
import { ChecksumPrefetch, PREFETCHED_PARTS } from '../integrity/checksum-prefetch.ts'
import { bytesOfPart, type PartTable, partsReady } from '../machine/part-table.ts'
import type { UploadPhase } from '../machine/state.ts'
import type { Outbox } from '../outbox.ts'
import type { FileSource, QueuePorts } from '../ports.ts'
import { silenceAsOffline } from '../retry-policy.ts'
import type { PartScheduler } from '../scheduler/concurrency-window.ts'
import type { RateLimiter } from '../scheduler/rate-limiter.ts'
import { PAGE_BUG, type Run, type Upload } from '../upload.ts'
import type { ProgressMeter } from '../view/progress-meter.ts'
import {
  diagnoseSourceFailure,
  isSourceFailureDiagnosable,
  PutDiagnoser,
  type PutResult,
  SignatureDiagnoser,
} from './failure-diagnosis.ts'
import { PartSigner } from './part-signer.ts'
import { sendWithStallTimeout } from './stall-timeout.ts'

export interface PartTransferDeps {
  readonly ports: QueuePorts
  readonly destinations: Destinations
  readonly inbox: EventInbox
  readonly meter: ProgressMeter
  readonly outbox: Outbox
  readonly scheduler: PartScheduler
  readonly rateLimiter: RateLimiter
  readonly readSemaphore: Semaphore
}

/** One attempt to send one part. */
interface PartAttempt {
  readonly upload: Upload
  readonly source: FileSource
  readonly prefetch: ChecksumPrefetch
  readonly partNumber: number
  readonly plan: PartTable['plan']
  readonly byteLength: number
  readonly startedAtMs: number
  /** The signal of the upload's run. */
  readonly signal: AbortSignal
  /** The most that the transport has reported. */
  sentBytes: number
}

/** Sends the parts of uploads, and posts the results as events. */
export class PartTransfer {
  readonly #deps: PartTransferDeps
  readonly #signer: PartSigner
  readonly #puts: PutDiagnoser
  readonly #signatures: SignatureDiagnoser

  constructor(deps: PartTransferDeps) {
    const { control, clock } = deps.ports
    this.#deps = deps
    this.#signer = new PartSigner(control, clock)
    this.#puts = new PutDiagnoser(control, clock)
    this.#signatures = new SignatureDiagnoser(control)
  }

  /** The upload's run has ended. */
  forget(uploadId: UploadId): void {
    this.#signer.forget(uploadId)
    this.#puts.forget(uploadId)
    this.#signatures.forget(uploadId)
  }

  /** Computes the checksums of the parts that are sent next. */
  prefetch(upload: Upload): void {
    const { run, state } = upload
    if (state.phase !== 'sending' || run === null) return
    this.#prefetchOf(upload, run)?.prefetch(partsReady(state.parts, PREFETCHED_PARTS))
  }

  send(upload: Upload, run: Run, parts: PartTable, partNumbers: readonly number[]): void {
    const { source, signal } = run
    const prefetch = this.#prefetchOf(upload, run)
    if (source === null || prefetch === null) return
    const next = partsReady(parts, PREFETCHED_PARTS)
    this.#signer.prefetch(
      upload.uploadId,
      withKnownChecksum(upload, partNumbers),
      withKnownChecksum(upload, next),
    )
    const { plan } = parts
    const startedAtMs = this.#deps.ports.clock.now()
    for (const partNumber of partNumbers) {
      const byteLength = bytesOfPart(plan, partNumber)
      const part = { upload, source, prefetch, partNumber, plan, byteLength, startedAtMs, signal }
      void this.#send({ ...part, sentBytes: 0 })
    }
  }

  #prefetchOf(upload: Upload, run: Run): ChecksumPrefetch | null {
    const { source, signal } = run
    const { checksums: partChecksums } = upload
    if (source === null || partChecksums === null) return null
    const { inbox, ports, readSemaphore } = this.#deps
    return run.prefetchWith(() => {
      const changed = () => inbox.wake()
      const { checksums } = ports
      return new ChecksumPrefetch({
        checksums,
        readSemaphore,
        source,
        partChecksums,
        signal,
        changed,
      })
    })
  }

  async #send(attempt: PartAttempt): Promise<void> {
    const { signal } = attempt
    try {
      const sent = await this.#put(attempt)
      if (sent.ok) return this.#acknowledge(attempt, sent.value)
      this.#refund(attempt)
      if (!signal.aborted) await this.#diagnose(attempt, sent.failure)
    } catch (error) {
      if (signal.aborted) return this.#refund(attempt)
      this.#fail(attempt, PAGE_BUG)
      throw error
    }
  }

  /**
   * Reads, computes the checksum, signs and sends, in this order, so that the signature is fresh.
   */
  async #put(attempt: PartAttempt): Promise<Outcome<PartReceipt>> {
    const { upload, source, prefetch, plan, partNumber, signal } = attempt
    const { destinations, meter, ports } = this.#deps
    const body = await source.read(rangeOfPart(plan, partNumber), signal)
    if (!body.ok) return body
    const computed = await prefetch.checksumOf(partNumber, body.value)
    if (!computed.ok) return computed
    const checksum = computed.value
    const signed = await this.#signer.take(upload.uploadId, { partNumber, checksum })
    if (!signed.ok) return signed
    signal.throwIfAborted()
    const onSent = (sentBytes: number) => {
      attempt.sentBytes = Math.max(attempt.sentBytes, sentBytes)
      if (signal.aborted) return
      upload.sent(partNumber, sentBytes)
      meter.moved()
    }
    const sent = await sendWithStallTimeout(
      { clock: ports.clock, network: destinations.networkFor(upload.record) },
      body.value.byteLength,
      { signal, onSent },
      (sending) => ports.transport.putPart(signed.value, body.value, sending),
    )
    return sent.ok ? succeeded({ partNumber, etag: sent.value.etag, checksum }) : sent
  }

  #acknowledge({ upload, startedAtMs, signal }: PartAttempt, receipt: PartReceipt): void {
    const { destinations, inbox, outbox, scheduler } = this.#deps
    if (signal.aborted && PREPARED_SINCE.has(upload.state.phase)) {
      outbox.addReceipt(upload.uploadId, receipt)
      return
    }
    scheduler.partEnded(destinations.endpointOf(upload.record), null, startedAtMs)
    inbox.post(upload, { type: 'part-acknowledged', receipt })
  }

  /** The store may have the bytes, whatever the page saw. */
  async #diagnose(attempt: PartAttempt, failure: Failure): Promise<void> {
    const { upload, signal } = attempt
    const result = await this.#resultOf(attempt, failure)
    if (result.kind === 'acknowledged') {
      if (result.isAnswerHidden) upload.foundHiddenAnswers()
      return this.#acknowledge(attempt, result.receipt)
    }
    if (!signal.aborted) this.#fail(attempt, result.failure)
  }

  async #resultOf(attempt: PartAttempt, cause: Failure): Promise<PutResult> {
    const { upload, partNumber, byteLength, sentBytes, signal } = attempt
    const { destinations, ports } = this.#deps
    const { uploadId, record } = upload
    const seen = isSourceFailureDiagnosable(cause, record)
      ? await diagnoseSourceFailure(ports.control, record, cause)
      : cause
    const failure = await this.#signatures.explain(uploadId, seen)
    const isAskable = !signal.aborted && destinations.networkFor(record).isOnline()
    if (!isAskable) return { kind: 'failed', failure }
    const checksum = upload.checksums?.checksumOf(partNumber) ?? null
    return this.#puts.resultOf({ uploadId, partNumber, byteLength, sentBytes, checksum, failure })
  }

  #fail({ upload, partNumber, startedAtMs }: PartAttempt, cause: Failure): void {
    const { destinations, inbox, ports, scheduler } = this.#deps
    const { record } = upload
    const failure = silenceAsOffline(cause, destinations.networkFor(record).isOnline())
    scheduler.partEnded(destinations.endpointOf(record), failure, startedAtMs)
    const moment = { nowMs: ports.clock.now(), jitter: ports.clock.jitter() }
    inbox.post(upload, { type: 'part-failed', partNumber, failure, moment })
  }

  /** Bytes that were not sent do not count against the speed limit. */
  #refund({ upload, byteLength, sentBytes }: PartAttempt): void {
    this.#deps.rateLimiter.refund(upload.record.destinationId, byteLength - sentBytes)
  }
}

/** The store has been asked since, so a late receipt of a stopped run only has to be recorded. */
const PREPARED_SINCE: ReadonlySet<UploadPhase> = new Set(['sending', 'verifying', 'completing'])

/** Only parts whose checksum is already known can be signed. */
function withKnownChecksum(
  { checksums }: Upload,
  partNumbers: readonly number[],
): readonly PartToSign[] {
  return partNumbers.flatMap((partNumber) => {
    const checksum = checksums?.checksumOf(partNumber)
    return checksum === undefined ? [] : [{ partNumber, checksum }]
  })
}
