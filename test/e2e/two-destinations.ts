import type { FaultProxy } from '../faults/fault-proxy.ts'
import { type BucketAccess, startBucket, temporaryFolder } from './ferry.ts'
import type { FerryPage } from './ferry-page.ts'
import { startProxy } from './fresh-ferry.ts'
import { type OpenFerry, openFerry } from './worlds/world.ts'

type OpenBehind = (proxy: FaultProxy) => Promise<Pick<OpenFerry, 'page' | 'corsOrigin'>>

/** Ferry with two buckets in separate processes, and a fault proxy in front of both. */
export async function withTwoDestinations(open: OpenBehind = (proxy) => openFerry({ proxy })) {
  const proxy = await startProxy()
  const ferry = await open(proxy)
  const { page } = ferry
  const allowedOrigin = ferry.corsOrigin
  const first = await startBucket({ folder: await temporaryFolder(), allowedOrigin })
  const second = await startBucket({ folder: await temporaryFolder(), allowedOrigin })
  await connectAs(page, 'First', first)
  await connectAs(page, 'Second', second)
  return { page, proxy, buckets: [first, second] as const }
}

/** Saves the destination and chooses it in the window. */
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

/** Uses the keyboard, which works anywhere in the window. */
export async function switchTo(page: FerryPage, place: number, name: string): Promise<void> {
  await page.page.keyboard.press(`ControlOrMeta+${place}`)
  await headingOf(page, name).waitFor()
}

function headingOf(page: FerryPage, name: string) {
  return page.page.getByRole('main').getByRole('heading', { name, exact: true })
}
