import { join } from 'node:path'
import { expect, it } from 'vitest'
import { startBucket, startFerry, temporaryFolder } from './ferry.ts'
import { FerryPage, openBrowser } from './ferry-page.ts'
import { writeRandomFile } from './files.ts'
import { heapOf, storageOf, writtenBy } from './page-memory.ts'

it('keeps the secret key out of the page, the log and the settings once it is saved', async () => {
  const ferry = await startFerry()
  const bucket = await startBucket({
    folder: await temporaryFolder(),
    allowedOrigin: ferry.corsOrigin,
  })
  const path = join(await temporaryFolder(), 'a.bin')
  await writeRandomFile(path, 5000)
  const page = await FerryPage.open(await openBrowser(), ferry.url)
  await page.fillConnection(bucket)
  await page.checkConnection()
  await page.button('Save').click()
  await page.button('Choose files').waitFor()
  await page.drop([path])
  await page.untilStatus('a.bin', 'Done')

  const heap = await heapOf(page.page)
  const storage = await storageOf(page.page)
  const { text: exported } = await page.command('exportSettings', {})
  const written = await writtenBy(ferry)

  const { secretAccessKey } = bucket
  await page.page.evaluate(
    (secret) => Object.assign(globalThis, { keptOnPurpose: secret }),
    secretAccessKey,
  )
  // Whether the search would find it at all.
  expect((await heapOf(page.page)).includes(secretAccessKey)).toBe(true)
  expect(heap.includes(secretAccessKey)).toBe(false)
  expect(storage.includes(secretAccessKey)).toBe(false)
  expect(exported).toContain(bucket.bucket)
  expect(exported.includes(secretAccessKey)).toBe(false)
  expect(written.includes(secretAccessKey)).toBe(false)
})
