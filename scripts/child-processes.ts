import { type ChildProcess, spawn } from 'node:child_process'
import { PARENT_WAITS, QUIT } from '../electron/core/host/parent-channel.ts'

/**
 * Starts Electron's program with a channel for messages, which Electron's main process knows as any
 * Node does: electronjs.org/docs/latest/tutorial/automated-testing#using-a-custom-test-driver. The
 * descriptors 3 and 4 stay free, since Chromium on Linux counts on them (electron/electron#17044,
 * electron-vite/vite-plugin-electron#283).
 */
export function startElectron(
  program: string,
  args: readonly string[],
  added: NodeJS.ProcessEnv = {},
): ChildProcess {
  const { ELECTRON_RUN_AS_NODE: _, ...env } = process.env
  return spawn(program, args, {
    stdio: ['inherit', 'inherit', 'inherit', 'ignore', 'ignore', 'ipc'],
    env: { ...env, ...added, [PARENT_WAITS]: '1' },
  })
}

/** Ferry closes its records within three seconds. */
const ENDS_WITHIN_MS = 5_000

/**
 * Ends a child and waits for that: by a message where it has an IPC channel, by SIGTERM where it has
 * none, and by force when it does not end in time.
 */
export async function endChild(child: ChildProcess, withinMs = ENDS_WITHIN_MS): Promise<void> {
  if (hasEnded(child)) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  // A channel that broke meanwhile belongs to a child that ends.
  if (child.connected) child.send(QUIT, () => undefined)
  else child.kill('SIGTERM')
  const force = setTimeout(() => child.kill('SIGKILL'), withinMs)
  await ended
  clearTimeout(force)
}

/** Also true for a child that could not be started. */
function hasEnded({ pid, exitCode, signalCode }: ChildProcess): boolean {
  return pid === undefined || exitCode !== null || signalCode !== null
}

/**
 * The exit codes of programs that the system could not start, or stopped. The long ones are Windows':
 * learn.microsoft.com/openspecs/windows_protocols/ms-erref (NTSTATUS values).
 */
const KNOWN_CODES: Readonly<Record<number, string>> = {
  // The shells' and loaders' own: man7.org/linux/man-pages/man8/ld.so.8.html, POSIX "Exit Status for Commands".
  126: 'the system may not run it',
  127: 'a library is missing',
  3221225477: 'it crashed',
  3221225595: 'it, or a library of it, is made for another kind of processor',
  3221225781: 'a library (DLL) is missing',
  3221225785: 'a library (DLL) is of another version',
  3221225794: 'a library (DLL) could not start, as without a desktop session',
  3221226505: 'it stopped itself at an error that it cannot go on from',
  3221226536: 'its signature is not valid',
}

/** macOS ends a program that it does not trust without a word. */
const KILLED_ON_MACOS = 'macOS ends a program like that when its signature is broken'

/** A clause; a negative code is Windows' in signed form. */
export function exitReason(
  code: number | null,
  signal: NodeJS.Signals | null,
  platform: NodeJS.Platform = process.platform,
): string {
  if (code === null) {
    const known = platform === 'darwin' && signal === 'SIGKILL' ? `: ${KILLED_ON_MACOS}` : ''
    return `it was ended by ${signal}${known}`
  }
  const unsigned = code < 0 ? code + 2 ** 32 : code
  const known = KNOWN_CODES[unsigned]
  return `it ended with code ${unsigned}${known === undefined ? '' : `: ${known}`}`
}
