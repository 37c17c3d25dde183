import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))

export interface Child {
  readonly process: ChildProcess
  /** Everything it printed so far. */
  readonly output: () => string
  readonly errors: () => string
  /** The first match in what it prints; rejects with its output when it ends before. */
  readonly untilPrinted: (pattern: RegExp) => Promise<string>
  /** Answers the exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>
  /** Asks it to end and waits. */
  readonly stop: (signal?: NodeJS.Signals) => Promise<number | string>
}

/** Runs one of Ferry's own programs with this Node. */
export function runNode(args: readonly string[], env: NodeJS.ProcessEnv = process.env): Child {
  return run(process.execPath, args, env)
}

export function run(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
  stdin: 'ignore' | 'pipe' = 'ignore',
): Child {
  const child = spawn(program, args, { cwd: ROOT, env, stdio: [stdin, 'pipe', 'pipe'] })
  const printed = { out: '', err: '' }
  const { stdout, stderr } = child
  if (stdout === null || stderr === null) throw new TypeError('The output is not piped')
  stdout.setEncoding('utf8').on('data', (text: string) => {
    printed.out += text
  })
  stderr.setEncoding('utf8').on('data', (text: string) => {
    printed.err += text
  })
  const ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string)
  return {
    process: child,
    output: () => printed.out,
    errors: () => printed.err,
    ended,
    untilPrinted: async (pattern) => {
      const found = () => pattern.exec(printed.out)
      while (found() === null) {
        const more = await Promise.race([once(stdout, 'data'), ended.then(() => null)])
        if (more === null && found() === null) {
          throw new Error(`It ended without ${pattern}:\n${printed.out}\n${printed.err}`)
        }
      }
      return found()?.[0] ?? ''
    },
    stop: async (signal = 'SIGTERM') => {
      child.kill(signal)
      return ended
    },
  }
}
