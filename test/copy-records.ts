import { copyFileSync, existsSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'

const ENDS = ['-wal', '']

/**
 * Copies the records of a running host as it would find them after a kill. The host has locked the
 * database, so no other process may open it.
 *
 * @param to the copy's path.
 */
export function copyRecords(dataFolder: string, to: string): void {
  const file = join(dataFolder, 'records.sqlite')
  for (;;) {
    const before = stateOf(file)
    for (const end of ENDS) {
      rmSync(to + end, { force: true })
      if (existsSync(file + end)) copyFileSync(file + end, to + end)
    }
    // After a write during the copy, files of different moments would not make a valid database.
    if (stateOf(file) === before) return
  }
}

function stateOf(file: string): string {
  return ENDS.map((end) => {
    const stats = statSync(file + end, { bigint: true, throwIfNoEntry: false })
    return `${stats?.size} ${stats?.mtimeNs}`
  }).join()
}
