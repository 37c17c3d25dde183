import { accessSync, constants, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { App } from 'electron'
import { StartRefused } from './start-refused.ts'

/**
 * Settles where Ferry and Chromium keep their things, before Electron is ready: the single-instance
 * lock, too, lives in `userData`.
 *
 * @throws StartRefused when the folder cannot be made or written.
 */
export function settleDataFolder(app: App, asked: string | null): string {
  if (asked !== null) app.setPath('userData', asked)
  const folder = app.getPath('userData')
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    accessSync(folder, constants.W_OK)
  } catch (error) {
    throw new StartRefused(
      `Ferry cannot write to its data folder ${folder} (${reasonOf(error)}). Choose another with --data-dir.`,
      { cause: error },
    )
  }
  // Chromium's caches stay apart from what a person may want to look at or back up.
  app.setPath('sessionData', join(folder, 'chromium'))
  return folder
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      return 'no permission'
    case 'EROFS':
      return 'the disk is read-only'
    case 'ENOSPC':
      return 'the disk is full'
    case 'ENOTDIR':
    case 'EEXIST':
      return 'a file is in the way'
    default:
      return typeof code === 'string' ? code : 'unknown reason'
  }
}
