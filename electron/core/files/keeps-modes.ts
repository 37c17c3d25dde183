import { closeSync, fstatSync, openSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryName } from './replace-file.ts'

/** The permission bits of the group and of others. */
export const SHARED_BITS = 0o077

/**
 * Whether the disk keeps modes and owners. FAT and exFAT, and mostly the Linux drivers of NTFS and
 * SMB, show one owner and one mode for everything, as they were mounted, and refuse a change of mode
 * or forget it (mount(8), fat; mount.cifs(8), file_mode). A file of ours tells, whoever owns the
 * folder: where modes are kept it is ours alone, since a umask only takes rights away.
 *
 * True where no file can be made: then the folder's own mode and owner are the reason.
 */
export function keepsModes(folder: string): boolean {
  const probe = temporaryName(join(folder, 'probe'))
  try {
    const handle = openSync(probe, 'wx', 0o600)
    try {
      const { uid, mode } = fstatSync(handle)
      return uid === process.geteuid?.() && (mode & SHARED_BITS) === 0
    } finally {
      closeSync(handle)
    }
  } catch {
    return true
  } finally {
    discard(probe)
  }
}

/**
 * Writes a file and removes it: Windows' `access` looks at no access list (nodejs.org/api/fs.html,
 * fs.access), and a network drive may refuse for reasons of its own.
 *
 * @throws what the file system says.
 */
export function proveWritable(folder: string): void {
  const probe = temporaryName(join(folder, 'probe'))
  closeSync(openSync(probe, 'wx', 0o600))
  discard(probe)
}

function discard(probe: string): void {
  try {
    rmSync(probe, { force: true })
  } catch {
    // A scanner holds it; the next start removes it by its name: to-delete-list.ts.
  }
}
