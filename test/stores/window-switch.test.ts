import { join } from 'node:path'
import { expect, it } from 'vitest'
import { type BucketAccess, startFerry, temporaryFolder } from '../e2e/ferry.ts'
import { FerryPage, openBrowserBehind } from '../e2e/ferry-page.ts'
import { download, writeRandomFile } from '../e2e/files.ts'
import { holdPartsAfter, MIB, startProxy } from '../e2e/fresh-ferry.ts'
import { Store } from '../e2e/store.ts'
import { givenStoreUnderTest, type StoreUnderTest, storesUnderTest } from './buckets.ts'
import { accessTo, doneWords } from './store-in-window.ts'

/** Three parts: two of them are delayed, which leaves connections for the other destination. */
const FILE_BYTES = 40 * MIB
const PATIENCE_MS = 120_000

const given = givenStoreUnderTest()

// Two buckets of one store share its six connections; two stores have six each.
it.each(storesUnderTest().map((other) => [other.name, other] as const))(
  `uploads to ${given.name} and to another bucket of %s while the user switches between them`,
  async (_name, other) => {
    const { page, proxy, buckets } = await withTwoDestinations([given, other])
    const folder = await temporaryFolder()
    const checksums = [
      await writeRandomFile(join(folder, 'first.bin'), FILE_BYTES),
      await writeRandomFile(join(folder, 'second.bin'), FILE_BYTES),
    ]
    const gate = holdPartsAfter(proxy, 1)

    await choose(page, 'First')
    await page.drop([join(folder, 'first.bin')])
    await page.untilStatus('first.bin', 'Uploading', PATIENCE_MS)
    await choose(page, 'Second')
    await page.drop([join(folder, 'second.bin')])
    await proxy.until((seen) =>
      ['first.bin', 'second.bin'].every((name) =>
        seen.some(
          ({ path, partNumber, status }) =>
            path.includes(name) && partNumber === 1 && status === 200,
        ),
      ),
    )
    await choose(page, 'First')
    await choose(page, 'Second')
    await page.untilStatus('first.bin', 'Uploading', PATIENCE_MS)
    await page.untilStatus('second.bin', 'Uploading', PATIENCE_MS)
    gate.open()
    await choose(page, 'First')
    await page.untilStatus('first.bin', 'Done', PATIENCE_MS)
    await page.untilStatus('second.bin', 'Done', PATIENCE_MS)
    const links = [await page.link('first.bin'), await page.link('second.bin')]
    const got = await Promise.all(links.map((link) => download(link)))

    expect(await page.status('first.bin')).toMatch(doneWords(given))
    expect(await page.status('second.bin')).toMatch(doneWords(other))
    expect(got.map(({ sha256 }) => sha256)).toEqual(checksums)
    expect(links.map(placeIn)).toEqual([
      placeOf(buckets[0], 'first.bin'),
      placeOf(buckets[1], 'second.bin'),
    ])
    for (const bucket of buckets) expect(await new Store(bucket).unfinishedKeys()).toEqual([])
    page.expectNoProblems()
  },
)

async function withTwoDestinations([first, second]: readonly [StoreUnderTest, StoreUnderTest]) {
  const buckets = [await accessTo(first), await accessTo(second)] as const
  const ferry = await startFerry()
  const proxy = await startProxy()
  for (const bucket of buckets) {
    await new Store(bucket).allowOrigin(ferry.corsOrigin)
  }
  const browser = await openBrowserBehind(proxy.address, ferry.port)
  const page = await FerryPage.open(browser, ferry.url)
  page.page.setDefaultTimeout(PATIENCE_MS)
  await connectAs(page, 'First', buckets[0])
  await connectAs(page, 'Second', buckets[1])
  return { page, proxy, buckets }
}

async function connectAs(page: FerryPage, name: string, bucket: BucketAccess): Promise<void> {
  await page.fillConnection(bucket)
  await page.field('Name').fill(name)
  await page.button('Save').click()
  await page.button('Save').waitFor({ state: 'detached' })
  await headingOf(page, name).waitFor()
}

/** Uses the switcher at the side. */
async function choose(page: FerryPage, name: string): Promise<void> {
  const side = page.page.getByRole('navigation', { name: 'Destinations', exact: true })
  await side.getByText(name, { exact: true }).click()
  await headingOf(page, name).waitFor()
  expect(await side.getByRole('radio', { name }).isChecked()).toBe(true)
}

function headingOf(page: FerryPage, name: string) {
  return page.page.getByRole('main').getByRole('heading', { name, exact: true })
}

function placeIn(link: string): string {
  const { origin, pathname } = new URL(link)
  return origin + pathname
}

function placeOf({ endpoint, bucket }: BucketAccess, name: string): string {
  return `${endpoint}/${bucket}/${name}`
}
