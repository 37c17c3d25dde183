import type { DestinationId } from '../../electron/contract/ids.ts'
import type { UploadRules } from '../../electron/contract/rules/upload-rules.ts'
import type {
  NetworkStatus,
  PowerStatus,
  TransferLimits,
  TransferRules,
} from '../../renderer/engine/ports.ts'

/** The browser's network status. */
export class FakeNetwork implements NetworkStatus {
  #isOnline = true
  readonly #listeners = new Set<() => void>()

  readonly isOnline = () => this.#isOnline

  readonly subscribe = (listener: () => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  get listenerCount(): number {
    return this.#listeners.size
  }

  become(isOnline: boolean): void {
    this.#isOnline = isOnline
    for (const listener of [...this.#listeners]) listener()
  }
}

type Listener = (state: 'asleep' | 'awake') => void

/** The computer's sleep, as the host reports it. */
export class FakePower implements PowerStatus {
  readonly #listeners = new Set<Listener>()

  readonly subscribe = (listener: Listener) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  get listenerCount(): number {
    return this.#listeners.size
  }

  become(state: 'asleep' | 'awake'): void {
    for (const listener of [...this.#listeners]) listener(state)
  }
}

/** The limits that the page observes, and the part length that the host plans with. */
type Limits = TransferLimits & Pick<UploadRules, 'partBytes'>

const AUTOMATIC: Limits = { partBytes: null, parallel: null, bytesPerSecond: null }

/** Rules that a test changes as a user would. */
export class FakeRules implements TransferRules {
  readonly #limits = new Map<DestinationId, Limits>()
  readonly #listeners = new Set<() => void>()

  readonly limitsOf = (destinationId: DestinationId) => this.#limits.get(destinationId) ?? AUTOMATIC

  readonly subscribe = (listener: () => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  set(destinationId: DestinationId, limits: Partial<Limits>): void {
    this.#limits.set(destinationId, { ...AUTOMATIC, ...limits })
    for (const listener of this.#listeners) listener()
  }
}
