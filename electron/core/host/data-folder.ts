import { join } from 'node:path'
import { fileReason } from '../files/file-reason.ts'
import { proveWritable } from '../files/keeps-modes.ts'
import { claimExisting, claimFolder } from '../private-files.ts'
import type { Privacy } from '../safe-path.ts'
import { StartRefused } from './start-refused.ts'

/** Ferry's own files in the data folder, with what SQLite keeps beside a database. */
const OWN_FILES = [
  ...['records.sqlite', 'host-lock.sqlite'].flatMap((name) =>
    ['', '-wal', '-shm', '-journal'].map((suffix) => name + suffix),
  ),
  'settings.json',
  'window.json',
  'secrets.json',
  'secrets-to-wipe.json',
  'to-delete.json',
  'sessions.json',
  'running-at.txt',
  'control.json',
]

/** For what is below the folder and opened by SQLite: `local-bucket/index.sqlite-journal` and more. */
const ROOM_BELOW = 48
/** MAX_PATHNAME of sqlite.org/src/file/src/os_unix.c, in bytes of UTF-8. */
const SQLITE_PATH_BYTES = 512
/** MAX_PATH of Windows, which SQLite keeps to: sqlite.org/src/file/src/os_win.c. In UTF-16 units. */
const WINDOWS_PATH_UNITS = 260

/**
 * Makes the folder for this user alone, or takes it and Ferry's files in it from others.
 *
 * @returns `open` where its disk keeps no modes. Windows' access lists are another matter.
 * @throws StartRefused when it cannot be made or written, when its path is too long, or when other
 * users may have changed it.
 */
export function makeDataFolder(
  folder: string,
  platform: NodeJS.Platform = process.platform,
): Privacy {
  refuseLongPath(folder, platform)
  try {
    const privacy = claimFolder(folder)
    proveWritable(folder)
    for (const name of OWN_FILES) claimExisting(join(folder, name))
    return privacy
  } catch (error) {
    if (error instanceof StartRefused) throw error
    throw unwritable(folder, error)
  }
}

export function unwritable(folder: string, error: unknown): StartRefused {
  return new StartRefused(
    `Ferry cannot write to its data folder ${folder} (${fileReason(error)}). Choose another with --data-dir.`,
    { cause: error },
  )
}

/** SQLite would say no more than that it cannot open its file. */
function refuseLongPath(folder: string, platform: NodeJS.Platform): void {
  const [length, unit, most] =
    platform === 'win32'
      ? [folder.length, 'characters', WINDOWS_PATH_UNITS - ROOM_BELOW]
      : [Buffer.byteLength(folder), 'bytes', SQLITE_PATH_BYTES - ROOM_BELOW]
  if (length <= most) return
  throw new StartRefused(
    `Ferry cannot use the data folder ${folder}: its path is too long (${length} ${unit}, and at most ${most} work). Choose a folder with a shorter path with --data-dir.`,
  )
}
