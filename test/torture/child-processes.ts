import { type Child, runNode } from '../e2e/child.ts'

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

/** One of Ferry's own programs, which does not outlive this run. */
export function startChild(args: readonly string[], env: NodeJS.ProcessEnv, reaper: Reaper): Child {
  const child = runNode(args, env)
  child.process.once(
    'exit',
    reaper.add(() => child.process.kill('SIGKILL')),
  )
  return child
}
