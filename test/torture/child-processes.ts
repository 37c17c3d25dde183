import { type Child, runNode } from '../e2e/child.ts'

/**
 * Can kill every process that this run has started, so that none outlives the run however it ends.
 */
export class Reaper {
  readonly #kills = new Set<() => void>()

  /** Returns a function that removes the process once it has ended. */
  add(kill: () => void): () => void {
    this.#kills.add(kill)
    return () => this.#kills.delete(kill)
  }

  killAll(): void {
    for (const kill of this.#kills) kill()
    this.#kills.clear()
  }
}

/** Starts one of Ferry's own programs, which does not outlive this run. */
export function startChild(args: readonly string[], env: NodeJS.ProcessEnv, reaper: Reaper): Child {
  const child = runNode(args, env)
  child.process.once(
    'exit',
    reaper.add(() => child.process.kill('SIGKILL')),
  )
  return child
}
