import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type * as fakes from './electron.ts'
import type { FromStandIn } from './remote.ts'

/** The stand-in for Electron, including its records and ways to make it fail. */
export type Fakes = typeof fakes

/**
 * Runs a function in the main process. It is passed as text, so it must not use anything outside
 * itself.
 */
export interface MainProcess<M = typeof Electron.CrossProcessExports> {
  evaluate<T, A>(run: (electron: M, argument: A) => T | Promise<T>, argument: A): Promise<T>
}

export interface StandIn {
  readonly process: ChildProcess
  readonly output: () => string
  /** The debugging address of its Chromium; never settles without a window. */
  readonly endpoint: Promise<string>
  readonly main: MainProcess
  readonly ended: Promise<number | string>
  /** Ends the whole app at once, like a crash. */
  readonly kill: () => Promise<void>
}

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** The built bundles, as `vite build` creates them for the package. */
const BUNDLE = at('../../out/main/index.js')

/** Starts the app's process with the arguments that the system would pass. */
export function startStandIn(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  bundle = BUNDLE,
): StandIn {
  const child = fork(at('main.ts'), [bundle, ...args], {
    cwd: at('../..'),
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // A process group of its own, including its Chromium, so that both can be killed at once.
    detached: process.platform !== 'win32',
  })
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      printed += text
    })
  }
  const ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string)
  const opened = Promise.withResolvers<string>()
  const questions = new Map<number, PromiseWithResolvers<unknown>>()
  child.on('message', (message: FromStandIn) => {
    switch (message.kind) {
      case 'chromium':
        return opened.resolve(message.endpoint)
      case 'answer':
        return questions.get(message.id)?.resolve(message.value)
      case 'failed':
        return questions.get(message.id)?.reject(new Error(message.message))
    }
  })
  void ended.then((code) => {
    const error = new Error(`The stand-in ended (${code}):\n${printed}`)
    opened.reject(error)
    for (const { reject } of questions.values()) reject(error)
  })
  // A test that waits for a window gets the error; one without a window need not.
  opened.promise.catch(() => undefined)
  const main: MainProcess = {
    evaluate: (run, argument) => {
      const id = questions.size + 1
      const answer = Promise.withResolvers<unknown>()
      questions.set(id, answer)
      child.send({ id, source: run.toString(), argument })
      return answer.promise as Promise<never>
    },
  }
  const kill = async () => {
    killGroup(child)
    await ended
  }
  return { process: child, output: () => printed, endpoint: opened.promise, main, ended, kill }
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  // Windows has no process groups; there the closing pipe ends Chromium, too.
  if (process.platform === 'win32') child.kill('SIGKILL')
  else process.kill(-child.pid, 'SIGKILL')
}
