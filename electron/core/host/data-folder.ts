import { accessSync, constants, mkdirSync } from 'node:fs'
import { StartRefused } from './start-refused.ts'

/**
 * Makes the folder for this user alone; one that exists keeps its mode, for it may be shared.
 *
 * @throws StartRefused when it cannot be made or written.
 */
export function makeDataFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    accessSync(folder, constants.W_OK)
  } catch (error) {
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
