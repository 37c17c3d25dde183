import type { ChildProcess } from 'node:child_process'
import { QUIT } from '../electron/core/host/parent-channel.ts'

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
