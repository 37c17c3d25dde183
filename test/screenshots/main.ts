// `npm run screenshot`: takes the README's pictures of the real app during real uploads.
import { mkdir, mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { MIB } from '../../electron/contract/limits.ts'
import { launchChromium } from '../../scripts/chromium.ts'
import { runNode } from '../e2e/child.ts'
import { type FaultProxy, startFaultProxy } from '../faults/fault-proxy.ts'

const root = join(import.meta.dirname, '..', '..')
const SIZE = { width: 1120, height: 740 }
/** Slows each part down, so that the screenshot shows a running upload. */
const PART_DELAY_MS = 2_000

const FILES = {
  'Offer Müller & Söhne.pdf': 2_412_000,
  'Team photo at the harbour.jpg': 6 * MIB,
  'scan_0042.tif': 96 * MIB,
  'brand-assets.zip': 160 * MIB,
  'Interview – final cut (colour).mov': 640 * MIB,
} as const
type FileName = keyof typeof FILES

const folder = await mkdtemp(join(tmpdir(), 'ferry-screenshot-'))
const dataFolder = join(folder, 'data')
const proxy = await startFaultProxy()
const ferry = runNode([
  join(root, 'scripts/start.ts'),
  ...['--browser', '--no-open', '--port', '0', '--data-dir', dataFolder],
])
try {
  const line = await ferry.untilPrinted(/Ferry is ready at http:\S+/)
  const browser = await launchBehind(proxy, new URL(line.slice(line.indexOf('http'))).port)
  await makeFiles()
  await takePictures(browser, line.slice(line.indexOf('http')))
  await browser.close()
} finally {
  await ferry.stop()
  await proxy.close()
  await rm(folder, { recursive: true, force: true, maxRetries: 3 })
}

function launchBehind({ address }: FaultProxy, hostPort: string): Promise<Browser> {
  const bypass = `--proxy-bypass-list=<-loopback>;*.localhost:${hostPort}`
  return launchChromium({ args: [`--proxy-server=${address}`, bypass] })
}

async function makeFiles(): Promise<void> {
  for (const [name, byteLength] of Object.entries(FILES)) {
    const file = await open(join(folder, name), 'w')
    await file.truncate(byteLength)
    await file.close()
  }
}

async function takePictures(browser: Browser, url: string): Promise<void> {
  const context = await browser.newContext({ viewport: SIZE, deviceScaleFactor: 2 })
  await uploadBefore(context, url)
  const page = await context.newPage()
  await page.goto(new URL(url).origin)
  await row(page, 'scan_0042.tif').getByText('Action needed').waitFor()
  await drop(page, ['Interview – final cut (colour).mov', 'brand-assets.zip'])
  await untilPercent(page, 'brand-assets.zip', 20)
  await row(page, 'brand-assets.zip').getByRole('button', { name: 'Pause' }).click()
  await page.mouse.move(0, 0)
  await untilPercent(page, 'Interview – final cut (colour).mov', 40)
  const images = join(root, 'docs', 'images')
  await mkdir(images, { recursive: true })
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await page.screenshot({ path: join(images, `window-${colorScheme}.png`) })
  }
}

/** An earlier session: two files are done, and one was interrupted in the middle. */
async function uploadBefore(context: BrowserContext, url: string): Promise<void> {
  const page = await context.newPage()
  await page.goto(url)
  await page.getByRole('button', { name: 'Try it with a bucket on this computer' }).click()
  await page.getByRole('button', { name: 'Choose files' }).waitFor()
  await drop(page, ['Offer Müller & Söhne.pdf', 'Team photo at the harbour.jpg'])
  for (const name of ['Offer Müller & Söhne.pdf', 'Team photo at the harbour.jpg'] as const) {
    await row(page, name).getByText('Done').waitFor()
  }
  proxy.setRule(async ({ partNumber, method }) => {
    if (method === 'PUT' && partNumber !== null) await delay(PART_DELAY_MS)
    return { kind: 'pass' }
  })
  await drop(page, ['scan_0042.tif'])
  await untilPercent(page, 'scan_0042.tif', 50)
  await page.close()
}

function row(page: Page, name: FileName) {
  return page.getByRole('listitem', { name, exact: true })
}

async function drop(page: Page, names: readonly FileName[]): Promise<void> {
  const session = await page.context().newCDPSession(page)
  const files = names.map((name) => join(folder, name))
  const data = { items: [], files, dragOperationsMask: 1 }
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await session.send('Input.dispatchDragEvent', { type, x: 400, y: 300, data })
  }
}

async function untilPercent(page: Page, name: FileName, percent: number): Promise<void> {
  const bar = await row(page, name).getByRole('progressbar').elementHandle()
  await page.waitForFunction(
    ([element, least]) => Number(element?.getAttribute('aria-valuenow')) >= least,
    [bar, percent] as const,
  )
}
