import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { startFerry, temporaryFolder } from '../e2e/ferry.ts'
import { FerryPage, openBrowser } from '../e2e/ferry-page.ts'
import { download, writeRandomFile } from '../e2e/files.ts'
import { MIB } from '../e2e/fresh-ferry.ts'
import { Store } from '../e2e/store.ts'
import { createdStoresUnderTest } from './buckets.ts'
import { accessTo, doneWords } from './store-in-window.ts'

describe.each(createdStoresUnderTest())('the window on $name', (store) => {
  it('sends a short and a long file once each, and both objects are complete', async () => {
    const access = await accessTo(store)
    const ferry = await startFerry()
    await new Store(access).allowOrigin(ferry.corsOrigin)
    const page = await FerryPage.open(await openBrowser(), ferry.url)
    await page.connect(access)
    const folder = await temporaryFolder()
    const files = { 'photo.bin': 2 * MIB, 'film.bin': 40 * MIB }
    const written = Object.entries(files).map(async ([name, byteLength]) => {
      return [name, await writeRandomFile(join(folder, name), byteLength)] as const
    })
    const checksums = new Map(await Promise.all(written))

    await page.drop(Object.keys(files).map((name) => join(folder, name)))

    for (const name of Object.keys(files)) {
      await page.untilStatus(name, 'Done', 60_000)
      const got = await download(await page.link(name))
      expect([got.status, got.sha256]).toEqual([200, checksums.get(name)])
      expect(await page.status(name)).toMatch(doneWords(store))
    }
  })
})
