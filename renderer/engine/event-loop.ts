import type { Effects } from './effects.ts'
import type { EventInbox } from './event-inbox.ts'
import type { UploadEvent } from './machine/events.ts'
import { isLive } from './machine/state.ts'
import type { Clock } from './ports.ts'
import type { Admission } from './scheduler/admission.ts'
import type { PartScheduler } from './scheduler/concurrency-window.ts'
import type { PartTransfer } from './transfer/part-transfer.ts'
import type { Upload } from './upload.ts'
import type { ProgressMeter } from './view/progress-meter.ts'
import type { UploadList } from './view/upload-list.ts'

export interface EventLoopDeps {
  readonly clock: Clock
  readonly inbox: EventInbox
  readonly list: UploadList
  readonly meter: ProgressMeter
  readonly admission: Admission
  readonly scheduler: PartScheduler
  readonly transfer: PartTransfer
  readonly effects: Effects
  readonly closing: AbortSignal
}

/**
 * Applies events one after the other, then admits uploads and starts parts, until nothing is left
 * to do.
 */
export class EventLoop {
  readonly #deps: EventLoopDeps
  #isRunning = false

  constructor(deps: EventLoopDeps) {
    this.#deps = deps
    deps.inbox.listen(() => this.#run())
  }

  /** An event that is posted meanwhile is handled by the current run. */
  #run(): void {
    if (this.#isRunning || this.#deps.closing.aborted) return
    this.#isRunning = true
    try {
      do this.#handleAll()
      while (this.#schedule())
    } finally {
      this.#isRunning = false
    }
    this.#deps.list.notifyListeners()
  }

  #handleAll(): void {
    const { inbox } = this.#deps
    for (let next = inbox.take(); next !== undefined; next = inbox.take()) this.#handle(...next)
  }

  #handle(upload: Upload, event: UploadEvent): void {
    const { clock, effects, list, meter } = this.#deps
    const before = upload.state
    const toDo = upload.apply(event, clock.now())
    const { state } = upload
    if (state.phase !== before.phase) this.#updateAdmission(upload, event)
    for (const effect of toDo) effects.perform(upload, effect)
    if (state === before) return
    if (before.phase === 'preparing') meter.moved()
    // Parts start and finish many times a second, so listeners are notified of them as progress.
    if (state.phase === 'sending' && before.phase === 'sending') meter.moved()
    else list.changed(upload)
  }

  #updateAdmission(upload: Upload, event: UploadEvent): void {
    const { admission, scheduler } = this.#deps
    if (upload.state.phase === 'queued') admission.enqueue(upload, false)
    else if (isLive(upload.state)) admission.admit(upload)
    else admission.remove(upload)
    if (event.type === 'admitted') scheduler.served(upload)
  }

  /** Returns whether anything was admitted or started; if so, its events are in the inbox. */
  #schedule(): boolean {
    const { admission, inbox, scheduler, transfer } = this.#deps
    const admitted = admission.admissible().map((upload) => [upload, { type: 'admitted' }] as const)
    const granted = admission.liveByEndpoint().flatMap(([endpoint, uploads]) => {
      for (const upload of uploads) transfer.prefetch(upload)
      return scheduler
        .grantsFor(endpoint, uploads)
        .map(({ upload, partNumbers }) => [upload, { type: 'parts-granted', partNumbers }] as const)
    })
    const events = [...admitted, ...granted]
    inbox.postAll(events)
    return events.length > 0
  }
}
