import type { PartReceipt, PartToSign } from '../../../electron/contract/commands/uploads.ts'
import type { Failure } from '../../../electron/contract/failure/kinds.ts'
import type { UploadId } from '../../../electron/contract/ids.ts'
import { type Outcome, succeeded } from '../../../electron/contract/outcome.ts'
import { type PartPlan, rangeOfPart } from '../../../electron/contract/part-plan.ts'
import type { Semaphore } from '../../../electron/lib/semaphore.ts'
import { ChecksumPrefetch, PREFETCHED_PARTS } from '../integrity/checksum-prefetch.ts'
import type { UploadEvent } from '../machine/events.ts'
import { bytesOfPart, type PartTable, partsReady } from '../machine/part-table.ts'
import type { UploadPhase } from '../machine/state.ts'
import type { ReceiptOutbox } from '../outbox.ts'
import type { FileSource, NetworkStatus, PartSending, PartTransport, QueuePorts } from '../ports.ts'
import { silenceAsOffline } from '../retry-policy.ts'
import { PAGE_BUG, type Run, type Upload } from '../upload.ts'
import { withAcknowledgedPart, withoutPart, withSentBytes } from '../view/progress.ts'
import {
  diagnoseSourceFailure,
  isSourceFailureDiagnosable,
  PutDiagnoser,
  SignatureDiagnoser,
} from './failure-diagnosis.ts'
import type { PartSigner } from './part-signer.ts'
import { type StallDeps, sendWithStallTimeout } from './stall-timeout.ts'

export interface PartTransferDeps {
  readonly ports: QueuePorts
  /** The network as it matters to this upload: to a store on this computer, it does not. */
  readonly networkOf: (row: Upload) => NetworkStatus
  readonly signer: PartSigner
  readonly readSemaphore: Semaphore
  readonly receipts: ReceiptOutbox
  readonly dispatch: (row: Upload, event: UploadEvent) => void
  /** A part could start that could not before. */
  readonly reschedule: () => void
  readonly progressed: () => void
  /** Null: it landed. */
  readonly partEnded: (row: Upload, failure: Failure | null, startedAtMs: number) => void
  /** So much of a part that had begun never travelled. */
  readonly refund: (row: Upload, byteLength: number) => void
}

/** The store was asked since; what lands from before is news to the host only. */
const PREPARED_SINCE: ReadonlySet<UploadPhase> = new Set(['sending', 'verifying', 'completing'])

/** Sends the parts of uploads, and makes events of what becomes of them. */
export class PartTransfer {
  readonly #deps: PartTransferDeps
  readonly #diagnoses: PutDiagnoser
  readonly #signatures: SignatureDiagnoser

  constructor(parts: PartTransferDeps) {
    this.#deps = parts
    this.#diagnoses = new PutDiagnoser(parts.ports.control, parts.ports.clock)
    this.#signatures = new SignatureDiagnoser(parts.ports.control)
  }

  /** The upload's run has ended. */
  forget(uploadId: UploadId): void {
    this.#deps.signer.forget(uploadId)
    this.#diagnoses.forget(uploadId)
    this.#signatures.forget(uploadId)
  }

  /** Sums up what is sent next. */
  prefetch(row: Upload): void {
    if (row.state.phase !== 'sending' || row.run === null) return
    this.#prefetchOf(row, row.run)?.prefetch(partsReady(row.state.parts, PREFETCHED_PARTS))
  }

  /** Starts all of them. */
  send(
    row: Upload,
    run: Run,
    source: FileSource,
    ledger: PartTable,
    partNumbers: readonly number[],
  ): void {
    const { uploadId } = row
    const stock = this.#prefetchOf(row, run)
    if (stock === null) return
    const next = partsReady(ledger, PREFETCHED_PARTS)
    this.#deps.signer.prefetch(
      uploadId,
      withKnownChecksum(row, partNumbers),
      withKnownChecksum(row, next),
    )
    for (const partNumber of partNumbers) {
      const part = { uploadId, plan: ledger.plan, partNumber, source, stock }
      void this.#send(row, part, run.controller.signal)
    }
  }

  #prefetchOf(row: Upload, run: Run): ChecksumPrefetch | null {
    const { source, controller } = run
    const { checksums: sums } = row
    if (source === null || sums === null) return null
    const { ports, readSemaphore: gate, reschedule } = this.#deps
    run.prefetch ??= new ChecksumPrefetch({
      checksums: ports.checksums,
      readSemaphore: gate,
      source,
      partChecksums: sums,
      signal: controller.signal,
      changed: reschedule,
    })
    return run.prefetch
  }

  async #send(row: Upload, part: PartToSend, signal: AbortSignal): Promise<void> {
    const { ports, signer, networkOf } = this.#deps
    const sendPorts = { ...ports, signer, network: networkOf(row) }
    const startedAtMs = ports.clock.now()
    let notSentBytes = bytesOfPart(part.plan, part.partNumber)
    const onSent = (sentBytes: number) => {
      notSentBytes = Math.min(notSentBytes, bytesOfPart(part.plan, part.partNumber) - sentBytes)
      if (signal.aborted) return
      row.progress = withSentBytes(row.progress, part.partNumber, sentBytes)
      this.#deps.progressed()
    }
    try {
      const sent = await sendPart(sendPorts, part, { signal, onSent })
      if (sent.ok) return this.#acknowledge(row, part, sent.value, startedAtMs, signal)
      this.#deps.refund(row, notSentBytes)
      await this.#diagnose(row, part, sent.failure, { notSentBytes, startedAtMs }, signal)
    } catch (error) {
      if (signal.aborted) return this.#deps.refund(row, notSentBytes)
      this.#fail(row, part.partNumber, PAGE_BUG, startedAtMs)
      throw error
    }
  }

  #acknowledge(
    row: Upload,
    part: PartToSend,
    receipt: PartReceipt,
    startedAtMs: number,
    signal: AbortSignal,
  ): void {
    if (signal.aborted && PREPARED_SINCE.has(row.state.phase)) {
      this.#deps.receipts.add(row.uploadId, receipt)
      return
    }
    const { partNumber, checksum } = receipt
    row.checksums?.recordAcknowledged(partNumber, checksum)
    row.progress = withAcknowledgedPart(
      row.progress,
      partNumber,
      bytesOfPart(part.plan, partNumber),
    )
    this.#deps.partEnded(row, null, startedAtMs)
    this.#deps.dispatch(row, { type: 'part-acknowledged', receipt })
  }

  /** The store may have the bytes all the same. */
  async #diagnose(
    row: Upload,
    part: PartToSend,
    failure: Failure,
    { notSentBytes, startedAtMs }: { readonly notSentBytes: number; readonly startedAtMs: number },
    signal: AbortSignal,
  ): Promise<void> {
    if (signal.aborted) return
    const { uploadId } = row
    const { partNumber } = part
    const seen = isSourceFailureDiagnosable(failure, row.record)
      ? await diagnoseSourceFailure(this.#deps.ports.control, row.record, failure)
      : failure
    const reason = await this.#signatures.explain(uploadId, seen)
    const byteLength = bytesOfPart(part.plan, partNumber)
    const sentBytes = byteLength - notSentBytes
    const checksum = row.checksums?.checksumOf(partNumber) ?? null
    const put = { uploadId, partNumber, byteLength, sentBytes, checksum, failure: reason }
    const end = this.#deps.networkOf(row).isOnline()
      ? await this.#diagnoses.resultOf(put)
      : ({ kind: 'failed', failure: reason } as const)
    if (end.kind === 'acknowledged') {
      if (end.isAnswerHidden) row.hasHiddenAnswers = true
      return this.#acknowledge(row, part, end.receipt, startedAtMs, signal)
    }
    if (!signal.aborted) this.#fail(row, partNumber, end.failure, startedAtMs)
  }

  #fail(row: Upload, partNumber: number, cause: Failure, startedAtMs: number): void {
    const { ports, networkOf } = this.#deps
    const { clock } = ports
    const failure = silenceAsOffline(cause, networkOf(row).isOnline())
    if (failure.kind === 'body-corrupted') row.checksums?.distrust(partNumber)
    row.progress = withoutPart(row.progress, partNumber)
    this.#deps.partEnded(row, failure, startedAtMs)
    const moment = { nowMs: clock.now(), jitter: clock.jitter() }
    this.#deps.dispatch(row, { type: 'part-failed', partNumber, failure, moment })
  }
}

/** Those of which it is known already what is to be signed. */
function withKnownChecksum(
  { checksums: sums }: Upload,
  partNumbers: readonly number[],
): readonly PartToSign[] {
  return partNumbers.flatMap((partNumber) => {
    const checksum = sums?.checksumOf(partNumber)
    return checksum === undefined ? [] : [{ partNumber, checksum }]
  })
}

export interface PartToSend {
  readonly uploadId: UploadId
  readonly plan: PartPlan
  readonly partNumber: number
  readonly source: FileSource
  readonly stock: ChecksumPrefetch
}

/** One try of one part: read, sum up, sign, send, in this order, so that the signature is young. */
export async function sendPart(
  ports: StallDeps & { readonly transport: PartTransport; readonly signer: PartSigner },
  part: PartToSend,
  sending: PartSending,
): Promise<Outcome<PartReceipt>> {
  const { uploadId, plan, partNumber, source, stock } = part
  const body = await source.read(rangeOfPart(plan, partNumber), sending.signal)
  if (!body.ok) return body
  const summed = await stock.checksumOf(partNumber, body.value)
  if (!summed.ok) return summed
  const checksum = summed.value
  const signed = await ports.signer.take(uploadId, { partNumber, checksum })
  if (!signed.ok) return signed
  sending.signal.throwIfAborted()
  const sent = await sendWithStallTimeout(ports, body.value.byteLength, sending, (watched) =>
    ports.transport.putPart(signed.value, body.value, watched),
  )
  return sent.ok ? succeeded({ partNumber, etag: sent.value.etag, checksum }) : sent
}
