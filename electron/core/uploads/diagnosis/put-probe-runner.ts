import type { DestinationId } from '../../../contract/ids.ts'
import { ProbeCleanup, type Probes, removeProbes } from '../../checks/probe-cleanup.ts'
import { ProbeObject } from '../../checks/probe-object.ts'
import { type PutProbeResult, PutProbes } from '../../checks/put-probes.ts'
import { newProbes } from '../../checks/step.ts'
import type { Store } from '../../destinations/open-store.ts'
import type { Stores } from '../../destinations/stores.ts'
import { IntegrityProbe, isDefinite } from '../../integrity/integrity-probe.ts'
import { isChecksumSent } from '../../integrity/store-integrity.ts'
import type { CorePorts } from '../../ports.ts'
import { goesDirectly } from '../../s3/http/node-http.ts'
import { objectFields } from '../../s3/put-headers.ts'
import { extensionOf, type UnansweredPut } from './no-response-reasons.ts'

const PROBE_TIMEOUTS = { connectMs: 8000, idleMs: 30_000 }
const CLEAN_MS = 10_000
/** The user waits this long when they quit Ferry. */
const CLOSE_CLEAN_MS = 1000

type RunPorts = Pick<
  CorePorts,
  'isCorsHandled' | 'pageOrigin' | 'log' | 'storeHttp' | 'nodeNetwork'
>

/**
 * Runs the host's own PUTs, one set at a time per destination, and removes the objects that they
 * leave in the bucket: at once, later when the connection is down, or in the next run of Ferry when
 * this one is killed.
 */
export class PutProbeRunner {
  readonly #ports: RunPorts
  readonly #stores: Stores
  readonly #leavings: ProbeCleanup
  readonly #tails = new Map<DestinationId, Promise<unknown>>()
  readonly #closing = new AbortController()
  readonly #cleaning = new AbortController()

  constructor(ports: RunPorts, stores: Stores) {
    this.#ports = ports
    this.#stores = stores
    this.#leavings = new ProbeCleanup(ports.log)
  }

  /**
   * Electron's `net`, and Node through a proxy, send the body at once, without waiting for an
   * answer to the headers.
   */
  canExpect({ destination }: Store): Promise<boolean> {
    return goesDirectly(this.#ports, new URL(destination.endpoint))
  }

  run(
    put: UnansweredPut,
    withinMs: number,
    work: (trials: PutProbes) => Promise<PutProbeResult>,
  ): Promise<PutProbeResult> {
    return this.#inTurn(put.store, () => this.#run(put, withinMs, work))
  }

  /**
   * Removes probe objects that an earlier run of Ferry left when it was killed. Nobody waits for
   * it.
   */
  sweep(store: Store): void {
    const isIdle = !this.#tails.has(store.destination.destinationId)
    if (!isIdle || !this.#isSlotOurs(store) || this.#stores.probeOf(store.destination) === null)
      return
    void this.#inTurn(store, () => this.#sweep(store)).catch((error: unknown) =>
      this.#ports.log.error({ error }, 'Cleaning up after trials failed'),
    )
  }

  async close(): Promise<void> {
    this.#closing.abort()
    const timer = setTimeout(() => this.#cleaning.abort(), CLOSE_CLEAN_MS)
    await Promise.allSettled(this.#tails.values())
    clearTimeout(timer)
    await this.#leavings.close()
  }

  async #inTurn<T>({ destination }: Store, work: () => Promise<T>): Promise<T> {
    const { destinationId } = destination
    const before = this.#tails.get(destinationId) ?? Promise.resolve()
    const turn = before.then(work)
    const tail = turn.catch(() => undefined)
    this.#tails.set(destinationId, tail)
    try {
      return await turn
    } finally {
      if (this.#tails.get(destinationId) === tail) this.#tails.delete(destinationId)
    }
  }

  async #run(
    { store, mode, integrity, file }: UnansweredPut,
    withinMs: number,
    work: (trials: PutProbes) => Promise<PutProbeResult>,
  ): Promise<PutProbeResult> {
    const isSwept = await this.#sweep(store)
    const { signal: closing } = this.#closing
    if (closing.aborted) return { kind: 'silent', failure: { kind: 'aborted' } }
    if (!isSwept) return { kind: 'silent', failure: { kind: 'busy' } }
    const { destination } = store
    const apart = this.#stores.apart(store, PROBE_TIMEOUTS)
    const probes = { store: apart, ...newProbes(apart, extensionOf(file.name)) }
    const trials = new PutProbes(
      probes,
      {
        origin: this.#ports.isCorsHandled ? null : this.#ports.pageOrigin(),
        canExpect: await this.canExpect(store),
        fields: objectFields(destination.rules, file),
        algorithm: isChecksumSent(integrity) ? integrity.algorithm : null,
        mayWriteObject: mode === 'single',
      },
      AbortSignal.any([closing, AbortSignal.timeout(withinMs)]),
    )
    if (this.#isSlotOurs(store)) this.#stores.noteProbe(destination, probes.object.key)
    try {
      return await work(trials)
    } finally {
      if (await this.#clean(probes)) {
        if (this.#isSlotOurs(store)) this.#stores.noteProbe(destination, null)
        apart.client.destroy()
      } else this.#leavings.keep(probes)
    }
  }

  /**
   * Objects that these access keys may not remove, or that the store does not, are left to the
   * bucket's rules.
   */
  async #clean(probes: Probes): Promise<boolean> {
    const signal = AbortSignal.any([this.#cleaning.signal, AbortSignal.timeout(CLEAN_MS)])
    const cleaned = await removeProbes(probes, signal)
    return cleaned.ok || isDefinite(cleaned.failure)
  }

  /**
   * The destination remembers one key; until it is known what the store checks, the integrity probe
   * uses it.
   */
  #isSlotOurs({ destination, integrity }: Store): boolean {
    return integrity.isHidden || this.#stores.integrityOf(destination) !== null
  }

  async #sweep(store: Store): Promise<boolean> {
    const { destination } = store
    const key = this.#stores.probeOf(destination)
    if (key === null || !this.#isSlotOurs(store)) return true
    const object = new ProbeObject(store, key)
    // Access keys that may not list can still remove an object that may exist.
    object.noteWritten(undefined)
    const isClean = await this.#clean({
      store,
      object,
      uploads: new IntegrityProbe(store, key, true),
    })
    if (isClean) this.#stores.noteProbe(destination, null)
    return isClean
  }
}
