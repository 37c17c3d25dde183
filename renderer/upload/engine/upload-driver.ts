import type { Failure } from '../../../electron/contract/failure.ts'
import { type Outcome, succeeded } from '../../../electron/contract/outcome.ts'
import { rangeOfPart } from '../../../electron/contract/part-plan.ts'
import { unreachable } from '../../../electron/contract/unreachable.ts'
import type { UploadRecord } from '../../../electron/contract/upload.ts'
import { delayed } from './delayed.ts'
import { HOST_WAIT_MS, type MarkOutbox } from './mark-outbox.ts'
import { partsReady } from './part-ledger.ts'
import { type PlanLimits, planParts } from './part-plan.ts'
import { sendPart } from './part-sender.ts'
import type { PartSigner } from './part-signer.ts'
import type { QueuePorts } from './ports.ts'
import { withLandedPart, withLostTry, withSentBytes } from './progress.ts'
import type { ReceiptOutbox } from './receipt-outbox.ts'
import { failureSeen } from './recovery.ts'
import type { NarrowGate, Turnstile } from './turnstile.ts'
import { isAllRecorded, type Row, type Run } from './upload-row.ts'
import type { UploadEffect, UploadEvent } from './upload-state.ts'

export interface DriverParts {
  readonly ports: QueuePorts
  readonly limitsOf: (row: Row) => PlanLimits
  readonly signer: PartSigner
  readonly receipts: ReceiptOutbox
  readonly marks: MarkOutbox
  readonly turnstile: Turnstile
  /** Cancels under way at once; a hundred thousand may be asked for in one click. */
  readonly cancelGate: NarrowGate
  readonly closing: AbortSignal
  readonly dispatch: (row: Row, event: UploadEvent) => void
  readonly progressed: (row: Row) => void
  readonly partEnded: (row: Row, failure: Failure | null, startedAtMs: number) => void
}

/** Turns effects into port calls, and their results into events. */
export class UploadDriver {
  readonly #parts: DriverParts

  constructor(parts: DriverParts) {
    this.#parts = parts
  }

  perform(row: Row, effect: UploadEffect): void {
    const { receipts, marks } = this.#parts
    switch (effect.type) {
      case 'stop':
        this.#stop(row)
        break
      case 'prepare':
        this.#begin(row, (run) => this.#prepare(row, run))
        break
      case 'send-parts':
        this.#sendParts(row, effect.partNumbers)
        break
      case 'wait-for-part':
        this.#wait(row, effect.afterMs, { type: 'part-due', partNumber: effect.partNumber })
        break
      case 'record-part':
        receipts.add(row.uploadId, effect.receipt)
        break
      case 'complete':
        this.#begin(row, (run) => this.#complete(row, run))
        break
      case 'cancel':
        void this.#cancel(row, this.#runOf(row))
        break
      case 'wait':
        this.#wait(row, effect.afterMs, { type: 'wait-over' })
        break
      case 'mark':
        marks.put(row.uploadId, effect.mark)
        break
      default:
        unreachable(effect)
    }
  }

  #stop(row: Row): void {
    row.run?.controller.abort()
    row.run = null
    row.progress = { ...row.progress, inFlight: new Map() }
    this.#parts.signer.forget(row.uploadId)
  }

  #runOf(row: Row): Run {
    row.run ??= { controller: new AbortController(), source: this.#parts.ports.sources(row.record) }
    return row.run
  }

  /** Calls of one upload pass one by one; one whose run has ended meanwhile is not made at all. */
  #begin(row: Row, act: (run: Run) => Promise<void>): void {
    const run = this.#runOf(row)
    void this.#parts.turnstile.pass(row.uploadId, async () => {
      if (!run.controller.signal.aborted && !this.#parts.closing.aborted) await act(run)
    })
  }

  #wait(row: Row, afterMs: number, event: UploadEvent): void {
    const { signal } = this.#runOf(row).controller
    delayed(this.#parts.ports.clock, afterMs, signal, () => this.#parts.dispatch(row, event))
  }

  async #prepare(row: Row, run: Run): Promise<void> {
    const { ports, marks } = this.#parts
    if (run.source === null && !isAllRecorded(row.record)) {
      return this.#fail(row, { kind: 'source-detached' })
    }
    const partBytes = this.#partBytesOf(row)
    if (!partBytes.ok) return this.#fail(row, partBytes.failure)
    await marks.send(row.uploadId)
    const prepared = await ports.control.prepare(row.uploadId, partBytes.value)
    if (run.controller.signal.aborted) return
    if (!prepared.ok) return this.#fail(row, prepared.failure)
    this.#parts.dispatch(row, { type: 'prepared', prepared: prepared.value })
  }

  /** Null: one PUT. A plan that is frozen in the record stands. */
  #partBytesOf(row: Row): Outcome<number | null> {
    const { plan, byteLength } = row.record
    const planned =
      plan === null ? planParts(byteLength, this.#parts.limitsOf(row)) : succeeded(plan)
    if (!planned.ok) return planned
    return succeeded(planned.value.mode === 'single' ? null : planned.value.partBytes)
  }

  #sendParts(row: Row, partNumbers: readonly number[]): void {
    const run = this.#runOf(row)
    if (row.state.phase !== 'sending') return
    if (run.source === null) {
      this.#fail(row, { kind: 'source-detached' })
      return
    }
    const { ledger } = row.state
    this.#parts.signer.prefetch(row.uploadId, partNumbers, partsReady(ledger, AHEAD))
    for (const partNumber of partNumbers) {
      const part = { uploadId: row.uploadId, plan: ledger.plan, partNumber, source: run.source }
      void this.#send(row, run, part)
    }
  }

  async #send(row: Row, run: Run, part: Parameters<typeof sendPart>[1]): Promise<void> {
    const { ports, signer } = this.#parts
    const { signal } = run.controller
    const startedAtMs = ports.clock.now()
    const onSent = (sentBytes: number) => {
      if (signal.aborted) return
      row.progress = withSentBytes(row.progress, part.partNumber, sentBytes)
      this.#parts.progressed(row)
    }
    try {
      const sent = await sendPart({ ...ports, signer }, part, { signal, onSent })
      if (sent.ok) this.#landed(row, run, part, sent.value.etag, startedAtMs)
      else if (!signal.aborted) this.#lost(row, part.partNumber, sent.failure, startedAtMs)
    } catch (error) {
      if (!signal.aborted) throw error
    }
  }

  #landed(
    row: Row,
    run: Run,
    part: Parameters<typeof sendPart>[1],
    etag: string,
    startedAtMs: number,
  ): void {
    const receipt = { partNumber: part.partNumber, etag }
    if (run.controller.signal.aborted && row.state.phase === 'sending') {
      // Of an earlier run: the store was asked since, so only the receipt is news.
      this.#parts.receipts.add(row.uploadId, receipt)
      return
    }
    const { start, end } = rangeOfPart(part.plan, part.partNumber)
    row.progress = withLandedPart(row.progress, part.partNumber, end - start)
    this.#parts.partEnded(row, null, startedAtMs)
    this.#parts.dispatch(row, { type: 'part-landed', receipt })
  }

  #lost(row: Row, partNumber: number, cause: Failure, startedAtMs: number): void {
    const { clock, network } = this.#parts.ports
    const failure = failureSeen(cause, network.isOnline())
    row.progress = withLostTry(row.progress, partNumber)
    this.#parts.partEnded(row, failure, startedAtMs)
    const moment = { nowMs: clock.now(), jitter: clock.jitter() }
    this.#parts.dispatch(row, { type: 'part-failed', partNumber, failure, moment })
  }

  async #complete(row: Row, run: Run): Promise<void> {
    const { ports, receipts } = this.#parts
    await receipts.flush(row.uploadId)
    const checked = await this.#checkSource(row, run)
    if (!checked.ok) return this.#fail(row, checked.failure)
    if (run.controller.signal.aborted) return
    const completed = await ports.control.complete(row.uploadId)
    if (completed.ok) this.#end(row, completed.value)
    else if (!run.controller.signal.aborted) this.#fail(row, completed.failure)
  }

  /** A file that changed while its last part travelled would be half old, half new. */
  async #checkSource(row: Row, run: Run): Promise<Outcome<unknown>> {
    if (run.source === null) return succeeded(null)
    const { signal } = run.controller
    try {
      return await run.source.read({ start: 0, end: Math.min(1, row.record.byteLength) }, signal)
    } catch (error) {
      if (!signal.aborted) throw error
      return succeeded(null)
    }
  }

  /** Waits for no other call of this upload: the host ends what is under way, and keeps order. */
  async #cancel(row: Row, run: Run): Promise<void> {
    const { ports, marks, cancelGate } = this.#parts
    const { signal } = run.controller
    marks.drop(row.uploadId)
    await cancelGate.pass(async () => {
      if (signal.aborted) return
      const cancelled = await ports.control.cancel(row.uploadId)
      if (signal.aborted) return
      if (cancelled.ok) this.#end(row, cancelled.value)
      else if (cancelled.failure.kind === 'not-now') await this.#endAsDone(row, run)
      else this.#fail(row, cancelled.failure)
      // Thousands may want in; while the host is gone, the gate stays shut for a moment.
      if (!cancelled.ok && cancelled.failure.kind === 'host-gone') await this.#pauseAtGate()
    })
  }

  #end(row: Row, record: UploadRecord): void {
    row.record = record
    this.#parts.dispatch(row, { type: record.status.phase === 'done' ? 'completed' : 'cancelled' })
  }

  /** Too late to cancel: it is complete, and then `complete` only answers the record. */
  async #endAsDone(row: Row, run: Run): Promise<void> {
    const completed = await this.#parts.ports.control.complete(row.uploadId)
    if (run.controller.signal.aborted) return
    if (completed.ok) this.#end(row, completed.value)
    else this.#fail(row, completed.failure)
  }

  async #pauseAtGate(): Promise<void> {
    const { ports, closing } = this.#parts
    // Rejects only when the queue is closed, and then nobody goes through any more.
    await ports.clock.sleep(HOST_WAIT_MS, closing).catch(() => undefined)
  }

  #fail(row: Row, cause: Failure): void {
    const { clock, network } = this.#parts.ports
    const failure = failureSeen(cause, network.isOnline())
    const moment = { nowMs: clock.now(), jitter: clock.jitter() }
    this.#parts.dispatch(row, { type: 'call-failed', failure, moment })
  }
}

/** How many parts beyond those that start now are signed with them. */
const AHEAD = 6
