import type { UploadRecord } from '../../electron/contract/commands/uploads.ts'
import type { Failure } from '../../electron/contract/failure/kinds.ts'
import type { UploadId } from '../../electron/contract/ids.ts'
import { type Outcome, succeeded } from '../../electron/contract/outcome.ts'
import type { KeyedMutex } from '../../electron/lib/keyed-mutex.ts'
import type { Semaphore } from '../../electron/lib/semaphore.ts'
import { unreachable } from '../../electron/lib/unreachable.ts'
import { checksumsAfterPrepare } from './integrity/part-checksums.ts'
import { Verification } from './integrity/verification.ts'
import type { UploadEffect, UploadEvent } from './machine/events.ts'
import { HOST_WAIT_MS, type MarkOutbox, type ReceiptOutbox } from './outbox.ts'
import { type PlanLimits, planParts } from './part-planner.ts'
import { type Clock, callAfter, type UploadControl } from './ports.ts'
import { silenceAsOffline } from './retry-policy.ts'
import { diagnoseSourceFailure, isSourceFailureDiagnosable } from './transfer/failure-diagnosis.ts'
import { PartTransfer, type PartTransferDeps } from './transfer/part-transfer.ts'
import { isAllRecorded, isAwaitingDecision, PAGE_BUG, type Run, type Upload } from './upload.ts'

export interface EffectsDeps extends PartTransferDeps {
  readonly limitsOf: (row: Upload) => PlanLimits
  readonly marks: MarkOutbox
  readonly mutex: KeyedMutex<UploadId>
  readonly cancelSemaphore: Semaphore
  readonly closing: AbortSignal
}

/** Turns effects into port calls, and their results into events. */
export class Effects {
  readonly #deps: EffectsDeps
  readonly #transfer: PartTransfer
  readonly #verification: Verification
  readonly #finalCalls: FinalCalls

  constructor(parts: EffectsDeps) {
    const fail = (row: Upload, failure: Failure) => this.#fail(row, failure)
    const { control, checksums, clock } = parts.ports
    this.#deps = parts
    this.#transfer = new PartTransfer(parts)
    this.#verification = new Verification({ ...parts, control, checksums, fail })
    this.#finalCalls = new FinalCalls({ ...parts, control, clock, fail })
  }

  prefetch(row: Upload): void {
    this.#transfer.prefetch(row)
  }

  perform(row: Upload, effect: UploadEffect): void {
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
        this.#deps.receipts.add(row.uploadId, effect.receipt)
        break
      case 'reread':
        void this.#verification.inBackground(row, this.#runOf(row), effect.which)
        break
      case 'verify':
        row.verifiedBytes = 0
        this.#begin(row, (run) => this.#verify(row, run))
        break
      case 'complete':
        this.#begin(row, (run) => this.#finalCalls.complete(row, run))
        break
      case 'cancel':
        void this.#finalCalls.cancel(row, this.#runOf(row))
        break
      case 'wait':
        this.#wait(row, effect.afterMs, { type: 'wait-over' })
        break
      case 'mark':
        this.#deps.marks.put(row.uploadId, effect.mark)
        break
      default:
        unreachable(effect)
    }
  }

  #stop(row: Upload): void {
    row.run?.controller.abort()
    row.run = null
    row.progress = { ...row.progress, inFlight: new Map() }
    const { receipts } = this.#deps
    this.#transfer.forget(row.uploadId)
    if (row.state.phase !== 'done' && row.state.phase !== 'cancelled') {
      void receipts.flush(row.uploadId)
      return
    }
    row.checksums = null
    receipts.drop(row.uploadId)
  }

  #runOf(row: Upload): Run {
    const { sources } = this.#deps.ports
    row.run ??= {
      controller: new AbortController(),
      source: sources(row.record),
      prefetch: null,
      backgroundReading: null,
    }
    return row.run
  }

  /** Calls of one upload pass one by one; one whose run has ended meanwhile is not made at all. */
  #begin(row: Upload, act: (run: Run) => Promise<void>): void {
    const run = this.#runOf(row)
    const isOver = () => run.controller.signal.aborted || this.#deps.closing.aborted
    void this.#deps.mutex.run(row.uploadId, async () => {
      if (isOver()) return
      try {
        await act(run)
      } catch (error) {
        if (!isOver()) this.#fail(row, PAGE_BUG)
        throw error
      }
    })
  }

  #wait(row: Upload, afterMs: number, event: UploadEvent): void {
    const { signal } = this.#runOf(row).controller
    callAfter(this.#deps.ports.clock, afterMs, signal, () => this.#deps.dispatch(row, event))
  }

  async #prepare(row: Upload, run: Run): Promise<void> {
    const { ports, marks } = this.#deps
    if (run.source === null && !isAllRecorded(row.record) && !isAwaitingDecision(row.record)) {
      return this.#fail(row, { kind: 'source-detached' })
    }
    const partBytes = this.#partBytesOf(row)
    if (!partBytes.ok) return this.#fail(row, partBytes.failure)
    await marks.send(row.uploadId)
    const prepared = await ports.control.prepare(row.uploadId, partBytes.value)
    // The host's last word, whatever became of this run meanwhile.
    if (!prepared.ok && prepared.failure.kind === 'skipped') return this.#skip(row)
    if (run.controller.signal.aborted) return
    if (!prepared.ok) return this.#fail(row, prepared.failure)
    row.checksums = checksumsAfterPrepare(row.checksums, prepared.value, row.record.sourceId)
    this.#deps.dispatch(row, { type: 'prepared', prepared: prepared.value })
  }

  /** The bucket has an object there, which stays; the host's records say the same. */
  #skip(row: Upload): void {
    const status = { phase: 'cancelled', storeIsClean: true, why: 'exists' } as const
    row.record = { ...row.record, status }
    this.#deps.dispatch(row, { type: 'cancelled' })
  }

  /** Null: one PUT. A plan that is frozen in the record stands, whatever the rules say since. */
  #partBytesOf(row: Upload): Outcome<number | null> {
    const { byteLength } = row.record
    const plan = row.record.plan ?? row.checksums?.plan ?? null
    const planned =
      plan === null ? planParts(byteLength, this.#deps.limitsOf(row)) : succeeded(plan)
    if (!planned.ok) return planned
    return succeeded(planned.value.mode === 'single' ? null : planned.value.partBytes)
  }

  #sendParts(row: Upload, partNumbers: readonly number[]): void {
    const run = this.#runOf(row)
    if (row.state.phase !== 'sending') return
    if (run.source === null) this.#fail(row, { kind: 'source-detached' })
    else this.#transfer.send(row, run, run.source, row.state.parts, partNumbers)
  }

  async #verify(row: Upload, run: Run): Promise<void> {
    const { signal } = run.controller
    try {
      const read = await this.#verification.verify(row, run)
      if (signal.aborted) return
      if (read.ok) this.#deps.dispatch(row, { type: 'verified' })
      else this.#fail(row, read.failure)
    } catch (error) {
      if (!signal.aborted) throw error
    }
  }

  #fail(row: Upload, cause: Failure): void {
    if (!isSourceFailureDiagnosable(cause, row.record)) {
      this.#failAs(row, cause)
      return
    }
    const { signal } = this.#runOf(row).controller
    void diagnoseSourceFailure(this.#deps.ports.control, row.record, cause).then((failure) => {
      if (!signal.aborted) this.#failAs(row, failure)
    })
  }

  #failAs(row: Upload, cause: Failure): void {
    const { ports, networkOf } = this.#deps
    const { clock } = ports
    const failure = silenceAsOffline(cause, networkOf(row).isOnline())
    const moment = { nowMs: clock.now(), jitter: clock.jitter() }
    this.#deps.dispatch(row, { type: 'call-failed', failure, moment })
  }
}

export interface FinalCallsDeps {
  readonly control: UploadControl
  readonly clock: Clock
  readonly receipts: ReceiptOutbox
  readonly marks: MarkOutbox
  /** A hundred thousand cancels may be asked for in one click. */
  readonly cancelSemaphore: Semaphore
  readonly closing: AbortSignal
  readonly dispatch: (row: Upload, event: UploadEvent) => void
  readonly fail: (row: Upload, failure: Failure) => void
}

/** The two calls with which an upload ends: complete and cancel. */
export class FinalCalls {
  readonly #deps: FinalCallsDeps

  constructor(parts: FinalCallsDeps) {
    this.#deps = parts
  }

  async complete(row: Upload, run: Run): Promise<void> {
    const { control, receipts, fail } = this.#deps
    await receipts.flush(row.uploadId)
    const checked = await this.#checkSource(run)
    if (run.controller.signal.aborted) return
    if (!checked.ok) return fail(row, checked.failure)
    const completed = await control.complete(row.uploadId)
    if (completed.ok) this.#end(row, completed.value)
    else if (!run.controller.signal.aborted) fail(row, completed.failure)
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
  async cancel(row: Upload, run: Run): Promise<void> {
    const { control, marks, receipts, cancelSemaphore: cancelGate, fail } = this.#deps
    const { signal } = run.controller
    marks.drop(row.uploadId)
    receipts.drop(row.uploadId)
    await cancelGate.run(async () => {
      if (signal.aborted) return
      const cancelled = await control.cancel(row.uploadId)
      if (signal.aborted) return
      if (cancelled.ok) this.#end(row, cancelled.value)
      else if (cancelled.failure.kind === 'not-now') await this.#endAsDone(row, run)
      else fail(row, cancelled.failure)
      // Thousands may want in; while the host is gone, the gate stays shut for a moment.
      if (!cancelled.ok && cancelled.failure.kind === 'host-gone') await this.#waitForHost()
    })
  }

  #end(row: Upload, record: UploadRecord): void {
    row.record = record
    this.#deps.dispatch(row, { type: record.status.phase === 'done' ? 'completed' : 'cancelled' })
  }

  /** Too late to cancel: it is complete, and then `complete` only answers the record. */
  async #endAsDone(row: Upload, run: Run): Promise<void> {
    const completed = await this.#deps.control.complete(row.uploadId)
    if (run.controller.signal.aborted) return
    if (completed.ok) this.#end(row, completed.value)
    else this.#deps.fail(row, completed.failure)
  }

  async #waitForHost(): Promise<void> {
    const { clock, closing } = this.#deps
    // Rejects only when the queue is closed, and then nobody goes through any more.
    await clock.sleep(HOST_WAIT_MS, closing).catch(() => undefined)
  }
}
