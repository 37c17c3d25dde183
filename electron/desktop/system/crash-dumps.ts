import { readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { App, CrashReporter } from 'electron'
import { claimFolder } from '../../core/private-files.ts'

/** Enough to compare with one another; a dump has a few MiB. */
const MOST_DUMPS = 10

/**
 * Keeps dumps of crashed processes in the data folder, and sends them nowhere: whoever reports a
 * crash attaches one by hand, and should know that memory is in it. Called before Electron is ready,
 * since only processes that start afterwards are watched (electronjs.org/docs/latest/api/crash-reporter).
 */
export function keepCrashDumps(
  app: Pick<App, 'setPath'>,
  crashReporter: Pick<CrashReporter, 'start'>,
  dataFolder: string,
): void {
  const folder = join(dataFolder, 'crashes')
  try {
    claimFolder(folder)
    removeOldDumps(folder)
    app.setPath('crashDumps', folder)
    crashReporter.start({ uploadToServer: false })
  } catch {
    // Uploads matter more than dumps.
  }
}

/** Crashpad's own folders: `pending`, `completed` and `new`, or `reports` on Windows. */
export function removeOldDumps(folder: string): void {
  const dumps = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.dmp'))
    .map((name) => join(folder, name))
    .map((file) => ({ file, atMs: statSync(file).mtimeMs }))
    .sort((one, other) => other.atMs - one.atMs)
  for (const { file } of dumps.slice(MOST_DUMPS)) {
    rmSync(file, { force: true })
    rmSync(file.replace(/\.dmp$/, '.meta'), { force: true })
  }
}
