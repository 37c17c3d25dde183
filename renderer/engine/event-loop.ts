import type { UploadEffect, UploadEvent } from './machine/events.ts'
import { isLive } from './machine/state.ts'
import { step } from './machine/transitions.ts'
import { type Clock, callAfter } from './ports.ts'
import type { Admission } from './scheduler/admission.ts'
import type { PartScheduler } from './scheduler/concurrency-window.ts'
import type { RateLimiter } from './scheduler/rate-limiter.ts'
import type { Upload } from './upload.ts'
import { newEstimate, progressFrom } from './view/progress.ts'
import type { UploadList } from './view/upload-list.ts'

/** Progress is told at most four times a second. */
export const PROGRESS_INTERVAL_MS = 250

export interface EventLoopDeps {
  readonly clock: Clock
  readonly list: UploadList
  readonly admission: Admission
  readonly scheduler: PartScheduler
  readonly rateLimiter: RateLimiter
  readonly perform: (row: Upload, effect: UploadEffect) => void
  /** Gets ready what is sent next; before that, it gets no slot. */
  readonly prefetch: (row: Upload) => void
  readonly closing: AbortSignal
}

/** Brings events to rows one after the other, and shares out places and slots after each lot. */
export class EventLoop {
  readonly #deps: EventLoopDeps
  readonly #inbox: (readonly [Upload, UploadEvent])[] = []
  #isDraining = false
  #isTicking = false
  #serial = 0

  constructor(parts: EventLoopDeps) {
    this.#deps = parts
  }

  dispatch(row: Upload, event: UploadEvent): void {
    this.dispatchAll([[row, event]])
  }

  /** All of them before any place or slot is given away anew. */
  dispatchAll(events: Iterable<readonly [Upload, UploadEvent]>): void {
    if (this.#deps.closing.aborted) return
    for (const event of events) this.#inbox.push(event)
    if (this.#isDraining) return
    this.#isDraining = true
    try {
      do this.#drain()
      while (this.#schedule())
    } finally {
      this.#isDraining = false
    }
    this.#deps.list.notifyListeners()
  }

  /** Something could start that could not before. */
  reschedule(): void {
    this.dispatchAll([])
  }

  /** The row leaves for good. */
  dismiss(row: Upload): void {
    this.#deps.admission.remove(row)
    this.#deps.perform(row, { type: 'stop' })
  }

  /** Lets a row wait for its place; ahead of the others if the person asked for this one. */
  enqueue(row: Upload, isAsked: boolean): void {
    if (row.state.phase === 'queued') this.#deps.admission.enqueue(row, isAsked)
  }

  progressed(): void {
    if (this.#isTicking) return
    this.#isTicking = true
    const { clock, closing } = this.#deps
    callAfter(clock, PROGRESS_INTERVAL_MS, closing, () => this.#tick())
  }

  #tick(): void {
    this.#isTicking = false
    const { list: board, clock, admission: waitlist, rateLimiter: speeds } = this.#deps
    const moving = [...waitlist.liveByStore()].flatMap(([, rows]) => rows).filter(isMoving)
    board.measure(moving, clock.now(), speeds)
    if (moving.length > 0) this.progressed()
    board.notifyListeners()
  }

  #drain(): void {
    let at = 0
    try {
      while (at < this.#inbox.length) {
        const [row, event] = this.#inbox[at] ?? []
        at += 1
        if (row !== undefined && event !== undefined) this.#handle(row, event)
      }
    } finally {
      this.#inbox.splice(0, at)
    }
  }

  #handle(row: Upload, event: UploadEvent): void {
    const before = row.state
    const { state, effects } = step(before, event)
    row.state = state
    if (event.type === 'prepared' && before.phase === 'preparing') this.#startProgress(row)
    if (state.phase !== before.phase) this.#updateAdmission(row, event)
    for (const effect of effects) this.#deps.perform(row, effect)
    if (state === before) return
    // Parts come and go many times a second: that is progress, and told as such.
    if (isSending(row) && before.phase === 'sending') this.progressed()
    else this.#deps.list.changed(row)
  }

  #startProgress(row: Upload): void {
    const { state, record, checksums } = row
    const storedBytes = state.phase === 'sending' ? checksums?.storedBytes : undefined
    const landedBytes = storedBytes ?? record.byteLength
    row.progress = progressFrom(landedBytes)
    row.speed = newEstimate(this.#deps.clock.now(), landedBytes)
    this.progressed()
  }

  #updateAdmission(row: Upload, event: UploadEvent): void {
    const { admission: waitlist } = this.#deps
    if (row.state.phase === 'queued') waitlist.enqueue(row, false)
    else if (isLive(row.state)) waitlist.admit(row)
    else waitlist.remove(row)
    if (event.type === 'admitted') row.servedAt = this.#nextSerial()
  }

  /** Answers whether anything was given away, which is then in the inbox. */
  #schedule(): boolean {
    for (const row of this.#deps.admission.admissible()) {
      this.#inbox.push([row, { type: 'admitted' }])
    }
    for (const [store, rows] of this.#deps.admission.liveByStore()) {
      for (const row of rows) this.#deps.prefetch(row)
      for (const { upload: row, partNumbers } of this.#deps.scheduler.grantsFor(store, rows)) {
        row.servedAt = this.#nextSerial()
        this.#inbox.push([row, { type: 'parts-granted', partNumbers }])
      }
    }
    return this.#inbox.length > 0
  }

  #nextSerial(): number {
    this.#serial += 1
    return this.#serial
  }
}

function isSending(row: Upload): boolean {
  return row.state.phase === 'sending'
}

function isMoving(row: Upload): boolean {
  return isSending(row) || row.state.phase === 'verifying'
}
