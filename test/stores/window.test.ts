import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { type BucketAccess, startFerry, temporaryFolder } from '../e2e/ferry.ts'
import { FerryPage, openBrowser, openBrowserBehind } from '../e2e/ferry-page.ts'
import { download, writeRandomFile } from '../e2e/files.ts'
import { holdPartsAfter, MIB, startProxy, timesSent, untilPartsHeld } from '../e2e/fresh-ferry.ts'
import { Store } from '../e2e/store.ts'
import { storesUnderTest } from './buckets.ts'
import { accessTo, doneWords } from './store-in-window.ts'

/** 200 MiB are thirteen parts of 16 MiB. */
const FILE_BYTES = 200 * MIB

/** The window on a bucket whose CORS rule allows it. */
async function connected(access: BucketAccess) {
  const ferry = await startFerry()
  await new Store(access).allowOrigin(ferry.corsOrigin)
  const page = await FerryPage.open(await openBrowser(), ferry.url)
  await page.fillConnection(access)
  const report = await page.checkConnection()
  await page.button('Save').click()
  await page.button('Choose files').waitFor()
  return { page, report, folder: await temporaryFolder() }
}

/** Kills the browser without asking the page and without saving anything. */
async function crash(browser: Browser): Promise<void> {
  const gone = new Promise((resolve) => browser.once('disconnected', resolve))
  const session = await browser.newBrowserCDPSession()
  // The browser dies before it answers.
  session.send('Browser.crash').catch(() => undefined)
  await gone
}

describe.each(storesUnderTest())('the window on $name', (store) => {
  it('resumes after browser and host were killed, and sends no part twice', async () => {
    const access = await accessTo(store)
    const ferry = await startFerry()
    const proxy = await startProxy()
    const browser = await openBrowserBehind(proxy.address, ferry.port)
    const page = await FerryPage.open(browser, ferry.url)
    await new Store(access).allowOrigin(ferry.corsOrigin)
    await page.connect(access)
    const path = join(await temporaryFolder(), 'film.bin')
    const sha256 = await writeRandomFile(path, FILE_BYTES)
    holdPartsAfter(proxy, 6)
    await page.drop([path])
    await untilPartsHeld(proxy, 6)
    await crash(browser)
    await ferry.child.stop('SIGKILL')
    proxy.setRule(() => ({ kind: 'pass' }))

    const again = await startFerry({ dataFolder: ferry.dataFolder })
    await new Store(access).allowOrigin(again.corsOrigin)
    const newBrowser = await openBrowserBehind(proxy.address, again.port)
    const newPage = await FerryPage.open(newBrowser, again.url)
    await newPage.untilStatus('film.bin', 'Action needed')
    await newPage.drop([path])
    await newPage.untilStatus('film.bin', 'Done', 120_000)
    const status = await newPage.status('film.bin')
    const got = await download(await newPage.link('film.bin'))

    expect(timesSent(proxy.seen, 6)).toEqual([1, 1, 1, 1, 1, 1])
    expect(got).toMatchObject({ status: 200, sha256, byteLength: FILE_BYTES })
    expect(status).toMatch(doneWords(store))
    expect(await new Store(access).unfinishedKeys()).toEqual([])
  })

  it('reports line by line that the connection works, and takes an empty file', async () => {
    const access = await accessTo(store)
    const { page, report, folder } = await connected(access)
    await writeFile(join(folder, 'nothing.txt'), '')

    await page.drop([join(folder, 'nothing.txt')])
    await page.untilStatus('nothing.txt', 'Done')
    const got = await download(await page.link('nothing.txt'))

    expect(report.filter((line) => /\((failed|not known|not tried)\)/.test(line))).toEqual([])
    expect([got.status, got.byteLength]).toEqual([200, 0])
    expect(await new Store(access).keys()).toEqual(['nothing.txt'])
    page.expectNoProblems()
  })
})
