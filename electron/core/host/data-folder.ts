import { accessSync, constants } from 'node:fs'
import { join } from 'node:path'
import { claimExisting, claimFolder } from '../private-files.ts'
import { StartRefused } from './start-refused.ts'

/** Ferry's own files in the data folder, with what SQLite keeps beside a database. */
const OWN_FILES = [
  ...['records.sqlite', 'host-lock.sqlite'].flatMap((name) =>
    ['', '-wal', '-shm', '-journal'].map((suffix) => name + suffix),
  ),
  'settings.json',
  'secrets.json',
  'sessions.json',
  'running-at.txt',
  'control.json',
]

/**
 * Makes the folder for this user alone, or takes it and Ferry's files in it from others.
 *
 * @throws StartRefused when it cannot be made or written, or when other users may have changed it.
 */
export function makeDataFolder(folder: string): void {
  try {
    claimFolder(folder)
    accessSync(folder, constants.W_OK)
    for (const name of OWN_FILES) claimExisting(join(folder, name))
  } catch (error) {
    if (error instanceof StartRefused) throw error
    throw unwritable(folder, error)
  }
}

export function unwritable(folder: string, error: unknown): StartRefused {
  return new StartRefused(
    `Ferry cannot write to its data folder ${folder} (${reasonOf(error)}). Choose another with --data-dir.`,
    { cause: error },
  )
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
