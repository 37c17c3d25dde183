import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename, dirname, extname, join } from 'node:path'
import { isHeld, type Pause, renameFile, retryWhileHeld } from './replace-file.ts'
import { StartRefused } from './start-refused.ts'

/**
 * Reads one of Ferry's files at the start.
 *
 * @returns null if it does not exist.
 * @throws StartRefused if another program holds it for longer than a second.
 */
export async function readIfExists(file: string, wait?: Pause): Promise<string | null> {
  try {
    return await retryWhileHeld(() => readFile(file, 'utf8'), wait)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw isHeld(error) ? heldAtStart(file, error) : error
  }
}

/** One sentence that names the file, for a start that cannot continue without it. */
function heldAtStart(file: string, cause: unknown): StartRefused {
  return new StartRefused(
    `Ferry cannot start: another program has ${file} open, or you may not change it. Close that program (a virus scanner, a backup or an editor), and start Ferry again.`,
    { cause },
  )
}

/**
 * Moves an unreadable file aside, so that a new one can be created and the old one can still be
 * examined. Files that belong to it (`-wal`, `-shm`) are moved first, under the same new name: a
 * journal that stayed would be replayed into the new file.
 *
 * @returns the new name inside the same folder.
 * @throws StartRefused if another program holds one of the files for longer than a second.
 */
export async function setAside(
  file: string,
  nowMs: number,
  companions: readonly string[] = [],
  wait?: Pause,
): Promise<string> {
  const extension = extname(file)
  const stem = basename(file, extension)
  const stamp = new Date(nowMs).toISOString().replaceAll(/[:.]/g, '-')
  const freeName = (attempt: number): string => {
    const name = `${stem}.corrupt-${stamp}${attempt === 0 ? '' : `-${attempt}`}${extension}`
    return existsSync(join(dirname(file), name)) ? freeName(attempt + 1) : name
  }
  const name = freeName(0)
  const aside = join(dirname(file), name)
  const present = companions.filter((suffix) => existsSync(file + suffix))
  for (const [index, suffix] of [...present, ''].entries()) {
    try {
      await renameFile(file + suffix, aside + suffix, wait)
    } catch (error) {
      await moveBack(file, aside, present.slice(0, index))
      throw isHeld(error) ? heldAtStart(file + suffix, error) : error
    }
  }
  return name
}

/** A file without its journal would look intact to the next start, but contain an older state. */
async function moveBack(file: string, aside: string, suffixes: readonly string[]): Promise<void> {
  for (const suffix of suffixes) {
    try {
      await renameFile(aside + suffix, file + suffix)
    } catch {
      // The journal stays under its new name; nothing more can be done.
    }
  }
}
