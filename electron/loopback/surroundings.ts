import open from 'open'
import type { Log, Surroundings } from '../core/ports.ts'
import { hasDisplay } from './display.ts'

/** A process without a window of its own can do little; the page does the rest itself. */
export function loopbackSurroundings(log: Log): Surroundings {
  return {
    copyText: async () => false,
    openFolder: async (path) => hasDisplay() && (await openOutside(path, log)),
    showProgress: () => undefined,
    // The server asks the core where the stores are whenever it serves the worker that sends parts.
    endpointsChanged: () => undefined,
  }
}

/** Hands a folder or an address to the program that the person uses for it. */
export async function openOutside(target: string, log?: Log): Promise<boolean> {
  try {
    await open(target)
    return true
  } catch (error) {
    log?.warn({ error }, 'Could not open something in another program')
    return false
  }
}
