import type { Failure } from '../../../electron/contract/failure.ts'
import { type Outcome, succeeded } from '../../../electron/contract/outcome.ts'
import { unreachable } from '../../../electron/contract/unreachable.ts'
import type { UploadRecord } from '../../../electron/contract/upload.ts'
import { delayed } from './delayed.ts'
import { HOST_WAIT_MS, type MarkOutbox } from './mark-outbox.ts'
import type { NarrowGate } from './narrow-gate.ts'
import { type PlanLimits, planParts } from './part-plan.ts'
import { PartRunner, type PartRunnerParts } from './part-runner.ts'
import { failureSeen } from './recovery.ts'
import type { Turnstile } from './turnstile.ts'
import { isAllRecorded, PAGE_BUG, type Row, type Run } from './upload-row.ts'
import type { UploadEffect, UploadEvent } from './upload-state.ts'

export interface DriverParts extends PartRunnerParts {
  readonly limitsOf: (row: Row) => PlanLimits
  readonly marks: MarkOutbox
  readonly turnstile: Turnstile
  /** A hundred thousand cancels may be asked for in one click. */
  readonly cancelGate: NarrowGate
  readonly closing: AbortSignal
}

/** Turns effects into port calls, and their results into events. */
export class UploadDriver {
  readonly #parts: DriverParts
  readonly #partRunner: PartRunner

  constructor(parts: DriverParts) {
    this.#parts = parts
    this.#partRunner = new PartRunner(parts)
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
    const { receipts } = this.#parts
    this.#partRunner.forget(row.uploadId)
    if (row.state.phase === 'done' || row.state.phase === 'cancelled') receipts.drop(row.uploadId)
    else void receipts.flush(row.uploadId)
  }

  #runOf(row: Row): Run {
    row.run ??= { controller: new AbortController(), source: this.#parts.ports.sources(row.record) }
    return row.run
  }

  /** Calls of one upload pass one by one; one whose run has ended meanwhile is not made at all. */
  #begin(row: Row, act: (run: Run) => Promise<void>): void {
    const run = this.#runOf(row)
    const isOver = () => run.controller.signal.aborted || this.#parts.closing.aborted
    void this.#parts.turnstile.pass(row.uploadId, async () => {
      if (isOver()) return
      try {
        await act(run)
      } catch (error) {
        if (!isOver()) this.#fail(row, PAGE_BUG)
        throw error
      }
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
    const { controller, source } = this.#runOf(row)
    if (row.state.phase !== 'sending') return
    if (source === null) this.#fail(row, { kind: 'source-detached' })
    else this.#partRunner.send(row, row.state.ledger, partNumbers, source, controller.signal)
  }

  async #complete(row: Row, run: Run): Promise<void> {
    const { ports, receipts } = this.#parts
    await receipts.flush(row.uploadId)
    const checked = await this.#checkSource(run)
    if (!checked.ok) return this.#fail(row, checked.failure)
    if (run.controller.signal.aborted) return
    const completed = await ports.control.complete(row.uploadId)
    if (completed.ok) this.#end(row, completed.value)
    else if (!run.controller.signal.aborted) this.#fail(row, completed.failure)
  }

  /** A file that changed while its last part travelled would be half old, half new. */
  async #checkSource(run: Run): Promise<Outcome<null>> {
    if (run.source === null) return succeeded(null)
    const { signal } = run.controller
    try {
      return await run.source.check(signal)
    } catch (error) {
      if (!signal.aborted) throw error
      return succeeded(null)
    }
  }

  /** Waits for no other call of this upload: the host ends what is under way, and keeps order. */
  async #cancel(row: Row, run: Run): Promise<void> {
    const { ports, marks, receipts, cancelGate } = this.#parts
    const { signal } = run.controller
    marks.drop(row.uploadId)
    receipts.drop(row.uploadId)
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
    const { ports, networkOf } = this.#parts
    const { clock } = ports
    const failure = failureSeen(cause, networkOf(row).isOnline())
    const moment = { nowMs: clock.now(), jitter: clock.jitter() }
    this.#parts.dispatch(row, { type: 'call-failed', failure, moment })
  }
}
