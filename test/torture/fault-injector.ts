import { faultOfKind, type RandomFaultName } from '../faults/random-rule.ts'
import type { SeenRequest } from '../faults/seen-request.ts'
import { PASS, type Verdict } from '../faults/verdict.ts'
import type { PlannedFault } from './schedule.ts'

/**
 * Injects the planned faults, each into the first suitable request after it is due. A fault that
 * finds no request for a while does not delay the others.
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

  /** The number of faults so far. */
  get dealtCount(): number {
    return this.#injectedCount
  }

  /** No more faults. */
  stop(): void {
    this.#isOver = true
  }

  /** Decides what happens to a request, and uses up the fault. */
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

  /** Takes a due fault that the store itself has to make; the caller makes it. */
  takeStoreForgets(): PlannedFault | null {
    if (this.#isOver) return null
    this.#ripen()
    const at = this.#due.findIndex(({ kind }) => kind === 'store-forgets')
    return at === -1 ? null : this.#spend(at)
  }

  /** Returns a fault that found no upload, for another time. */
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
 * Answers that no store gives, so that Ferry may trust them: that an upload is gone in answer to
 * ListParts, and that the few bytes by which Ferry finds out what a store verifies are corrupted.
 */
function isLie(kind: RandomFaultName, { operation, from }: SeenRequest): boolean {
  if (kind === 'upload-gone') return operation === 'ListParts'
  return from === 'host' && (kind === 'bad-digest' || kind === 'flip')
}

/**
 * Chromium sends a preflight separately from its request, and keeps waiting for it when the request
 * is aborted. After six unanswered preflights the page has no connection left until the browser is
 * closed. Servers and routers end such a connection at some point; the proxy does not.
 */
function isEndless(kind: RandomFaultName, { operation }: SeenRequest): boolean {
  return operation === 'Preflight' && (kind === 'stall' || kind === 'stall-answer')
}
