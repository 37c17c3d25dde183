import { open } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { MIB } from '../../electron/contract/limits.ts'
import type { BenchBrowser } from './bench-browser.ts'
import type { DiscardStore } from './discard-store.ts'
import type { Link } from './link.ts'
import { type ExtraMemory, watchMemory } from './memory.ts'

/** A page that uploads the given file, and the store that it uploads to. */
export interface Side {
  readonly url: string
  readonly store: DiscardStore
  readonly hostPid: number
}

export interface Given {
  readonly path: string
  readonly byteLength: number
}

export interface Run {
  readonly mibPerSecond: number
  /** Every part had a checksum. */
  readonly isSummed: boolean
  /** The long tasks of the page's main thread, from dropping the file to the end of its upload. */
  readonly longTasksMs: readonly number[]
}

/** Needs no disk space, and reads as zeros. All variants upload the same. */
export async function sparseFile(path: string, byteLength: number): Promise<Given> {
  const file = await open(path, 'w')
  await file.truncate(byteLength)
  await file.close()
  return { path, byteLength }
}

export async function timeUpload(
  browser: BenchBrowser,
  { url, store }: Side,
  given: Given,
  link: Link | null,
): Promise<Run> {
  await arrange(browser, store, url, given, link)
  const { byteLength, seconds, isSummed } = await store.time()
  const longTasksMs = await browser.watch(longTasksOf)
  return { mibPerSecond: byteLength / MIB / seconds, isSummed, longTasksMs }
}

/** Null where the system does not report it. */
export async function memoryOfUpload(
  browser: BenchBrowser,
  { url, store, hostPid }: Side,
  given: Given,
): Promise<ExtraMemory | null> {
  await arrange(browser, store, url, given, null)
  const watching = watchMemory(browser.pid, hostPid)
  await store.time()
  return watching?.stop() ?? null
}

async function arrange(
  browser: BenchBrowser,
  store: DiscardStore,
  url: string,
  given: Given,
  link: Link | null,
): Promise<void> {
  store.expect(given.byteLength, link)
  await browser.watch(async (page) => {
    await page.goto(url)
    await watchLongTasks(page)
    await giveFile(page, given.path)
    await store.untilHeld()
  })
}

/** Uses CDP directly: Playwright would copy the file to a browser that it did not start. */
async function giveFile(page: Page, file: string): Promise<void> {
  const input = 'input[type=file]:not([webkitdirectory])'
  await page.locator(input).waitFor({ state: 'attached' })
  const session = await page.context().newCDPSession(page)
  const expression = `document.querySelector(${JSON.stringify(input)})`
  const { result: element } = await session.send('Runtime.evaluate', { expression })
  const objectId = element.objectId ?? ''
  await session.send('DOM.setFileInputFiles', { files: [file], objectId })
}

declare global {
  interface Window {
    benchLongTaskMs?: number[]
  }
}

/** Records every task that blocks the page's main thread for 50 ms or longer. */
async function watchLongTasks(page: Page): Promise<void> {
  await page.evaluate(() => {
    const durations: number[] = []
    window.benchLongTaskMs = durations
    new PerformanceObserver((list) => {
      durations.push(...list.getEntries().map(({ duration }) => duration))
    }).observe({ type: 'longtask' })
  })
}

/** The long tasks since recording started, in milliseconds. */
function longTasksOf(page: Page): Promise<readonly number[]> {
  return page.evaluate(() => window.benchLongTaskMs ?? [])
}
