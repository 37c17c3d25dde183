import { type Child, runNode } from '../e2e/child.ts'
import type { Reaper } from './reaper.ts'

/** One of Ferry's own programs, which does not outlive this run. */
export function startChild(args: readonly string[], env: NodeJS.ProcessEnv, reaper: Reaper): Child {
  const child = runNode(args, env)
  child.process.once(
    'exit',
    reaper.add(() => child.process.kill('SIGKILL')),
  )
  return child
}
