/**
 * Knows how to end every process that this run has started and that still lives, so that none
 * outlives it however it ends.
 */
export class Reaper {
  readonly #kills = new Set<() => void>()

  /** Answers how to take it off again once it has ended. */
  add(kill: () => void): () => void {
    this.#kills.add(kill)
    return () => this.#kills.delete(kill)
  }

  killAll(): void {
    for (const kill of this.#kills) kill()
    this.#kills.clear()
  }
}
