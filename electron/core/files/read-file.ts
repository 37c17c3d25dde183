import { readFile } from 'node:fs/promises'
import { StartRefused } from '../host/start-refused.ts'
import { isHeld, type Pause, withPatience } from './patience.ts'

/**
 * Reads one of Ferry's files at the start.
 *
 * @returns null when it is not there.
 * @throws StartRefused when another program holds it for longer than a second.
 */
export async function readIfThere(file: string, wait?: Pause): Promise<string | null> {
  try {
    return await withPatience(() => readFile(file, 'utf8'), wait)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw isHeld(error) ? heldAtStart(file, error) : error
  }
}

/** One sentence that names the file, for a start that cannot go on without it. */
export function heldAtStart(file: string, cause: unknown): StartRefused {
  return new StartRefused(
    `Ferry cannot start: another program has ${file} open, or you may not change it. Close that program (a virus scanner, a backup or an editor), and start Ferry again.`,
    { cause },
  )
}
