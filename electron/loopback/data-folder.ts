import { mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { StartRefused } from './start-refused.ts'

/** Where the system wants an application's data. XDG: specifications.freedesktop.org/basedir. */
export function defaultDataFolder(
  platform: NodeJS.Platform = process.platform,
  env: NodeJS.ProcessEnv = process.env,
  home: string = homedir(),
): string {
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'Ferry')
  if (platform === 'win32') return join(env.APPDATA || join(home, 'AppData', 'Roaming'), 'Ferry')
  return join(env.XDG_DATA_HOME || join(home, '.local', 'share'), 'ferry')
}

/** Makes the folder for this user alone; one that exists keeps its mode, for it may be shared. */
export function makeDataFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
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
