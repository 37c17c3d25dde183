import type { PowerStatus } from '../../renderer/upload/engine/ports.ts'

type Listener = (state: 'asleep' | 'awake') => void

/** What the host hears of the computer's sleep. */
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
