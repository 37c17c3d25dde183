import type { UploadRecord } from '../../electron/contract/commands/uploads.ts'
import type { Failure } from '../../electron/contract/failure/kinds.ts'
import type { UploadId } from '../../electron/contract/ids.ts'
import { type Outcome, succeeded } from '../../electron/contract/outcome.ts'
import type { KeyedMutex } from '../../electron/lib/keyed-mutex.ts'
import { Semaphore } from '../../electron/lib/semaphore.ts'
import { unreachable } from '../../electron/lib/unreachable.ts'
import type { Destinations } from './destinations.ts'
import type { EventInbox } from './event-inbox.ts'
import type { Verification } from './integrity/verification.ts'
import type { UploadEffect, UploadEvent } from './machine/events.ts'
import { HOST_WAIT_MS, type Outbox } from './outbox.ts'
import { callAfter, type QueuePorts } from './ports.ts'
import { silenceAsOffline } from './retry-policy.ts'
import { diagnoseSourceFailure, isSourceFailureDiagnosable } from './transfer/failure-diagnosis.ts'
import type { PartTransfer } from './transfer/part-transfer.ts'
import { isAllRecorded, isAwaitingDecision, PAGE_BUG, type Run, type Upload } from './upload.ts'

/**
 * One click may request 100,000 cancels; running only a few at once leaves room for other calls.
 */
const MAX_CONCURRENT_CANCELS = 2

export interface EffectsDeps {
  readonly ports: QueuePorts
  readonly destinations: Destinations
  readonly inbox: EventInbox
  readonly outbox: Outbox
  readonly transfer: PartTransfer
  readonly verification: Verification
  /** The calls of one upload are made one after the other. */
  readonly mutex: KeyedMutex<UploadId>
  readonly closing: AbortSignal
}

/** Turns effects into port calls, and their results into events. */
export class Effects {
  readonly #deps: EffectsDeps
  readonly #cancels = new Semaphore(MAX_CONCURRENT_CANCELS)

  constructor(deps: EffectsDeps) {
    this.#deps = deps
  }

  perform(upload: Upload, effect: UploadEffect): void {
    switch (effect.type) {
      case 'stop':
        this.#stop(upload)
        break
      case 'prepare':
        this.#begin(upload, (run) => this.#prepare(upload, run))
        break
      case 'send-parts':
        this.#sendParts(upload, effect.partNumbers)
        break
      case 'wait-for-part':
        this.#wait(upload, effect.afterMs, { type: 'part-due', partNumber: effect.partNumber })
        break
      case 'record-part':
        this.#deps.outbox.addReceipt(upload.uploadId, effect.receipt)
        break
      case 'reread':
        void this.#rereadInBackground(upload, effect.which)
        break
      case 'verify':
        upload.verifiedFrom(0)
        this.#begin(upload, (run) => this.#verify(upload, run))
        break
      case 'complete':
        this.#begin(upload, (run) => this.#complete(upload, run))
        break
      case 'cancel':
        void this.#cancel(upload)
        break
      case 'wait':
        this.#wait(upload, effect.afterMs, { type: 'wait-over' })
        break
      case 'mark':
        this.#deps.outbox.mark(upload.uploadId, effect.mark)
        break
      default:
        unreachable(effect)
    }
  }

  #stop(upload: Upload): void {
    const { outbox, transfer } = this.#deps
    const { uploadId, state } = upload
    upload.stop()
    transfer.forget(uploadId)
    if (state.phase === 'done' || state.phase === 'cancelled') outbox.drop(uploadId)
    else void outbox.flushReceipts(uploadId)
  }

  #runOf(upload: Upload): Run {
    return upload.ensureRun(this.#deps.ports.sources)
  }

  /** Makes no call at all if the run ends while the call waits for the mutex. */
  #begin(upload: Upload, call: (run: Run) => Promise<void>): void {
    const run = this.#runOf(upload)
    const isOver = () => run.signal.aborted || this.#deps.closing.aborted
    void this.#deps.mutex.run(upload.uploadId, async () => {
      if (isOver()) return
      try {
        await call(run)
      } catch (error) {
        if (!isOver()) this.#fail(upload, PAGE_BUG)
        throw error
      }
    })
  }

  #wait(upload: Upload, afterMs: number, event: UploadEvent): void {
    const { inbox, ports } = this.#deps
    callAfter(ports.clock, afterMs, this.#runOf(upload).signal, () => inbox.post(upload, event))
  }

  async #prepare(upload: Upload, { source, signal }: Run): Promise<void> {
    const { inbox, outbox, ports } = this.#deps
    const { uploadId, record } = upload
    if (source === null && !isAllRecorded(record) && !isAwaitingDecision(record)) {
      return this.#fail(upload, { kind: 'source-detached' })
    }
    await outbox.flush(uploadId)
    const prepared = await ports.control.prepareUpload({ uploadId })
    // The upload has ended in the host's records, even if this run was stopped meanwhile.
    if (!prepared.ok && prepared.failure.kind === 'skipped') return this.#skip(upload)
    if (signal.aborted) return
    if (!prepared.ok) return this.#fail(upload, prepared.failure)
    inbox.post(upload, { type: 'prepared', prepared: prepared.value })
  }

  /** The bucket keeps its object with this key. The host's records say so already. */
  #skip(upload: Upload): void {
    const status = { phase: 'cancelled', storeIsClean: true, why: 'exists' } as const
    this.#end(upload, { ...upload.record, status })
  }

  #sendParts(upload: Upload, partNumbers: readonly number[]): void {
    const run = this.#runOf(upload)
    if (upload.state.phase !== 'sending') return
    if (run.source === null) this.#fail(upload, { kind: 'source-detached' })
    else this.#deps.transfer.send(upload, run, upload.state.parts, partNumbers)
  }

  async #rereadInBackground(
    upload: Upload,
    which: (UploadEffect & { type: 'reread' })['which'],
  ): Promise<void> {
    const failure = await this.#deps.verification.inBackground(upload, this.#runOf(upload), which)
    if (failure !== null) this.#fail(upload, failure)
  }

  async #verify(upload: Upload, run: Run): Promise<void> {
    try {
      const verified = await this.#deps.verification.verify(upload, run)
      if (run.signal.aborted) return
      if (verified.ok) this.#deps.inbox.post(upload, { type: 'verified' })
      else this.#fail(upload, verified.failure)
    } catch (error) {
      if (!run.signal.aborted) throw error
    }
  }

  async #complete(upload: Upload, run: Run): Promise<void> {
    const { outbox, ports } = this.#deps
    const { uploadId } = upload
    await outbox.flush(uploadId)
    const checked = await checkSource(run)
    if (run.signal.aborted) return
    if (!checked.ok) return this.#fail(upload, checked.failure)
    const completed = await ports.control.completeUpload({ uploadId })
    if (completed.ok) this.#end(upload, completed.value)
    else if (!run.signal.aborted) this.#fail(upload, completed.failure)
  }

  /** Does not wait for other calls of this upload: the host stops them and keeps the order. */
  async #cancel(upload: Upload): Promise<void> {
    const { outbox, ports } = this.#deps
    const { uploadId } = upload
    const { signal } = this.#runOf(upload)
    outbox.drop(uploadId)
    await this.#cancels.run(async () => {
      if (signal.aborted) return
      const cancelled = await ports.control.cancelUpload({ uploadId })
      if (signal.aborted) return
      if (cancelled.ok) this.#end(upload, cancelled.value)
      else if (cancelled.failure.kind === 'wrong-state') await this.#endAsDone(upload, signal)
      else this.#fail(upload, cancelled.failure)
      // Holds the semaphore for a moment, so that thousands of cancels do not all call a host that
      // is gone.
      if (!cancelled.ok && cancelled.failure.kind === 'host-gone') await this.#waitForHost()
    })
  }

  /** It is too late to cancel: the upload is complete, so `complete` only returns its record. */
  async #endAsDone(upload: Upload, signal: AbortSignal): Promise<void> {
    const { uploadId } = upload
    const completed = await this.#deps.ports.control.completeUpload({ uploadId })
    if (signal.aborted) return
    if (completed.ok) this.#end(upload, completed.value)
    else this.#fail(upload, completed.failure)
  }

  #end(upload: Upload, record: UploadRecord): void {
    upload.replaceRecord(record)
    const type = record.status.phase === 'done' ? 'completed' : 'cancelled'
    this.#deps.inbox.post(upload, { type })
  }

  async #waitForHost(): Promise<void> {
    const { closing, ports } = this.#deps
    // Rejects only when the queue is closed, and then no more cancels are sent.
    await ports.clock.sleep(HOST_WAIT_MS, closing).catch(() => undefined)
  }

  #fail(upload: Upload, cause: Failure): void {
    if (!isSourceFailureDiagnosable(cause, upload.record)) {
      this.#failAs(upload, cause)
      return
    }
    const { signal } = this.#runOf(upload)
    const { control } = this.#deps.ports
    void diagnoseSourceFailure(control, upload.record, cause).then((failure) => {
      if (!signal.aborted) this.#failAs(upload, failure)
    })
  }

  #failAs(upload: Upload, cause: Failure): void {
    const { destinations, inbox, ports } = this.#deps
    const failure = silenceAsOffline(cause, destinations.networkFor(upload.record).isOnline())
    const moment = { nowMs: ports.clock.now(), jitter: ports.clock.jitter() }
    inbox.post(upload, { type: 'call-failed', failure, moment })
  }
}

/** If the file changed while its last part was sent, the object would be half old and half new. */
async function checkSource({ source, signal }: Run): Promise<Outcome<null>> {
  if (source === null) return succeeded(null)
  try {
    return await source.check(signal)
  } catch (error) {
    if (!signal.aborted) throw error
    return succeeded(null)
  }
}
