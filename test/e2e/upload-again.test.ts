import { open, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { download, sha256OfFile, writeRandomFile } from './files.ts'
import { ferryBehindProxy, holdPartsAfter, MIB, untilPartsHeld } from './fresh-ferry.ts'
import type { OpenFerry } from './worlds/world.ts'

/** Imitates a program that hides its changes: other bytes, the same length, the same time. */
async function overwriteUnseen(path: string): Promise<void> {
  const { atime, mtime } = await stat(path)
  const file = await open(path, 'r+')
  await file.write(Buffer.alloc(1000, 7), 0, 1000, MIB)
  await file.close()
  await utimes(path, atime, mtime)
}

/** The desktop reads the file by its path; in a browser it has to be chosen again. */
async function uploadAgain({ page, loopback }: OpenFerry, path: string): Promise<void> {
  const again = page.rowButton('film.bin', 'Upload again')
  if (loopback === null) return again.click()
  const choosing = page.page.waitForEvent('filechooser')
  await again.click()
  await (await choosing).setFiles(path)
}

describe('a file that was overwritten during its upload, with its time reset', () => {
  it('is never combined from old and new bytes, and can be uploaded again in its new form', async () => {
    const { ferry, page, proxy, folder, store } = await ferryBehindProxy()
    const path = join(folder, 'film.bin')
    await writeRandomFile(path, 70 * MIB)
    // Whole milliseconds, because a browser sees no finer times.
    await utimes(path, 1_700_000_000, 1_700_000_000)
    const gate = holdPartsAfter(proxy, 2)
    await page.drop([path])
    await untilPartsHeld(proxy, 2)

    await overwriteUnseen(path)
    gate.open()
    await page.untilStatus('film.bin', 'Failed')
    const said = await page.status('film.bin')
    const keysThen = await store.keys()
    await uploadAgain(ferry, path)
    await page.untilStatus('film.bin', 'Done')
    const got = await download(await page.link('film.bin'))

    expect(said).toContain('The file changed while it was uploaded.')
    expect(keysThen).toEqual([])
    expect(got.sha256).toBe(await sha256OfFile(path))
    expect(await page.names()).toEqual(['film.bin'])
    await expect.poll(() => store.unfinishedKeys()).toEqual([])
    page.expectNoProblems()
  })
})
