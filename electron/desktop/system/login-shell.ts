import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { homedir, userInfo } from 'node:os'
import { basename, isAbsolute } from 'node:path'
import type { CorePorts, Log } from '../../core/ports.ts'

/** Shells with many plugins need a second or two. */
const ANSWER_WITHIN_MS = 5000
const MAX_OUTPUT_CHARS = 1024 * 1024

export interface LoginShellDeps {
  readonly platform: NodeJS.Platform
  /** The process's own environment, to which the shell's variables are added. */
  readonly environment: NodeJS.ProcessEnv
  readonly log: Pick<Log, 'info' | 'warn'>
  readonly withinMs?: number
}

type ReadShell = NonNullable<CorePorts['readShell']>
type ShellAnswer = Awaited<ReturnType<ReadShell>>

/**
 * An app started by the Dock, Finder or a launcher has the system's PATH and none of the variables
 * that the user's shell sets (electron/electron#4394): keys in variables, `AWS_CONFIG_FILE` and
 * programs for `credential_process` would be missing. So Ferry asks the login shell once, when it
 * first looks for keys. It takes only PATH and `AWS_…`, and variables that are already set win.
 *
 * @returns undefined on Windows and in a terminal, where the variables are already set.
 */
export function loginShell(deps: LoginShellDeps): ReadShell | undefined {
  const { platform, environment } = deps
  const isFromTerminal = environment.TERM !== undefined
  if (platform === 'win32' || isFromTerminal) return undefined
  let answer: Promise<ShellAnswer> | null = null
  return () => {
    answer ??= readInto(deps)
    return answer
  }
}

async function readInto(deps: LoginShellDeps): Promise<ShellAnswer> {
  const { environment, log, withinMs = ANSWER_WITHIN_MS } = deps
  const said = await outputOf(shellOf(environment), environment, withinMs)
  if (said === null) {
    log.warn({}, 'The login shell did not report its variables')
    return 'silent'
  }
  let count = 0
  for (const each of said.split(said.includes('\0') ? '\0' : '\n')) {
    const [, name = '', value = ''] = /^(PATH|AWS_[A-Z0-9_]+)=(.+)$/s.exec(each) ?? []
    if (name === '' || (name !== 'PATH' && environment[name] !== undefined)) continue
    environment[name] = value
    count += 1
  }
  log.info({ count }, 'The login shell reported its variables')
  return 'read'
}

function shellOf({ SHELL = '' }: NodeJS.ProcessEnv): string {
  return isAbsolute(SHELL) ? SHELL : (userInfo().shell ?? '/bin/sh')
}

/** The shell's environment as printed by `env`; null when it does not respond in time. */
async function outputOf(
  shell: string,
  environment: NodeJS.ProcessEnv,
  withinMs: number,
): Promise<string | null> {
  // Start-up files may print anything, so the output is delimited by marks.
  const mark = randomBytes(16).toString('hex')
  // No inner quotes, because some shells drop them; `-0` is missing in older versions of env.
  const command = `/bin/sh -c 'printf %s ${mark}; /usr/bin/env -0 2>/dev/null || /usr/bin/env; printf %s ${mark}'`
  const { promise, resolve } = Promise.withResolvers<string | null>()
  const child = spawn(shell, [...flagsOf(shell), command], {
    cwd: homedir(),
    // A separate process group has no terminal to wait for and can be killed as a whole.
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...environment, TERM: 'dumb' },
  })
  let heard = ''
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    heard += piece
    const [, said, end] = heard.split(mark)
    // A program that a start-up file leaves running may keep the pipe open for ever.
    if (end !== undefined) resolve(said ?? null)
    else if (heard.length > MAX_OUTPUT_CHARS) resolve(null)
  })
  child.on('error', () => resolve(null))
  child.on('close', () => resolve(null))
  const timer = setTimeout(() => resolve(null), withinMs)
  const said = await promise
  clearTimeout(timer)
  child.stdout.destroy()
  if (said === null) endGroup(child)
  child.unref()
  return said
}

/**
 * csh accepts only `-l` alone; the others run as interactive login shells to read their usual
 * files.
 */
function flagsOf(shell: string): readonly string[] {
  const name = basename(shell)
  if (/^t?csh$/.test(name)) return ['-ic']
  if (/^pwsh/.test(name)) return ['-Login', '-Command']
  return ['-i', '-l', '-c']
}

function endGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It has ended.
  }
}
