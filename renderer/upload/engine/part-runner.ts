import type { Failure } from '../../../electron/contract/failure.ts'
import type { UploadId } from '../../../electron/contract/ids.ts'
import { rangeOfPart } from '../../../electron/contract/part-plan.ts'
import { type PartLedger, partsReady } from './part-ledger.ts'
import { type PartToSend, sendPart } from './part-sender.ts'
import { type PartSigner, SIGNED_AHEAD } from './part-signer.ts'
import type { FileSource, NetworkStatus, QueuePorts } from './ports.ts'
import { withLandedPart, withLostTry, withSentBytes } from './progress.ts'
import type { ReceiptOutbox } from './receipt-outbox.ts'
import { failureSeen } from './recovery.ts'
import { Silence } from './silence.ts'
import { PAGE_BUG, type Row } from './upload-row.ts'
import type { UploadEvent } from './upload-state.ts'

export interface PartRunnerParts {
  readonly ports: QueuePorts
  /** The network as it matters to this upload: to a store on this computer, it does not. */
  readonly networkOf: (row: Row) => NetworkStatus
  readonly signer: PartSigner
  readonly receipts: ReceiptOutbox
  readonly dispatch: (row: Row, event: UploadEvent) => void
  readonly progressed: (row: Row) => void
  /** Null: it landed. */
  readonly partEnded: (row: Row, failure: Failure | null, startedAtMs: number) => void
}

/** Sends the parts of uploads, and makes events of what becomes of them. */
export class PartRunner {
  readonly #parts: PartRunnerParts
  readonly #silence: Silence

  constructor(parts: PartRunnerParts) {
    this.#parts = parts
    this.#silence = new Silence(parts.ports.control, parts.ports.clock)
  }

  /** The upload's run has ended. */
  forget(uploadId: UploadId): void {
    this.#parts.signer.forget(uploadId)
    this.#silence.forget(uploadId)
  }

  /** Starts all of them; `signal` is that of the upload's run. */
  send(
    row: Row,
    ledger: PartLedger,
    partNumbers: readonly number[],
    source: FileSource,
    signal: AbortSignal,
  ): void {
    const { uploadId } = row
    this.#parts.signer.prefetch(uploadId, partNumbers, partsReady(ledger, SIGNED_AHEAD))
    for (const partNumber of partNumbers) {
      void this.#send(row, { uploadId, plan: ledger.plan, partNumber, source }, signal)
    }
  }

  async #send(row: Row, part: PartToSend, signal: AbortSignal): Promise<void> {
    const { ports, signer, networkOf } = this.#parts
    const sendPorts = { ...ports, signer, network: networkOf(row) }
    const startedAtMs = ports.clock.now()
    const onSent = (sentBytes: number) => {
      if (signal.aborted) return
      row.progress = withSentBytes(row.progress, part.partNumber, sentBytes)
      this.#parts.progressed(row)
    }
    try {
      const sent = await sendPart(sendPorts, part, { signal, onSent })
      if (sent.ok) this.#landed(row, part, sent.value.etag, startedAtMs, signal)
      else await this.#explain(row, part.partNumber, sent.failure, startedAtMs, signal)
    } catch (error) {
      if (signal.aborted) return
      this.#lost(row, part.partNumber, PAGE_BUG, startedAtMs)
      throw error
    }
  }

  #landed(
    row: Row,
    part: PartToSend,
    etag: string,
    startedAtMs: number,
    signal: AbortSignal,
  ): void {
    const receipt = { partNumber: part.partNumber, etag }
    if (signal.aborted && row.state.phase === 'sending') {
      // Of an earlier run: the store was asked since, so only the receipt is news.
      this.#parts.receipts.add(row.uploadId, receipt)
      return
    }
    const { start, end } = rangeOfPart(part.plan, part.partNumber)
    row.progress = withLandedPart(row.progress, part.partNumber, end - start)
    this.#parts.partEnded(row, null, startedAtMs)
    this.#parts.dispatch(row, { type: 'part-landed', receipt })
  }

  async #explain(
    row: Row,
    partNumber: number,
    failure: Failure,
    startedAtMs: number,
    signal: AbortSignal,
  ): Promise<void> {
    if (signal.aborted) return
    const isOnline = this.#parts.networkOf(row).isOnline()
    const cause = isOnline ? await this.#silence.explained(row.uploadId, failure) : failure
    if (!signal.aborted) this.#lost(row, partNumber, cause, startedAtMs)
  }

  #lost(row: Row, partNumber: number, cause: Failure, startedAtMs: number): void {
    const { ports, networkOf } = this.#parts
    const { clock } = ports
    const failure = failureSeen(cause, networkOf(row).isOnline())
    row.progress = withLostTry(row.progress, partNumber)
    this.#parts.partEnded(row, failure, startedAtMs)
    const moment = { nowMs: clock.now(), jitter: clock.jitter() }
    this.#parts.dispatch(row, { type: 'part-failed', partNumber, failure, moment })
  }
}
