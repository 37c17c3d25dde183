import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { startFerry, temporaryFolder } from '../e2e/ferry.ts'
import { FerryPage, openBrowser } from '../e2e/ferry-page.ts'
import { download, writeRandomFile } from '../e2e/files.ts'
import { MIB } from '../e2e/fresh-ferry.ts'
import { heapOf, storageOf } from '../e2e/page-memory.ts'
import { Store } from '../e2e/store.ts'
import { type StoreUnderTest, storesUnderTest } from './buckets.ts'
import { accessTo, doneWords } from './store-in-window.ts'

const FILE_BYTES = 200 * MIB
const PATIENCE_MS = 120_000

/** The form, filled in for a bucket without a CORS rule. */
async function atTheForm(store: StoreUnderTest) {
  const access = await accessTo(store)
  const ferry = await startFerry()
  const page = await FerryPage.open(await openBrowser(), ferry.url)
  page.page.setDefaultTimeout(PATIENCE_MS)
  await page.fillConnection(access)
  return { access, ferry, page, origin: ferry.corsOrigin }
}

/** Returns what the user is shown first, and the lines of the check that follows. */
async function letPageIn(page: FerryPage) {
  await page.button('Set it for me').click()
  const shown = await page.page.getByRole('dialog').last().textContent()
  await page.button('Add the rule').click()
  await page.page.getByText('This window can upload directly.').waitFor()
  return { shown, lines: await page.checkedLines() }
}

async function save(page: FerryPage): Promise<void> {
  await page.button('Save').click()
  await page.button('Choose files').waitFor()
}

async function checkFromMenu(page: FerryPage, name: string): Promise<string[]> {
  await page.button(`More about ${name}`).click()
  await page.page.getByRole('menuitem', { name: 'Check connection', exact: true }).click()
  return page.checkedLines()
}

/** The lines with this state. */
const those = (state: string, lines: readonly string[]) =>
  lines.filter((line) => line.includes(`(${state})`))

describe.each(storesUnderTest())('connecting the window to $name', (store) => {
  it('fixes the CORS rule, takes a long file, and finds no problem when checked from the menu', async () => {
    const { access, page, origin } = await atTheForm(store)
    const path = join(await temporaryFolder(), 'film.bin')
    const sha256 = await writeRandomFile(path, FILE_BYTES)

    const before = await page.checkConnection()
    const mended = await letPageIn(page)
    await save(page)
    await page.drop([path])
    await page.untilStatus('film.bin', 'Done', PATIENCE_MS)
    const status = await page.status('film.bin')
    const got = await download(await page.link('film.bin'))
    const later = await checkFromMenu(page, access.bucket)

    expect(those('failed', before)).toEqual([expect.stringContaining(origin)])
    expect(mended.shown).toContain(origin)
    expect(those('failed', mended.lines)).toEqual([])
    expect(status).toMatch(doneWords(store))
    expect(got).toMatchObject({ status: 200, sha256, byteLength: FILE_BYTES })
    expect(those('failed', later)).toEqual([])
    expect(those('not known', later)).toEqual([])
    expect(await new Store(access).keys()).toEqual(['film.bin'])
    expect(await new Store(access).unfinishedKeys()).toEqual([])
    page.expectNoProblems()
  })

  it('leaves the secret key nowhere in the page', async () => {
    const { access, page } = await atTheForm(store)
    await page.checkConnection()
    await letPageIn(page)
    await save(page)

    const heap = await heapOf(page.page)
    const storage = await storageOf(page.page)

    const holds = (text: string) => text.includes(access.secretAccessKey)
    await page.page.evaluate(
      (secret) => Object.assign(globalThis, { keptOnPurpose: secret }),
      access.secretAccessKey,
    )
    // Proves that the search would find the secret.
    expect(holds(await heapOf(page.page))).toBe(true)
    expect([holds(heap), holds(storage)]).toEqual([false, false])
  })
})
