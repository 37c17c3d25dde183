import { join } from 'node:path'
import { expect, it } from 'vitest'
import { startBucket, temporaryFolder } from './ferry.ts'
import { download, writeRandomFile } from './files.ts'
import { ferryWithOwnBucket, holdPartsAfter, MIB, timesSent } from './fresh-ferry.ts'
import { Store } from './store.ts'
import { connectAs, switchTo, withTwoDestinations } from './two-destinations.ts'

/** Three parts: two of them are delayed, which leaves connections for the other destination. */
const FILE_BYTES = 40 * MIB

it('uploads to two destinations at once while the user switches between them', async () => {
  const { page, proxy, buckets } = await withTwoDestinations()
  const [first, second] = buckets
  const folder = await temporaryFolder()
  const firstSum = await writeRandomFile(join(folder, 'first.bin'), FILE_BYTES)
  const secondSum = await writeRandomFile(join(folder, 'second.bin'), FILE_BYTES)
  const gate = holdPartsAfter(proxy, 1)

  await switchTo(page, 1, 'First')
  await page.drop([join(folder, 'first.bin')])
  await page.untilStatus('first.bin', 'Uploading')
  await switchTo(page, 2, 'Second')
  await page.drop([join(folder, 'second.bin')])
  await proxy.until((seen) =>
    buckets.every(({ endpoint }) =>
      seen.some(
        ({ host, partNumber, status }) =>
          host === new URL(endpoint).host && partNumber === 1 && status === 200,
      ),
    ),
  )
  await switchTo(page, 1, 'First')
  await switchTo(page, 2, 'Second')
  await page.untilStatus('first.bin', 'Uploading')
  await page.untilStatus('second.bin', 'Uploading')
  gate.open()
  await switchTo(page, 1, 'First')
  await page.untilStatus('first.bin', 'Done')
  await page.untilStatus('second.bin', 'Done')
  const links = [await page.link('first.bin'), await page.link('second.bin')] as const
  const got = await Promise.all(links.map((link) => download(link)))

  expect(got.map(({ sha256 }) => sha256)).toEqual([firstSum, secondSum])
  expect(links.map((link) => new URL(link).origin)).toEqual([first.endpoint, second.endpoint])
  expect(await new Store(first).keys()).toEqual(['first.bin'])
  expect(await new Store(second).keys()).toEqual(['second.bin'])
  page.expectNoProblems()
})

it('reaches a destination that is connected during an upload, which continues undisturbed', async () => {
  const { ferry, page, proxy, folder, store } = await ferryWithOwnBucket()
  const allowedOrigin = ferry.corsOrigin
  const second = await startBucket({ folder: await temporaryFolder(), allowedOrigin })
  const checksum = await writeRandomFile(join(folder, 'running.bin'), FILE_BYTES)
  await writeRandomFile(join(folder, 'later.bin'), 1 * MIB)
  const gate = holdPartsAfter(proxy, 1)
  await page.drop([join(folder, 'running.bin')])
  await proxy.until((seen) => seen.some(({ partNumber }) => partNumber === 3))

  await connectAs(page, 'Second', second)
  await page.drop([join(folder, 'later.bin')])
  await page.untilStatus('later.bin', 'Done')
  gate.open()
  await page.untilStatus('running.bin', 'Done')

  expect((await download(await page.link('running.bin'))).sha256).toBe(checksum)
  expect(timesSent(proxy.seen, 3)).toEqual([1, 1, 1])
  expect(await store.keys()).toEqual(['running.bin'])
  expect(await new Store(second).keys()).toEqual(['later.bin'])
  page.expectNoProblems()
})
