import { join } from 'node:path'
import { expect, it } from 'vitest'
import { startBucket, temporaryFolder } from './ferry.ts'
import { writeRandomFile } from './files.ts'
import { heapOf, storageOf, writtenBy } from './page-memory.ts'
import { openFerry } from './worlds/world.ts'

it('keeps the secret key out of the page, the log and the settings once it is saved', async () => {
  const ferry = await openFerry()
  const { page } = ferry
  const bucket = await startBucket({
    folder: await temporaryFolder(),
    allowedOrigin: ferry.corsOrigin,
  })
  const path = join(await temporaryFolder(), 'a.bin')
  await writeRandomFile(path, 5000)
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
  // Proves that the search would find the secret.
  expect((await heapOf(page.page)).includes(secretAccessKey)).toBe(true)
  expect(heap.includes(secretAccessKey)).toBe(false)
  expect(storage.includes(secretAccessKey)).toBe(false)
  expect(exported).toContain(bucket.bucket)
  expect(exported.includes(secretAccessKey)).toBe(false)
  expect(written.includes(secretAccessKey)).toBe(false)
})
