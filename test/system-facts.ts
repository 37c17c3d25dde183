import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * Whether this user can make a symbolic link to a file: Windows asks for a right of its own
 * (developer mode, or an administrator). A junction to a folder takes no right.
 */
export const MAY_LINK = mayLink()

/** Whether a mode without rights keeps this user from reading: neither root nor anybody on Windows. */
export const MODE_STOPS_READING = process.platform !== 'win32' && process.getuid?.() !== 0

function mayLink(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'ferry-may-link-'))
  try {
    symlinkSync(join(folder, 'nowhere'), join(folder, 'link'))
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EPERM') return false
    throw error
  } finally {
    rmSync(folder, { recursive: true })
  }
}
