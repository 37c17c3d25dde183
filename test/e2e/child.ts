import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { QUIT } from '../../electron/files/shutdown.ts'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))

export interface Child {
  readonly process: ChildProcess
  /** Everything it has printed so far. */
  readonly output: () => string
  readonly errors: () => string
  /** The first match in its output; rejects with the output if the process ends first. */
  readonly untilPrinted: (pattern: RegExp) => Promise<string>
  /** The exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>
  /**
   * Asks it to end and waits. On Windows a signal would end it without a clean shutdown, so there
   * Ferry's own programs get a message instead.
   */
  readonly stop: (signal?: NodeJS.Signals) => Promise<number | string>
}

/**
 * Runs one of Ferry's own programs with this Node. It ends with this process, however that ends.
 */
export function runNode(args: readonly string[], env: NodeJS.ProcessEnv = process.env): Child {
  return started(process.execPath, args, env, ['ignore', 'pipe', 'pipe', 'ipc'])
}

export function run(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
  stdin: 'ignore' | 'pipe' = 'ignore',
): Child {
  return started(program, args, env, [stdin, 'pipe', 'pipe'])
}

function started(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  stdio: StdioOptions,
): Child {
  const child = spawn(program, args, { cwd: ROOT, env, stdio })
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
      const isKilled = process.platform !== 'win32' || signal === 'SIGKILL' || !child.connected
      if (isKilled) child.kill(signal)
      else child.send(QUIT, () => undefined)
      return ended
    },
  }
}
