import type { Browser, BrowserContext } from 'playwright-core'
import { type BucketAccess, startBucket, startFerry, temporaryFolder } from './ferry.ts'
import { FerryPage, openBrowserBehind } from './ferry-page.ts'
import { startProxy } from './fresh-ferry.ts'

type OpenBrowser = (proxyAddress: string, hostPort: number) => Promise<Browser | BrowserContext>

/** Ferry with two buckets, each a process of its own, and a fault proxy before both. */
export async function withTwoDestinations(open: OpenBrowser = openBrowserBehind) {
  const ferry = await startFerry()
  const proxy = await startProxy()
  const allowedOrigin = ferry.corsOrigin
  const first = await startBucket({ folder: await temporaryFolder(), allowedOrigin })
  const second = await startBucket({ folder: await temporaryFolder(), allowedOrigin })
  const browser = await open(proxy.address, ferry.port)
  const page = await FerryPage.open(browser, ferry.url)
  await connectAs(page, 'First', first)
  await connectAs(page, 'Second', second)
  return { ferry, page, proxy, buckets: [first, second] as const }
}

/** Saved, and chosen in the window. */
export async function connectAs(
  page: FerryPage,
  name: string,
  bucket: BucketAccess,
): Promise<void> {
  await page.fillConnection(bucket)
  await page.field('Name').fill(name)
  await page.button('Save').click()
  await page.button('Save').waitFor({ state: 'detached' })
  await headingOf(page, name).waitFor()
}

/** By the keyboard, as from anywhere in the window. */
export async function switchTo(page: FerryPage, place: number, name: string): Promise<void> {
  await page.page.keyboard.press(`Control+${place}`)
  await headingOf(page, name).waitFor()
}

function headingOf(page: FerryPage, name: string) {
  return page.page.getByRole('main').getByRole('heading', { name, exact: true })
}
