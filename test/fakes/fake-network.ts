import type { NetworkStatus } from '../../renderer/upload/engine/ports.ts'

/** What the browser says of the network. */
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
