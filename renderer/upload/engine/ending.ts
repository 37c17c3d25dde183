import type { UploadRecord } from '../../../electron/contract/commands/uploads.ts'
import type { Failure } from '../../../electron/contract/failure/kinds.ts'
import { type Outcome, succeeded } from '../../../electron/contract/outcome.ts'
import type { UploadEvent } from '../../engine/machine/state.ts'
import type { Run, Upload } from '../../engine/upload.ts'
import { HOST_WAIT_MS, type MarkOutbox } from './mark-outbox.ts'
import type { Semaphore } from './narrow-gate.ts'
import type { Clock, UploadControl } from './ports.ts'
import type { ReceiptOutbox } from './receipt-outbox.ts'

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
    const { control, marks, receipts, cancelSemaphore, fail } = this.#deps
    const { signal } = run.controller
    marks.drop(row.uploadId)
    receipts.drop(row.uploadId)
    await cancelSemaphore.run(async () => {
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
