import type { Failure } from '../../../electron/contract/failure.ts'
import type { UploadId } from '../../../electron/contract/ids.ts'
import type { PartReceipt, PartToSign } from '../../../electron/contract/upload.ts'
import { bytesOfPart, type PartLedger, partsReady } from './part-ledger.ts'
import { type PartToSend, sendPart } from './part-sender.ts'
import type { PartSigner } from './part-signer.ts'
import type { FileSource, NetworkStatus, QueuePorts } from './ports.ts'
import { withLandedPart, withLostTry, withSentBytes } from './progress.ts'
import { PutDiagnoses } from './put-diagnoses.ts'
import type { ReadingGate } from './reading-gate.ts'
import type { ReceiptOutbox } from './receipt-outbox.ts'
import { failureSeen } from './recovery.ts'
import { SignatureDiagnosis } from './signature-diagnosis.ts'
import { diagnosed, isWorthDiagnosis } from './source-diagnosis.ts'
import { SUMMED_AHEAD, SumStock } from './sum-stock.ts'
import { PAGE_BUG, type Row, type Run } from './upload-row.ts'
import type { UploadEvent, UploadPhase } from './upload-state.ts'

export interface PartRunnerParts {
  readonly ports: QueuePorts
  /** The network as it matters to this upload: to a store on this computer, it does not. */
  readonly networkOf: (row: Row) => NetworkStatus
  readonly signer: PartSigner
  readonly gate: ReadingGate
  readonly receipts: ReceiptOutbox
  readonly dispatch: (row: Row, event: UploadEvent) => void
  /** A part could start that could not before. */
  readonly reschedule: () => void
  readonly progressed: () => void
  /** Null: it landed. */
  readonly partEnded: (row: Row, failure: Failure | null, startedAtMs: number) => void
  /** So much of a part that had begun never travelled. */
  readonly notSent: (row: Row, byteLength: number) => void
}

/** The store was asked since; what lands from before is news to the host only. */
const ASKED_SINCE: ReadonlySet<UploadPhase> = new Set(['sending', 'verifying', 'completing'])

/** Sends the parts of uploads, and makes events of what becomes of them. */
export class PartRunner {
  readonly #parts: PartRunnerParts
  readonly #diagnoses: PutDiagnoses
  readonly #signatures: SignatureDiagnosis

  constructor(parts: PartRunnerParts) {
    this.#parts = parts
    this.#diagnoses = new PutDiagnoses(parts.ports.control, parts.ports.clock)
    this.#signatures = new SignatureDiagnosis(parts.ports.control)
  }

  /** The upload's run has ended. */
  forget(uploadId: UploadId): void {
    this.#parts.signer.forget(uploadId)
    this.#diagnoses.forget(uploadId)
    this.#signatures.forget(uploadId)
  }

  /** Sums up what is sent next. */
  stockUp(row: Row): void {
    if (row.state.phase !== 'sending' || row.run === null) return
    this.#stockOf(row, row.run)?.fill(partsReady(row.state.ledger, SUMMED_AHEAD))
  }

  /** Starts all of them. */
  send(
    row: Row,
    run: Run,
    source: FileSource,
    ledger: PartLedger,
    partNumbers: readonly number[],
  ): void {
    const { uploadId } = row
    const stock = this.#stockOf(row, run)
    if (stock === null) return
    const next = partsReady(ledger, SUMMED_AHEAD)
    this.#parts.signer.prefetch(uploadId, summed(row, partNumbers), summed(row, next))
    for (const partNumber of partNumbers) {
      const part = { uploadId, plan: ledger.plan, partNumber, source, stock }
      void this.#send(row, part, run.controller.signal)
    }
  }

  #stockOf(row: Row, run: Run): SumStock | null {
    const { source, controller } = run
    const { sums } = row
    if (source === null || sums === null) return null
    const { ports, gate, reschedule } = this.#parts
    run.stock ??= new SumStock({
      checksums: ports.checksums,
      gate,
      source,
      sums,
      signal: controller.signal,
      changed: reschedule,
    })
    return run.stock
  }

  async #send(row: Row, part: PartToSend, signal: AbortSignal): Promise<void> {
    const { ports, signer, networkOf } = this.#parts
    const sendPorts = { ...ports, signer, network: networkOf(row) }
    const startedAtMs = ports.clock.now()
    let notSentBytes = bytesOfPart(part.plan, part.partNumber)
    const onSent = (sentBytes: number) => {
      notSentBytes = Math.min(notSentBytes, bytesOfPart(part.plan, part.partNumber) - sentBytes)
      if (signal.aborted) return
      row.progress = withSentBytes(row.progress, part.partNumber, sentBytes)
      this.#parts.progressed()
    }
    try {
      const sent = await sendPart(sendPorts, part, { signal, onSent })
      if (sent.ok) return this.#landed(row, part, sent.value, startedAtMs, signal)
      this.#parts.notSent(row, notSentBytes)
      await this.#diagnose(row, part, sent.failure, { notSentBytes, startedAtMs }, signal)
    } catch (error) {
      if (signal.aborted) return this.#parts.notSent(row, notSentBytes)
      this.#lost(row, part.partNumber, PAGE_BUG, startedAtMs)
      throw error
    }
  }

  #landed(
    row: Row,
    part: PartToSend,
    receipt: PartReceipt,
    startedAtMs: number,
    signal: AbortSignal,
  ): void {
    if (signal.aborted && ASKED_SINCE.has(row.state.phase)) {
      this.#parts.receipts.add(row.uploadId, receipt)
      return
    }
    const { partNumber, checksum } = receipt
    row.sums?.noteLanded(partNumber, checksum)
    row.progress = withLandedPart(row.progress, partNumber, bytesOfPart(part.plan, partNumber))
    this.#parts.partEnded(row, null, startedAtMs)
    this.#parts.dispatch(row, { type: 'part-landed', receipt })
  }

  /** The store may have the bytes all the same. */
  async #diagnose(
    row: Row,
    part: PartToSend,
    failure: Failure,
    { notSentBytes, startedAtMs }: { readonly notSentBytes: number; readonly startedAtMs: number },
    signal: AbortSignal,
  ): Promise<void> {
    if (signal.aborted) return
    const { uploadId } = row
    const { partNumber } = part
    const seen = isWorthDiagnosis(failure, row.record)
      ? await diagnosed(this.#parts.ports.control, row.record, failure)
      : failure
    const reason = await this.#signatures.explained(uploadId, seen)
    const byteLength = bytesOfPart(part.plan, partNumber)
    const sentBytes = byteLength - notSentBytes
    const checksum = row.sums?.toSend(partNumber) ?? null
    const put = { uploadId, partNumber, byteLength, sentBytes, checksum, failure: reason }
    const end = this.#parts.networkOf(row).isOnline()
      ? await this.#diagnoses.endOf(put)
      : ({ kind: 'failed', failure: reason } as const)
    if (end.kind === 'acknowledged') {
      if (end.isAnswerHidden) row.hasHiddenAnswers = true
      return this.#landed(row, part, end.receipt, startedAtMs, signal)
    }
    if (!signal.aborted) this.#lost(row, partNumber, end.failure, startedAtMs)
  }

  #lost(row: Row, partNumber: number, cause: Failure, startedAtMs: number): void {
    const { ports, networkOf } = this.#parts
    const { clock } = ports
    const failure = failureSeen(cause, networkOf(row).isOnline())
    if (failure.kind === 'body-corrupted') row.sums?.doubt(partNumber)
    row.progress = withLostTry(row.progress, partNumber)
    this.#parts.partEnded(row, failure, startedAtMs)
    const moment = { nowMs: clock.now(), jitter: clock.jitter() }
    this.#parts.dispatch(row, { type: 'part-failed', partNumber, failure, moment })
  }
}

/** Those of which it is known already what is to be signed. */
function summed({ sums }: Row, partNumbers: readonly number[]): readonly PartToSign[] {
  return partNumbers.flatMap((partNumber) => {
    const checksum = sums?.toSend(partNumber)
    return checksum === undefined ? [] : [{ partNumber, checksum }]
  })
}
