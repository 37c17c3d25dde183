/** Runs tasks of one key one after the other; tasks of different keys do not wait for each other. */
export class KeyedMutex<Key> {
  readonly #tails = new Map<Key, Promise<unknown>>()
  readonly #controllers = new Map<Key, Set<AbortController>>()

  /** Begins at once if the key is free, else when all earlier tasks of the key have ended. */
  async run<T>(key: Key, task: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const controller = new AbortController()
    const controllers = this.#controllers.get(key) ?? new Set()
    this.#controllers.set(key, controllers.add(controller))
    const begin = async () => task(controller.signal)
    const before = this.#tails.get(key)
    const result = before === undefined ? begin() : before.then(begin)
    // A failure is the caller's alone; the next task runs in any case.
    const tail = result.catch(() => undefined)
    this.#tails.set(key, tail)
    try {
      return await result
    } finally {
      controllers.delete(controller)
      if (this.#tails.get(key) === tail) {
        this.#tails.delete(key)
        this.#controllers.delete(key)
      }
    }
  }

  /** Aborts the signals of all tasks of this key, running and waiting. They still run to their end. */
  interrupt(key: Key): void {
    for (const controller of this.#controllers.get(key) ?? []) controller.abort()
  }

  /** Aborts all signals and resolves when every task has ended. */
  async close(): Promise<void> {
    for (const key of this.#controllers.keys()) this.interrupt(key)
    await Promise.all(this.#tails.values())
  }
}
