import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { startFerry, temporaryFolder } from '../e2e/ferry.ts'
import { FerryPage, openBrowser } from '../e2e/ferry-page.ts'
import { download, writeRandomFile } from '../e2e/files.ts'
import { MIB } from '../e2e/fresh-ferry.ts'
import { Store } from '../e2e/store.ts'
import { givenStoreUnderTest, type StoreUnderTest } from './buckets.ts'
import { missingPrograms } from './ceph-packages.ts'
import { behindNginx } from './nginx.ts'
import { accessTo, doneWords } from './store-in-window.ts'

const WHOLE = { passesHost: true, lines: ['client_max_body_size 0;'] } as const
const AS_INSTALLED = { passesHost: true } as const
const HOST_LOST = { passesHost: false, lines: ['client_max_body_size 0;'] } as const

/** The window, connected to the store through its reverse proxy. */
async function windowOn(store: StoreUnderTest) {
  const access = await accessTo(store)
  const ferry = await startFerry()
  const page = await FerryPage.open(await openBrowser(), ferry.url)
  return { access, page, origin: ferry.origin, folder: await temporaryFolder() }
}

const given = givenStoreUnderTest()
const missing = await missingPrograms(process.env.PATH ?? '')

// With a given store the tests may run on a computer without nginx.
describe.runIf(!missing.includes('nginx'))(`${given.name} behind nginx`, () => {
  it('takes a file of several parts when nginx has no body limit', async () => {
    const store = behindNginx(given, WHOLE)
    const { access, page, origin, folder } = await windowOn(store)
    await new Store(access).allowOrigin(origin)
    await page.connect(access)
    const path = join(folder, 'film.bin')
    const sha256 = await writeRandomFile(path, 70 * MIB)

    await page.drop([path])
    await page.untilStatus('film.bin', 'Done', 120_000)
    const got = await download(await page.link('film.bin'))

    expect(got).toMatchObject({ status: 200, sha256 })
    expect(await page.status('film.bin')).toMatch(doneWords(store))
  })

  it('is reported to refuse long requests, naming the nginx setting, before and during an upload', async () => {
    const { access, page, origin, folder } = await windowOn(behindNginx(given, AS_INSTALLED))
    await new Store(access).allowOrigin(origin)
    await page.fillConnection(access)

    const report = await page.checkConnection()
    await page.button('Save').click()
    await page.button('Choose files').waitFor()
    await writeRandomFile(join(folder, 'small.bin'), MIB / 2)
    await writeRandomFile(join(folder, 'photo.bin'), 3 * MIB)
    await writeRandomFile(join(folder, 'film.bin'), 40 * MIB)
    await page.drop(['small.bin', 'photo.bin', 'film.bin'].map((name) => join(folder, name)))
    await page.untilStatus('small.bin', 'Done')
    await page.untilStatus('photo.bin', 'Action needed')
    await page.untilStatus('film.bin', 'Action needed')

    const said = /refuses requests over about 1(\.05)? MB \(413\).*client_max_body_size/
    expect(report.filter((line) => said.test(line))).toHaveLength(1)
    expect(await page.status('photo.bin')).toMatch(said)
    expect(await page.status('film.bin')).toMatch(said)
    expect(await new Store(access).keys()).toEqual(['small.bin'])
  })

  it('is not reached with valid keys when nginx changes the host, and the row blames no policy', async () => {
    const { access, page } = await windowOn(behindNginx(given, HOST_LOST))
    await page.fillConnection(access)

    const report = await page.checkConnection()

    const failed = report.filter((line) => /\(failed\)/.test(line))
    expect(failed).toHaveLength(1)
    expect(failed[0]).toMatch(/proxy/i)
    expect(failed[0]).not.toMatch(/policy|CORS/i)
  })
})
