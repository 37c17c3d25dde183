import type { DestinationId } from '../../../electron/contract/ids.ts'
import { type Clock, callAfter } from '../ports.ts'
import type { Admission } from '../scheduler/admission.ts'
import type { RateLimiter } from '../scheduler/rate-limiter.ts'
import type { Upload } from '../upload.ts'
import type { UploadList } from './upload-list.ts'

/** Listeners are notified of progress at most four times a second. */
const PROGRESS_INTERVAL_MS = 250

export interface ProgressMeterDeps {
  readonly clock: Clock
  readonly list: UploadList
  readonly admission: Admission
  readonly rateLimiter: RateLimiter
  readonly closing: AbortSignal
}

/** Measures the speeds of moving uploads at intervals, as long as any of them moves. */
export class ProgressMeter {
  readonly #deps: ProgressMeterDeps
  #isRunning = false

  constructor(deps: ProgressMeterDeps) {
    this.#deps = deps
  }

  /** Bytes moved: a measurement follows within the interval. */
  moved(): void {
    if (this.#isRunning) return
    this.#isRunning = true
    const { clock, closing } = this.#deps
    callAfter(clock, PROGRESS_INTERVAL_MS, closing, () => this.#read())
  }

  #read(): void {
    this.#isRunning = false
    const { admission, clock, list, rateLimiter } = this.#deps
    const nowMs = clock.now()
    const moving = admission.live().filter(isMoving)
    const counts = new Map<DestinationId, number>()
    for (const { record } of moving) {
      counts.set(record.destinationId, (counts.get(record.destinationId) ?? 0) + 1)
    }
    for (const upload of moving) {
      const { destinationId } = upload.record
      const count = counts.get(destinationId) ?? 1
      upload.measure(nowMs, rateLimiter.smoothingOf(destinationId, count))
      list.changed(upload)
    }
    list.measureTotals(nowMs, (destinationId) => rateLimiter.smoothingOf(destinationId, 1))
    if (moving.length > 0) this.moved()
    list.notifyListeners()
  }
}

function isMoving({ state }: Upload): boolean {
  return state.phase === 'sending' || state.phase === 'verifying'
}
