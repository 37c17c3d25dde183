import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { App, CrashReporter } from 'electron'
import type { ToDeleteList } from '../../core/files/to-delete-list.ts'
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
    app.setPath('crashDumps', folder)
    crashReporter.start({ uploadToServer: false })
  } catch {
    // Uploads matter more than dumps.
  }
}

/**
 * Crashpad's own folders are `pending`, `completed` and `new`, or `reports` on Windows. Memory of
 * Ferry is in a dump, so one that is held now goes at the next start. Never rejects.
 */
export async function removeOldDumps(folder: string, toDelete: ToDeleteList): Promise<void> {
  try {
    const names = await readdir(folder, { recursive: true, encoding: 'utf8' })
    const dumps = names.filter((name) => name.endsWith('.dmp')).map((name) => join(folder, name))
    const dated = await Promise.all(
      dumps.map(async (file) => ({ file, atMs: (await stat(file)).mtimeMs })),
    )
    const old = dated.toSorted((one, other) => other.atMs - one.atMs).slice(MOST_DUMPS)
    for (const { file } of old) {
      await toDelete.remove(file)
      await toDelete.remove(file.replace(/\.dmp$/, '.meta'))
    }
  } catch {
    // Crashpad moves them about; the next start looks again.
  }
}
