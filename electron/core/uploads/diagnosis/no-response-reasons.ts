import type { Failure } from '../../../contract/failure/kinds.ts'
import type { DestinationId } from '../../../contract/ids.ts'
import { BUFFERED_BYTES, MIB } from '../../../contract/limits.ts'
import type { PartPlan } from '../../../contract/part-plan.ts'
import { checkPreflight, corsPageOf } from '../../checks/cors-probe.ts'
import { isSilence, type PutProbeResult, type PutProbes } from '../../checks/put-probes.ts'
import type { Store } from '../../destinations/open-store.ts'
import { probeKeyBelow } from '../../integrity/integrity-probe.ts'
import { type IntegrityPlan, isChecksumSent } from '../../integrity/store-integrity.ts'
import type { CorePorts } from '../../ports.ts'
import type { PutProbeRunner } from './put-probe-runner.ts'

/** A PUT from the page whose answer it could not read. */
export interface UnansweredPut {
  readonly store: Store
  readonly mode: PartPlan['mode']
  readonly byteLength: number
  /** As far as the browser knows; it counts bytes in the system's buffers as sent. */
  readonly isBodySent: boolean
  readonly integrity: IntegrityPlan
  readonly file: { readonly name: string; readonly contentType: string; readonly token: string }
}

/** One answer serves all uploads that fail in the same way, for this long. */
const HOLDS_MS = 20_000
/** These change only when the user changes something, and then the user tries again. */
const LASTING_MS = 60_000
const TINY_BYTES = 9
const TINY_MS = 15_000
/** If a connection needs longer for such a body, its silence proves nothing. */
const SIZED_MS = 45_000
/** Longer bodies are announced but not sent. */
const MOST_SENT_BYTES = 64 * MIB

interface Held {
  readonly destinationId: DestinationId
  readonly untilMs: number
  readonly tried: Promise<PutProbeResult>
}

interface Limit {
  readonly untilMs: number
  readonly fromBytes: number
  readonly failure: Failure
}

type Attempt = readonly [name: string, run: () => Promise<PutProbeResult>]

/**
 * Finds out why PUTs from the page get no answer that it may read, by making the same requests: a
 * tiny one first, then one of the length that failed. However many uploads fail at once, the store
 * gets only a handful of requests.
 */
export class NoResponseReasons {
  readonly #ports: Pick<CorePorts, 'isCorsHandled' | 'pageOrigin' | 'corsOrigin' | 'storeHttp'>
  readonly #runs: PutProbeRunner
  readonly #held = new Map<string, Held>()
  readonly #limits = new Map<DestinationId, Limit>()

  constructor(
    ports: Pick<CorePorts, 'isCorsHandled' | 'pageOrigin' | 'corsOrigin' | 'storeHttp'>,
    runs: PutProbeRunner,
  ) {
    this.#ports = ports
    this.#runs = runs
  }

  /** The origin that a CORS rule of the bucket has to allow for the page. */
  get allowedOrigin(): string {
    return corsPageOf(this.#ports).allowedOrigin
  }

  async reasonFor(put: UnansweredPut): Promise<PutProbeResult> {
    const tooLarge = this.tooLarge(put.store.destination.destinationId, put.byteLength)
    if (tooLarge !== null) return { kind: 'refused', failure: tooLarge, fromBytes: null }
    let isHidden = false
    for (const attempt of this.#attempts(put)) {
      const tried = await this.#fitting(put, attempt)
      if (tried.kind !== 'taken') return tried
      isHidden ||= tried.isHidden
    }
    return { kind: 'taken', isHidden }
  }

  /** Whether the store accepts PUTs but answers in a way that the page may not read. */
  async hidesAnswers(put: UnansweredPut): Promise<boolean> {
    if (this.#ports.isCorsHandled) return false
    const run = this.#try(put, TINY_MS, async (trials) => {
      const part = await trials.part(TINY_BYTES)
      const isShown = part.kind === 'taken' && !part.isHidden
      return isShown && put.mode === 'single' ? trials.object(TINY_BYTES) : part
    })
    const tried = await this.#hold(put, [`hides ${put.mode}`, run], LASTING_MS)
    return tried.kind === 'taken' && tried.isHidden
  }

  /** The page was told that the body is too long; the host finds out the limit. */
  async limitFor(put: UnansweredPut): Promise<Failure> {
    const known = this.tooLarge(put.store.destination.destinationId, put.byteLength)
    if (known !== null) return known
    const run = this.#try(put, SIZED_MS, (trials) => trials.limitOfParts(put.byteLength))
    const tried = await this.#hold(put, [`limit ${sizeClassOf(put)}`, run])
    return tried.kind === 'refused' && tried.fromBytes !== null
      ? tried.failure
      : { kind: 'request-too-large', limitBytes: null }
  }

  /**
   * Null unless bodies of this length or shorter ones were refused for their length a moment ago.
   */
  tooLarge(destinationId: DestinationId, byteLength: number): Failure | null {
    const limit = this.#limits.get(destinationId)
    if (limit === undefined || limit.untilMs <= performance.now()) return null
    return byteLength >= limit.fromBytes ? limit.failure : null
  }

  /** The user acted, so earlier findings may no longer be true. */
  forget(destinationId: DestinationId): void {
    this.#limits.delete(destinationId)
    for (const [key, held] of this.#held) {
      if (held.destinationId === destinationId) this.#held.delete(key)
    }
  }

  #attempts(put: UnansweredPut): readonly Attempt[] {
    const { mode, byteLength, isBodySent, file } = put
    const kind = `${mode} ${extensionOf(file.name)}`
    const sized = `${kind} ${sizeClassOf(put)}`
    // For a short body nobody can tell whether it was sent, and trying it costs little.
    const mayBeSent = isBodySent || byteLength <= BUFFERED_BYTES
    const reach = mayBeSent && byteLength <= MOST_SENT_BYTES ? 'whole' : 'headers'
    const attempts: readonly Attempt[] = [
      [`preflight ${mode}`, () => this.#askBefore(put)],
      [`tiny ${kind}`, this.#try(put, TINY_MS, (trials) => trials.part(TINY_BYTES))],
      [`part ${sized} ${reach}`, this.#tryPart(put, reach)],
    ]
    if (mode === 'multipart' || !isBodySent || reach === 'headers') return attempts
    // Some refusals and missing headers occur only when the whole file comes at once.
    const whole = this.#try(put, SIZED_MS, (trials) => trials.object(byteLength))
    return [...attempts, [`object ${sized} ${file.contentType}`, whole]]
  }

  #try(put: UnansweredPut, withinMs: number, work: (trials: PutProbes) => Promise<PutProbeResult>) {
    return () => this.#runs.run(put, withinMs, work)
  }

  #tryPart(put: UnansweredPut, reach: 'headers' | 'whole'): () => Promise<PutProbeResult> {
    const run = this.#try(put, SIZED_MS, (trials) => trials.part(put.byteLength, reach))
    return async () => {
      // A body that cannot be held back until `100 Continue` would teach nothing.
      if (reach === 'headers' && !(await this.#runs.canExpect(put.store))) return TAKEN
      const tried = await run()
      // The store answered a tiny body, so a body of this length is cut off here, too, or takes too
      // long.
      return tried.kind === 'silent' ? TAKEN : tried
    }
  }

  async #askBefore({ store, mode, integrity }: UnansweredPut): Promise<PutProbeResult> {
    if (this.#ports.isCorsHandled) return TAKEN
    const sent = {
      isWholeFile: mode === 'single',
      algorithm: isChecksumSent(integrity) ? integrity.algorithm : null,
    }
    const key = probeKeyBelow(store.destination.prefix)
    const failure = await checkPreflight(store, key, corsPageOf(this.#ports), sent)
    if (failure === null) return TAKEN
    if (isSilence(failure)) return { kind: 'silent', failure }
    return { kind: 'refused', failure, fromBytes: null }
  }

  /** A finding about a longer body says nothing about this one. */
  async #fitting(put: UnansweredPut, [name, run]: Attempt): Promise<PutProbeResult> {
    const tried = await this.#hold(put, [name, run])
    const isOfLonger =
      tried.kind === 'refused' && tried.fromBytes !== null && tried.fromBytes > put.byteLength
    return isOfLonger ? this.#hold(put, [`${name} ${put.byteLength}`, run]) : tried
  }

  /** One caller asks, and callers of the same kind wait for its result. */
  #hold(
    { store }: UnansweredPut,
    [name, run]: Attempt,
    holdsMs = HOLDS_MS,
  ): Promise<PutProbeResult> {
    const { destinationId } = store.destination
    const nowMs = performance.now()
    for (const [key, { untilMs }] of this.#held) if (untilMs <= nowMs) this.#held.delete(key)
    const key = `${destinationId} ${name}`
    const before = this.#held.get(key)
    if (before !== undefined) return before.tried
    const tried = run()
    const held = { destinationId, untilMs: nowMs + holdsMs, tried }
    this.#held.set(key, held)
    return tried.then((found) => {
      // A result that was forgotten meanwhile no longer matters to the user.
      if (this.#held.get(key) === held) this.#noteLimit(destinationId, found)
      return found
    })
  }

  #noteLimit(destinationId: DestinationId, tried: PutProbeResult): void {
    if (tried.kind !== 'refused' || tried.fromBytes === null) return
    const { failure, fromBytes } = tried
    this.#limits.set(destinationId, {
      ...{ failure, fromBytes, untilMs: performance.now() + LASTING_MS },
    })
  }
}

const TAKEN: PutProbeResult = { kind: 'taken', isHidden: false }

/** Lengths within a factor of two fail alike. */
function sizeClassOf({ byteLength }: UnansweredPut): number {
  return Math.ceil(Math.log2(Math.max(1, byteLength)))
}

/** With its dot: firewalls and proxies in front of a store may check the extension. */
export function extensionOf(name: string): string {
  return /\.[A-Za-z0-9]{1,10}$/.exec(name)?.[0] ?? ''
}
