import { faultOfKind, type RandomFaultName } from '../faults/random-rule.ts'
import type { SeenRequest } from '../faults/seen-request.ts'
import { PASS, type Verdict } from '../faults/verdict.ts'
import type { PlannedFault } from './schedule.ts'

/**
 * Deals the planned faults, each to the first request that it fits after its time has come. One
 * that finds no request for a while does not hold up the others.
 */
export class FaultInjector {
  readonly #planned: readonly PlannedFault[]
  readonly #nowMs: () => number
  readonly #due: PlannedFault[] = []
  #nextAt = 0
  #nextDueMs: number
  #isOver = false
  #injectedCount = 0

  constructor(planned: readonly PlannedFault[], nowMs: () => number) {
    this.#planned = planned
    this.#nowMs = nowMs
    this.#nextDueMs = nowMs() + (planned[0]?.afterMs ?? 0)
  }

  /** How many have happened so far. */
  get dealtCount(): number {
    return this.#injectedCount
  }

  /** No more faults. */
  stop(): void {
    this.#isOver = true
  }

  /** What happens to a request; the fault is spent with it. */
  verdictFor(request: SeenRequest): Verdict {
    if (this.#isOver) return PASS
    this.#ripen()
    for (const [at, { kind, measure }] of this.#due.entries()) {
      if (kind === 'store-forgets' || isLie(kind, request) || isEndless(kind, request)) continue
      const verdict = faultOfKind(kind, request, measure)
      if (verdict === null) continue
      this.#spend(at)
      return verdict
    }
    return PASS
  }

  /** A fault that the store itself has to make is due: whoever takes it sees to it. */
  takeStoreForgets(): PlannedFault | null {
    if (this.#isOver) return null
    this.#ripen()
    const at = this.#due.findIndex(({ kind }) => kind === 'store-forgets')
    return at === -1 ? null : this.#spend(at)
  }

  /** It met nothing that it could be done to; another time. */
  putBack(fault: PlannedFault): void {
    this.#injectedCount -= 1
    this.#due.push(fault)
  }

  #spend(at: number): PlannedFault | null {
    this.#injectedCount += 1
    return this.#due.splice(at, 1)[0] ?? null
  }

  #ripen(): void {
    for (let planned = this.#planned[this.#nextAt]; planned !== undefined; ) {
      if (this.#nowMs() < this.#nextDueMs) return
      this.#due.push(planned)
      this.#nextAt += 1
      planned = this.#planned[this.#nextAt]
      this.#nextDueMs += planned?.afterMs ?? 0
    }
  }
}

/**
 * What no store says, and what Ferry may therefore take at its word: that an upload is gone when
 * it is asked for its parts, and, of the few bytes by which Ferry finds out what a store checks,
 * that they are not the ones it announced.
 */
function isLie(kind: RandomFaultName, { operation, from }: SeenRequest): boolean {
  if (kind === 'upload-gone') return operation === 'ListParts'
  return from === 'host' && (kind === 'bad-digest' || kind === 'flip')
}

/**
 * Chromium asks for a page's permission apart from the request that needs it, and goes on waiting
 * when that is given up: six of those that nobody ever answers, and the page has no connection left
 * until the browser is closed. Servers and routers end such a connection some time; the proxy does
 * not.
 */
function isEndless(kind: RandomFaultName, { operation }: SeenRequest): boolean {
  return operation === 'Preflight' && (kind === 'stall' || kind === 'stall-answer')
}
