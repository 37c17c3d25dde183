import type { DestinationId } from '../../electron/contract/ids.ts'
import type { TransferLimits, TransferRules } from '../../renderer/upload/engine/ports.ts'

const AUTOMATIC: TransferLimits = { partBytes: null, parallel: null, bytesPerSecond: null }

/** Rules that a test changes as a person would. */
export class FakeRules implements TransferRules {
  readonly #limits = new Map<DestinationId, TransferLimits>()
  readonly #listeners = new Set<() => void>()

  readonly limitsOf = (destinationId: DestinationId) => this.#limits.get(destinationId) ?? AUTOMATIC

  readonly subscribe = (listener: () => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  set(destinationId: DestinationId, limits: Partial<TransferLimits>): void {
    this.#limits.set(destinationId, { ...AUTOMATIC, ...limits })
    for (const listener of this.#listeners) listener()
  }
}
