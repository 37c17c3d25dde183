import type { Failure } from '../../../electron/contract/failure/kinds.ts'
import {
  checksumsAfterPrepare,
  type PartChecksums,
} from '../../../renderer/engine/integrity/part-checksums.ts'
import type { UploadEffect, UploadEvent } from '../../../renderer/engine/machine/events.ts'
import {
  inFlightCountOf,
  isAllAcknowledged,
  partsReady,
} from '../../../renderer/engine/machine/part-table.ts'
import type { UploadState } from '../../../renderer/engine/machine/state.ts'
import { step } from '../../../renderer/engine/machine/transitions.ts'
import {
  FULL_WINDOW,
  windowAfterSuccess,
  windowAfterThrottle,
} from '../../../renderer/engine/scheduler/concurrency-window.ts'
import { partChecksumOf } from '../../fakes/fake-checksums.ts'
import { type Call, CallList } from './model-calls.ts'
import { checkStep } from './model-rules.ts'
import type { ModelWorld } from './model-world.ts'

interface Timer {
  readonly run: number
  readonly event: UploadEvent
}

/** Runs the effects of the machine one at a time, when the test says so. */
export class ModelRunner {
  readonly world: ModelWorld
  state: UploadState = { phase: 'queued' }
  readonly calls = new CallList()
  timers: Timer[] = []
  sums: PartChecksums | null = null
  budget = FULL_WINDOW
  hasCancelled = false
  /** The parts that are on the store, as far as the page can know. */
  known = new Set<number>()
  #lastLanding: UploadEvent | null = null
  #run = 1
  #now = 0

  constructor(world: ModelWorld) {
    this.world = world
  }

  tell(event: UploadEvent): void {
    this.#now += 1
    const before = this.state
    const after = step(before, event)
    checkStep({ before, event, after, runner: this })
    this.state = after.state
    for (const effect of after.effects) this.#perform(effect)
  }

  isAlive(call: { readonly run: number }): boolean {
    return call.run === this.#run
  }

  cancel(): void {
    this.hasCancelled = true
    this.tell({ type: 'cancel-asked' })
  }

  /** Delivers the last acknowledgement a second time. */
  echo(): void {
    if (this.#lastLanding !== null) this.tell(this.#lastLanding)
  }

  hash(): void {
    const { state, sums } = this
    if (state.phase !== 'sending' || sums === null) return
    const next = partsReady(state.parts, 12).find((each) => sums.checksumOf(each) === undefined)
    if (next === undefined) return
    const noted = sums.recordRead(next, partChecksumOf(this.world.sumNow(next)))
    if (!noted.ok) this.fail(noted.failure)
  }

  /** `wanted` may name any part: parts that are not ready must not start. */
  grant(wanted?: readonly number[]): void {
    const { state, sums } = this
    if (state.phase !== 'sending' || isAllAcknowledged(state.parts)) return
    const free = Math.max(0, this.budget.size - inFlightCountOf(state.parts))
    const ready = partsReady(state.parts, free).filter(
      (each) => sums?.checksumOf(each) !== undefined,
    )
    const partNumbers = (wanted ?? ready).slice(0, free)
    if (partNumbers.length > 0) this.tell({ type: 'parts-granted', partNumbers })
  }

  fire(pick: number): void {
    const timer = this.timers[pick % Math.max(1, this.timers.length)]
    if (timer === undefined) return
    this.timers = this.timers.filter((each) => each !== timer)
    this.tell(timer.event)
  }

  fail(failure: Failure): void {
    this.tell({ type: 'call-failed', failure, moment: { nowMs: this.#now, jitter: 0.5 } })
  }

  /** The call ends; `failure` replaces its answer, whether or not the call had an effect. */
  end(call: Call, failure: Failure | null, isDone: boolean): void {
    if (call.kind === 'reread' || call.kind === 'verify') {
      this.#reread(call, failure)
      return
    }
    this.calls.drop(call)
    if (call.kind === 'put') this.#endPut(call, failure, isDone)
    if (call.kind === 'prepare') this.#endPrepare(call, failure)
    if (call.kind === 'complete') this.#endComplete(call, failure, isDone)
    if (call.kind === 'cancel') this.#endCancel(call, failure, isDone)
  }

  #endPut(call: Call, failure: Failure | null, isDone: boolean): void {
    const { partNumber, sum } = call
    const refusal = isDone ? this.world.put(partNumber, sum) : null
    const seen = failure ?? refusal
    if (!this.isAlive(call)) {
      const isOld = ['sending', 'verifying', 'completing'].includes(this.state.phase)
      if (seen === null && !isOld) this.#land(partNumber, sum)
    } else if (seen === null) {
      this.#land(partNumber, sum)
    } else {
      this.#lose(call, seen)
    }
  }

  #lose({ partNumber, startedAt }: Call, failure: Failure): void {
    if (failure.kind === 'body-corrupted') this.sums?.distrust(partNumber)
    if (failure.kind === 'throttled') {
      this.budget = windowAfterThrottle(this.budget, startedAt, this.#now)
    }
    const moment = { nowMs: this.#now, jitter: 0.5 }
    this.tell({ type: 'part-failed', partNumber, failure, moment })
  }

  #land(partNumber: number, checksum: string): void {
    this.sums?.recordAcknowledged(partNumber, checksum)
    this.budget = windowAfterSuccess(this.budget)
    this.known.add(partNumber)
    this.#lastLanding = {
      type: 'part-acknowledged',
      receipt: { partNumber, etag: '"e"', checksum },
    }
    this.tell(this.#lastLanding)
  }

  #endPrepare(call: Call, failure: Failure | null): void {
    const prepared = failure === null ? this.world.prepare() : null
    // The host's records say so, whoever requested the cancel.
    if (prepared === 'cancelled') this.tell({ type: 'cancelled' })
    if (!this.isAlive(call)) return
    if (failure !== null) this.fail(failure)
    if (prepared === 'asks') this.fail({ kind: 'key-taken', key: 'a' })
    if (prepared === null || prepared === 'cancelled' || prepared === 'asks') return
    this.sums = checksumsAfterPrepare(this.sums, prepared, null)
    this.known = new Set(prepared.held.map(({ partNumber }) => partNumber))
    this.tell({ type: 'prepared', prepared })
  }

  #endComplete(call: Call, failure: Failure | null, isDone: boolean): void {
    const refusal = isDone ? this.world.complete() : null
    const seen = failure ?? refusal
    if (seen === null) this.tell({ type: 'completed' })
    else if (this.isAlive(call)) this.fail(seen)
  }

  #endCancel(call: Call, failure: Failure | null, isDone: boolean): void {
    const isCancelled = isDone && this.world.cancel()
    if (!this.isAlive(call)) return
    if (failure !== null) this.fail(failure)
    else this.tell({ type: isCancelled ? 'cancelled' : 'completed' })
  }

  /**
   * Reads one more part; the last one ends the call. The background reading reports only failures.
   */
  #reread(call: Call, failure: Failure | null): void {
    const { sums, world } = this
    const [next] = sums?.partsToReread(!world.isEdited) ?? []
    const isOver = !this.isAlive(call) || sums === null || failure !== null || next === undefined
    const noted = isOver ? null : sums.recordReread(next, partChecksumOf(world.sumNow(next)))
    if (noted?.ok) return
    this.calls.drop(call)
    if (noted !== null) this.fail(noted.failure)
    else if (!this.isAlive(call) || call.kind === 'reread') return
    else if (failure !== null) this.fail(failure)
    else this.tell({ type: 'verified' })
  }

  #perform(effect: UploadEffect): void {
    const run = this.#run
    switch (effect.type) {
      case 'stop':
        this.#run += 1
        this.timers = []
        this.#lastLanding = null
        this.calls.abandon()
        break
      case 'wait':
        this.timers.push({ run, event: { type: 'wait-over' } })
        break
      case 'wait-for-part':
        this.timers.push({ run, event: { type: 'part-due', partNumber: effect.partNumber } })
        break
      case 'send-parts':
        for (const partNumber of effect.partNumbers) {
          const sum = this.sums?.checksumOf(partNumber) ?? this.world.sumNow(partNumber)
          this.#call('put', partNumber, sum)
        }
        break
      case 'reread':
        this.calls.dropAll('reread')
        this.#call('reread')
        break
      case 'prepare':
      case 'verify':
      case 'complete':
      case 'cancel':
        this.#call(effect.type)
        break
      default:
        break
    }
  }

  #call(kind: Call['kind'], partNumber = 0, sum = ''): void {
    this.calls.add({ kind, run: this.#run, partNumber, sum, startedAt: this.#now })
  }
}
