import open from 'open'
import type { HostShell, Log } from '../core/ports.ts'
import { hasDisplay } from './display.ts'

/** A process without a window of its own can do little; the page does the rest itself. */
export function loopbackShell(log: Log): HostShell {
  return {
    copyText: async () => false,
    openFolder: async (path) => hasDisplay() && (await openOutside(path, { log })),
    showProgress: () => undefined,
    queueChanged: () => undefined,
    // The server asks the core where the stores are whenever it serves the worker that sends parts.
    endpointsChanged: () => undefined,
  }
}

/**
 * Hands a folder or an address to the program that the user has for it.
 * @param mask what that program shall start with, if it does not run yet; absent: this process's.
 * @param apps programs to try in turn, and no other.
 */
export async function openOutside(
  target: string,
  options: { readonly log?: Log; readonly mask?: number; readonly apps?: string[] } = {},
): Promise<boolean> {
  const { log, mask, apps } = options
  // Ferry's own files are made with their modes, whatever the mask says meanwhile.
  const own = mask === undefined ? null : process.umask(mask)
  try {
    await open(target, apps === undefined ? {} : { app: { name: apps } })
    return true
  } catch (error) {
    log?.warn({ error }, 'Could not open something in another program')
    return false
  } finally {
    if (own !== null) process.umask(own)
  }
}
