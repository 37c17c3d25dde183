import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type * as fakes from './electron.ts'
import type { FromStandIn } from './remote.ts'

/** The stand-in for Electron, with what it records and what makes it fail. */
export type Fakes = typeof fakes

/** Runs a function beside the main process, which is given to it as text: it may use nothing from outside. */
export interface MainProcess<M = typeof Electron.CrossProcessExports> {
  evaluate<T, A>(run: (electron: M, argument: A) => T | Promise<T>, argument: A): Promise<T>
}

export interface StandIn {
  readonly process: ChildProcess
  readonly output: () => string
  /** The address of its Chromium's debugger; never settles without a window. */
  readonly endpoint: Promise<string>
  readonly main: MainProcess
  readonly ended: Promise<number | string>
  /** The whole app at once, as a crash ends it. */
  readonly kill: () => Promise<void>
}

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** The built bundles, as `vite build` makes them for the package. */
const BUNDLE = at('../../out/main/index.js')

/** Starts the app's process, with the arguments that the system would give it. */
export function startStandIn(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  bundle = BUNDLE,
): StandIn {
  const child = fork(at('main.ts'), [bundle, ...args], {
    cwd: at('../..'),
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // A group of its own, with its Chromium in it: whoever kills the group kills both at once.
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
  // A test that waits for a window hears of the end; one without a window need not.
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
  // Without groups the pipe to Chromium closes, which ends it, too.
  if (process.platform === 'win32') child.kill('SIGKILL')
  else process.kill(-child.pid, 'SIGKILL')
}
