import type { Failure } from '../../../electron/contract/failure.ts'
import { type Outcome, succeeded } from '../../../electron/contract/outcome.ts'
import { unreachable } from '../../../electron/contract/unreachable.ts'
import { delayed } from './delayed.ts'
import { Ending } from './ending.ts'
import type { MarkOutbox } from './mark-outbox.ts'
import type { NarrowGate } from './narrow-gate.ts'
import { type PlanLimits, planParts } from './part-plan.ts'
import { PartRunner, type PartRunnerParts } from './part-runner.ts'
import { sumsAfterPrepare } from './part-sums.ts'
import { failureSeen } from './recovery.ts'
import { Rereading } from './rereading.ts'
import { diagnosed, isWorthDiagnosis } from './source-diagnosis.ts'
import type { Turnstile } from './turnstile.ts'
import { isAllRecorded, PAGE_BUG, type Row, type Run, wasAsked } from './upload-row.ts'
import type { UploadEffect, UploadEvent } from './upload-state.ts'

export interface DriverParts extends PartRunnerParts {
  readonly limitsOf: (row: Row) => PlanLimits
  readonly marks: MarkOutbox
  readonly turnstile: Turnstile
  readonly cancelGate: NarrowGate
  readonly closing: AbortSignal
}

/** Turns effects into port calls, and their results into events. */
export class UploadDriver {
  readonly #parts: DriverParts
  readonly #partRunner: PartRunner
  readonly #rereading: Rereading
  readonly #ending: Ending

  constructor(parts: DriverParts) {
    const fail = (row: Row, failure: Failure) => this.#fail(row, failure)
    const { control, checksums, clock } = parts.ports
    this.#parts = parts
    this.#partRunner = new PartRunner(parts)
    this.#rereading = new Rereading({ ...parts, control, checksums, fail })
    this.#ending = new Ending({ ...parts, control, clock, fail })
  }

  stockUp(row: Row): void {
    this.#partRunner.stockUp(row)
  }

  perform(row: Row, effect: UploadEffect): void {
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
        this.#parts.receipts.add(row.uploadId, effect.receipt)
        break
      case 'reread':
        void this.#rereading.inBackground(row, this.#runOf(row), effect.which)
        break
      case 'verify':
        row.verifiedBytes = 0
        this.#begin(row, (run) => this.#verify(row, run))
        break
      case 'complete':
        this.#begin(row, (run) => this.#ending.complete(row, run))
        break
      case 'cancel':
        void this.#ending.cancel(row, this.#runOf(row))
        break
      case 'wait':
        this.#wait(row, effect.afterMs, { type: 'wait-over' })
        break
      case 'mark':
        this.#parts.marks.put(row.uploadId, effect.mark)
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
    if (row.state.phase !== 'done' && row.state.phase !== 'cancelled') {
      void receipts.flush(row.uploadId)
      return
    }
    row.sums = null
    receipts.drop(row.uploadId)
  }

  #runOf(row: Row): Run {
    const { sources } = this.#parts.ports
    row.run ??= {
      controller: new AbortController(),
      source: sources(row.record),
      stock: null,
      idle: null,
    }
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
    if (run.source === null && !isAllRecorded(row.record) && !wasAsked(row.record)) {
      return this.#fail(row, { kind: 'source-detached' })
    }
    const partBytes = this.#partBytesOf(row)
    if (!partBytes.ok) return this.#fail(row, partBytes.failure)
    await marks.send(row.uploadId)
    const prepared = await ports.control.prepare(row.uploadId, partBytes.value)
    // The host's last word, whatever became of this run meanwhile.
    if (!prepared.ok && prepared.failure.kind === 'skipped') return this.#leaveAsItIs(row)
    if (run.controller.signal.aborted) return
    if (!prepared.ok) return this.#fail(row, prepared.failure)
    row.sums = sumsAfterPrepare(row.sums, prepared.value, row.record.sourceId)
    this.#parts.dispatch(row, { type: 'prepared', prepared: prepared.value })
  }

  /** The bucket has an object there, which stays; the host's records say the same. */
  #leaveAsItIs(row: Row): void {
    const status = { phase: 'cancelled', storeIsClean: true, why: 'exists' } as const
    row.record = { ...row.record, status }
    this.#parts.dispatch(row, { type: 'cancelled' })
  }

  /** Null: one PUT. A plan that is frozen in the record stands, whatever the rules say since. */
  #partBytesOf(row: Row): Outcome<number | null> {
    const { byteLength } = row.record
    const plan = row.record.plan ?? row.sums?.plan ?? null
    const planned =
      plan === null ? planParts(byteLength, this.#parts.limitsOf(row)) : succeeded(plan)
    if (!planned.ok) return planned
    return succeeded(planned.value.mode === 'single' ? null : planned.value.partBytes)
  }

  #sendParts(row: Row, partNumbers: readonly number[]): void {
    const run = this.#runOf(row)
    if (row.state.phase !== 'sending') return
    if (run.source === null) this.#fail(row, { kind: 'source-detached' })
    else this.#partRunner.send(row, run, run.source, row.state.ledger, partNumbers)
  }

  async #verify(row: Row, run: Run): Promise<void> {
    const { signal } = run.controller
    try {
      const read = await this.#rereading.all(row, run)
      if (signal.aborted) return
      if (read.ok) this.#parts.dispatch(row, { type: 'verified' })
      else this.#fail(row, read.failure)
    } catch (error) {
      if (!signal.aborted) throw error
    }
  }

  #fail(row: Row, cause: Failure): void {
    if (!isWorthDiagnosis(cause, row.record)) {
      this.#failAs(row, cause)
      return
    }
    const { signal } = this.#runOf(row).controller
    void diagnosed(this.#parts.ports.control, row.record, cause).then((failure) => {
      if (!signal.aborted) this.#failAs(row, failure)
    })
  }

  #failAs(row: Row, cause: Failure): void {
    const { ports, networkOf } = this.#parts
    const { clock } = ports
    const failure = failureSeen(cause, networkOf(row).isOnline())
    const moment = { nowMs: clock.now(), jitter: clock.jitter() }
    this.#parts.dispatch(row, { type: 'call-failed', failure, moment })
  }
}
