import { onTestFinished } from 'vitest'
import { simulateFiles } from '../platforms/simulated-files.ts'

export interface Held {
  readonly refusals: () => number
  readonly letGo: () => void
}

/**
 * Refuses renames and deletions below `folder` as Windows does while another program has the files
 * open, `tries` times.
 */
export function holdFiles(folder: string, tries: number, code = 'EPERM'): Held {
  let refusals = 0
  const letGo = simulateFiles(folder, {
    refusal: ({ name, path }) => {
      const isHeld = path !== folder && ['rename', 'rm', 'unlink'].includes(name)
      if (!isHeld || refusals >= tries) return null
      refusals += 1
      return code
    },
  })
  onTestFinished(letGo)
  return { refusals: () => refusals, letGo }
}

/** Replaces the clock. */
export const noWait = async () => undefined
