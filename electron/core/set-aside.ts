import { existsSync, renameSync } from 'node:fs'
import { basename, dirname, extname, join } from 'node:path'

/**
 * Moves a file that cannot be read out of the way, so that a new one can begin and the old one can
 * still be looked at. Files that belong to it (`-wal`, `-shm`) go with it under the same new name.
 * @returns the new name inside the same folder.
 */
export function setAside(file: string, nowMs: number, companions: readonly string[] = []): string {
  const extension = extname(file)
  const stem = basename(file, extension)
  const stamp = new Date(nowMs).toISOString().replaceAll(/[:.]/g, '-')
  const freeName = (attempt: number): string => {
    const name = `${stem}.corrupt-${stamp}${attempt === 0 ? '' : `-${attempt}`}${extension}`
    return existsSync(join(dirname(file), name)) ? freeName(attempt + 1) : name
  }
  const name = freeName(0)
  renameSync(file, join(dirname(file), name))
  for (const suffix of companions) {
    if (existsSync(file + suffix)) renameSync(file + suffix, join(dirname(file), name + suffix))
  }
  return name
}
