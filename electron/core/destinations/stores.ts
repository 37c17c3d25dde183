import type { StoreIntegrity } from '../../contract/checksum.ts'
import type { DestinationId } from '../../contract/ids.ts'
import { failed, type Outcome, succeeded } from '../../contract/outcome.ts'
import type { StorePorts } from '../s3/client.ts'
import type { HttpTimeouts } from '../s3/http/bounded-http.ts'
import type { Destinations } from './destinations.ts'
import { openStore, type Store } from './open-store.ts'
import { isSameStore, type StoredDestination } from './stored-destination.ts'

/**
 * Keeps one open store per destination, and opens it again when the destination or its secret
 * changes.
 */
export class Stores {
  readonly #destinations: Destinations
  readonly #ports: StorePorts
  readonly #localIsUp: () => Promise<Outcome<unknown>>
  readonly #mayUse: (destination: StoredDestination) => Promise<Outcome<unknown>>
  readonly #open = new Map<DestinationId, Store>()

  /**
   * @param localIsUp makes sure that the bucket on this computer runs before a request goes to it.
   * @param mayUse asks the user about a destination that is not approved yet.
   */
  constructor(
    destinations: Destinations,
    ports: StorePorts,
    localIsUp: () => Promise<Outcome<unknown>>,
    mayUse: (destination: StoredDestination) => Promise<Outcome<unknown>>,
  ) {
    this.#destinations = destinations
    this.#ports = ports
    this.#localIsUp = localIsUp
    this.#mayUse = mayUse
  }

  /**
   * Fails with `unknown-id`, `not-confirmed`, with the reason why there are no keys, or with
   * `local-bucket-…`.
   */
  async of(destinationId: DestinationId): Promise<Outcome<Store>> {
    if (this.#destinations.find(destinationId)?.kind === 'local') {
      const isUp = await this.#localIsUp()
      if (!isUp.ok) return isUp
    }
    const destination = this.#destinations.find(destinationId)
    if (destination === null) return failed({ kind: 'unknown-id' })
    const allowed = await this.#allowed(destination)
    if (!allowed.ok) return allowed
    const open = this.#openTo(destination)
    if (open !== null) return succeeded(open)
    const store = openStore(destination, this.#destinations.keysOf(destination), this.#ports)
    this.#open.set(destinationId, store)
    return succeeded(store)
  }

  /**
   * A profile may run a program for its keys, so the user is asked first; if typed keys are
   * missing, there is nothing to ask about.
   */
  async #allowed(destination: StoredDestination): Promise<Outcome<unknown>> {
    const keys = () => this.#destinations.keysOf(destination).current()
    const steps = [() => this.#mayUse(destination), keys]
    if (destination.credentials.kind === 'keys') steps.reverse()
    for (const step of steps) {
      const outcome = await step()
      if (!outcome.ok) return outcome
    }
    return succeeded(null)
  }

  /** Has a client of its own, which the caller destroys. */
  apart({ destination, keys }: Store, patience: HttpTimeouts): Store {
    return openStore(destination, keys, this.#ports, patience)
  }

  /**
   * Retries if the store named the bucket's region and the destination was corrected accordingly.
   * @param corrected called before the retry, with the old and the new destination.
   */
  async inRightRegion<T>(
    destinationId: DestinationId,
    work: () => Promise<Outcome<T>>,
    corrected: (from: StoredDestination, to: StoredDestination) => void = () => undefined,
  ): Promise<Outcome<T>> {
    const asked = this.#destinations.find(destinationId)
    const first = await work()
    if (first.ok || first.failure.kind !== 'region-wrong' || asked === null) return first
    const { region } = first.failure
    const isPutRight = region !== null && this.#destinations.correctRegion(asked, region)
    if (!isPutRight) return first
    const now = this.#destinations.find(destinationId)
    if (now !== null && now.bucket === asked.bucket) corrected(asked, now)
    return work()
  }

  /** The checksum that this store was seen to verify; null until it is known. */
  integrityOf(place: StoredDestination): StoreIntegrity | null {
    return this.#noted(place)?.integrity ?? null
  }

  noteIntegrity(place: StoredDestination, integrity: StoreIntegrity): void {
    this.#destinations.noteKnowledge(place, { integrity })
  }

  /** The key under which Ferry probed the store and perhaps has not cleaned up. */
  probeOf(place: StoredDestination): string | null {
    return this.#noted(place)?.probeKey ?? null
  }

  noteProbe(place: StoredDestination, probeKey: string | null): void {
    this.#destinations.noteKnowledge(place, { probeKey })
  }

  #openTo(destination: StoredDestination): Store | null {
    const open = this.#open.get(destination.destinationId)
    if (open === undefined || !isReachedAlike(open.destination, destination)) return null
    return { ...open, destination }
  }

  #noted(place: StoredDestination): StoredDestination | null {
    const stored = this.#destinations.find(place.destinationId)
    return stored !== null && isSameStore(stored, place) ? stored : null
  }

  close(): void {
    for (const { client } of this.#open.values()) client.destroy()
    this.#open.clear()
  }
}

/**
 * The lifetime of links, name, colour, rules and findings do not change how the store is reached.
 */
function isReachedAlike(one: StoredDestination, other: StoredDestination): boolean {
  return one === other || JSON.stringify(reached(one)) === JSON.stringify(reached(other))
}

function reached(destination: StoredDestination) {
  const { linkSeconds: _life, name: _name, color: _color, rules: _rules, ...rest } = destination
  const { integrity: _sum, probeKey: _key, findings: _found, aside: _aside, ...way } = rest
  return way
}
