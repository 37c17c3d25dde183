import { chmod, readdir, rm } from 'node:fs/promises'

/**
 * Removes a test's folder, even if the test removed its own permissions; only root does not need
 * them.
 */
export async function removeFolder(folder: string): Promise<void> {
  try {
    await removeAll(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EACCES') throw error
    await allowAll(Buffer.from(folder))
    await removeAll(folder)
  }
}

function removeAll(folder: string): Promise<void> {
  return rm(folder, { recursive: true, force: true, maxRetries: 3 })
}

/** Uses bytes because a name on Linux need not be valid text. */
async function allowAll(folder: Buffer): Promise<void> {
  await chmod(folder, 0o700)
  const entries = await readdir(folder, { withFileTypes: true, encoding: 'buffer' })
  for (const entry of entries) {
    if (entry.isDirectory()) await allowAll(Buffer.concat([folder, Buffer.from('/'), entry.name]))
  }
}
