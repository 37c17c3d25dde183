import { delayed } from './delayed.ts'
import type { Clock } from './ports.ts'
import { paceFrom, progressFrom } from './progress.ts'
import type { QueueBoard } from './queue-board.ts'
import type { SlotSharing } from './slot-sharing.ts'
import type { SpeedLimits } from './speed-limits.ts'
import type { Row } from './upload-row.ts'
import { isLive, type UploadEffect, type UploadEvent } from './upload-state.ts'
import { step } from './upload-step.ts'
import type { Waitlist } from './waitlist.ts'

/** Progress is told at most four times a second. */
export const TELL_PROGRESS_MS = 250

export interface RunnerParts {
  readonly clock: Clock
  readonly board: QueueBoard
  readonly waitlist: Waitlist
  readonly slots: SlotSharing
  readonly speeds: SpeedLimits
  readonly perform: (row: Row, effect: UploadEffect) => void
  /** Gets ready what is sent next; before that, it gets no slot. */
  readonly stockUp: (row: Row) => void
  readonly closing: AbortSignal
}

/** Brings events to rows one after the other, and shares out places and slots after each lot. */
export class QueueRunner {
  readonly #parts: RunnerParts
  readonly #inbox: (readonly [Row, UploadEvent])[] = []
  #isDraining = false
  #isTicking = false
  #turn = 0

  constructor(parts: RunnerParts) {
    this.#parts = parts
  }

  dispatch(row: Row, event: UploadEvent): void {
    this.dispatchAll([[row, event]])
  }

  /** All of them before any place or slot is given away anew. */
  dispatchAll(events: Iterable<readonly [Row, UploadEvent]>): void {
    if (this.#parts.closing.aborted) return
    for (const event of events) this.#inbox.push(event)
    if (this.#isDraining) return
    this.#isDraining = true
    try {
      do this.#drain()
      while (this.#schedule())
    } finally {
      this.#isDraining = false
    }
    this.#parts.board.announce()
  }

  /** Something could start that could not before. */
  reschedule(): void {
    this.dispatchAll([])
  }

  /** The row leaves for good. */
  dismiss(row: Row): void {
    this.#parts.waitlist.leave(row)
    this.#parts.perform(row, { type: 'stop' })
  }

  /** Lets a row wait for its place; ahead of the others if the person asked for this one. */
  enlist(row: Row, isAsked: boolean): void {
    if (row.state.phase === 'queued') this.#parts.waitlist.wait(row, isAsked)
  }

  progressed(): void {
    if (this.#isTicking) return
    this.#isTicking = true
    const { clock, closing } = this.#parts
    delayed(clock, TELL_PROGRESS_MS, closing, () => this.#tick())
  }

  #tick(): void {
    this.#isTicking = false
    const { board, clock, waitlist, speeds } = this.#parts
    const moving = [...waitlist.liveByStore()].flatMap(([, rows]) => rows).filter(isMoving)
    board.measure(moving, clock.now(), speeds)
    if (moving.length > 0) this.progressed()
    board.announce()
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

  #handle(row: Row, event: UploadEvent): void {
    const before = row.state
    const { state, effects } = step(before, event)
    row.state = state
    if (event.type === 'prepared' && before.phase === 'preparing') this.#startProgress(row)
    if (state.phase !== before.phase) this.#place(row, event)
    for (const effect of effects) this.#parts.perform(row, effect)
    if (state === before) return
    // Parts come and go many times a second: that is progress, and told as such.
    if (isSending(row) && before.phase === 'sending') this.progressed()
    else this.#parts.board.changed(row)
  }

  #startProgress(row: Row): void {
    const { state } = row
    const landedBytes = state.phase === 'sending' ? state.ledger.landedBytes : row.record.byteLength
    row.progress = progressFrom(landedBytes)
    row.pace = paceFrom(this.#parts.clock.now(), landedBytes)
    this.progressed()
  }

  #place(row: Row, event: UploadEvent): void {
    const { waitlist } = this.#parts
    if (row.state.phase === 'queued') waitlist.wait(row, false)
    else if (isLive(row.state)) waitlist.live(row)
    else waitlist.leave(row)
    if (event.type === 'admitted') row.servedAt = this.#nextTurn()
  }

  /** Answers whether anything was given away, which is then in the inbox. */
  #schedule(): boolean {
    for (const row of this.#parts.waitlist.admissible()) {
      this.#inbox.push([row, { type: 'admitted' }])
    }
    for (const [store, rows] of this.#parts.waitlist.liveByStore()) {
      for (const row of rows) this.#parts.stockUp(row)
      for (const { upload: row, partNumbers } of this.#parts.slots.grantsFor(store, rows)) {
        row.servedAt = this.#nextTurn()
        this.#inbox.push([row, { type: 'parts-granted', partNumbers }])
      }
    }
    return this.#inbox.length > 0
  }

  #nextTurn(): number {
    this.#turn += 1
    return this.#turn
  }
}

function isSending(row: Row): boolean {
  return row.state.phase === 'sending'
}

function isMoving(row: Row): boolean {
  return isSending(row) || row.state.phase === 'verifying'
}
