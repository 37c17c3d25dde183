import { type ChildProcess, spawn } from 'node:child_process'
import { PARENT_WAITS, QUIT } from '../electron/files/shutdown.ts'

/**
 * Starts Electron with an IPC channel, which its main process supports like any Node process:
 * electronjs.org/docs/latest/tutorial/automated-testing#using-a-custom-test-driver. Descriptors 3
 * and 4 stay free, because Chromium on Linux needs them (electron/electron#17044,
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
 * Ends a child and waits for it: with a message if it has an IPC channel, otherwise with SIGTERM,
 * and by force after a timeout.
 */
export async function endChild(child: ChildProcess, withinMs = ENDS_WITHIN_MS): Promise<void> {
  if (hasEnded(child)) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  // If the channel breaks in the meantime, the child is ending.
  if (child.connected) child.send(QUIT, () => undefined)
  else child.kill('SIGTERM')
  const force = setTimeout(() => child.kill('SIGKILL'), withinMs)
  await ended
  clearTimeout(force)
}

/** Also true if the child could not be started. */
function hasEnded({ pid, exitCode, signalCode }: ChildProcess): boolean {
  return pid === undefined || exitCode !== null || signalCode !== null
}

/**
 * Exit codes of programs that the system could not start or stopped. The long ones are Windows
 * NTSTATUS values: learn.microsoft.com/openspecs/windows_protocols/ms-erref
 */
const KNOWN_CODES: Readonly<Record<number, string>> = {
  // Codes of shells and loaders: man7.org/linux/man-pages/man8/ld.so.8.html, POSIX "Exit Status for
  // Commands".
  126: 'the system may not run it',
  127: 'a library is missing',
  3221225477: 'it crashed',
  3221225595: 'it, or one of its libraries, is built for another kind of processor',
  3221225781: 'a library (DLL) is missing',
  3221225785: 'a library (DLL) has another version',
  3221225794: 'a library (DLL) could not start, as without a desktop session',
  3221226505: 'it stopped because of a fatal error',
  3221226536: 'its signature is not valid',
}

/** macOS kills untrusted programs without a message. */
const KILLED_ON_MACOS = 'macOS ends programs this way when their signature is broken'

/** Returns a clause; a negative code is a signed Windows code. */
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
