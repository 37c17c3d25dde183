import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * Whether this user may create a symbolic link to a file: Windows requires a special right
 * (developer mode, or an administrator). A junction to a folder requires none.
 */
export const MAY_LINK = mayLink()

/** Whether file modes can keep this user from reading: not for root, and not on Windows. */
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
