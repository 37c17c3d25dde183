import { chmod, readdir, rm } from 'node:fs/promises'

/** Removes what a test made, also where it took its own rights away: only root needs none. */
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

/** As bytes: a name on Linux need not be text. */
async function allowAll(folder: Buffer): Promise<void> {
  await chmod(folder, 0o700)
  const entries = await readdir(folder, { withFileTypes: true, encoding: 'buffer' })
  for (const entry of entries) {
    if (entry.isDirectory()) await allowAll(Buffer.concat([folder, Buffer.from('/'), entry.name]))
  }
}
