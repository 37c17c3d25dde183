import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'

const execute = promisify(execFile)
const COMMAND_MS = 60_000
const LOOK_MS = 200
const LAST_LINES = 12

/** A program of the store that runs in the foreground as a child process. */
export interface Daemon {
  readonly name: string
  readonly hasEnded: () => boolean
  /** Resolves when the process has ended. */
  readonly kill: () => Promise<void>
  /** The end of its log, for the error message when it does not start. */
  readonly lastWords: () => Promise<string>
}

/** The daemon dies with this process, however that ends: `setpriv` is part of every Debian. */
export function startDaemon(
  name: string,
  command: readonly [string, ...string[]],
  logPath: string,
): Daemon {
  const args = ['--pdeathsig', 'KILL', '--', ...command]
  const child = spawn('setpriv', args, { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-4000)
  })
  child.on('error', (error) => {
    said += error.message
  })
  return {
    name,
    hasEnded: () => hasEnded(child),
    kill: () => kill(child),
    lastWords: async () => `${said}\n${await readFile(logPath, 'utf8').catch(() => '')}`,
  }
}

/** Runs a command of the store and returns its output. */
export async function run(program: string, args: readonly string[]): Promise<string> {
  const { stdout } = await execute(program, [...args], { timeout: COMMAND_MS })
  return stdout
}

/** Polls until the daemon is ready, or has ended. */
export async function untilReady(
  daemon: Daemon,
  withinMs: number,
  isReady: () => Promise<boolean>,
): Promise<void> {
  const endMs = performance.now() + withinMs
  while (!(await isReady().catch(() => false))) {
    const why = daemon.hasEnded()
      ? 'ended at once'
      : performance.now() > endMs
        ? `was not ready after ${withinMs / 1000} s`
        : null
    if (why !== null) throw new Error(`${daemon.name} ${why}:\n${await lastLines(daemon)}`)
    await delay(LOOK_MS)
  }
}

async function lastLines(daemon: Daemon): Promise<string> {
  return (await daemon.lastWords()).trim().split('\n').slice(-LAST_LINES).join('\n')
}

function hasEnded({ exitCode, signalCode, pid }: ChildProcess): boolean {
  return pid === undefined || exitCode !== null || signalCode !== null
}

/** Kills it at once: unwritten data does not matter because its folder is deleted. */
async function kill(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}
