import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startFerry, temporaryFolder } from '../e2e/ferry.ts'
import { FerryPage, openBrowser } from '../e2e/ferry-page.ts'
import { writeRandomFile } from '../e2e/files.ts'
import { MIB } from '../e2e/fresh-ferry.ts'
import { Store } from '../e2e/store.ts'
import { givenStoreUnderTest } from './buckets.ts'
import { setBucketQuota } from './ceph-admin.ts'

const given = givenStoreUnderTest()

describe.runIf(given.kind === 'ceph-16')('a bucket of Ceph RGW with a quota', () => {
  it('is reported as full because of its quota, once per file and without sending it again', async () => {
    const bucket = await given.open()
    onTestFinished(bucket.discard)
    const { credentials, ...place } = bucket.store
    const access = { ...place, ...credentials }
    const ferry = await startFerry()
    const page = await FerryPage.open(await openBrowser(), ferry.url)
    const store = new Store(access)
    await store.allowOrigin(ferry.corsOrigin)
    await setBucketQuota(bucket, 2 * MIB)
    await page.connect(access)
    const folder = await temporaryFolder()
    await writeRandomFile(join(folder, 'fits.bin'), MIB)
    await writeRandomFile(join(folder, 'photo.bin'), 4 * MIB)
    await writeRandomFile(join(folder, 'film.bin'), 40 * MIB)

    await page.drop([join(folder, 'fits.bin')])
    await page.untilStatus('fits.bin', 'Done')
    await page.drop([join(folder, 'photo.bin'), join(folder, 'film.bin')])
    await page.untilStatus('photo.bin', 'Action needed')
    await page.untilStatus('film.bin', 'Action needed')

    for (const name of ['photo.bin', 'film.bin']) {
      expect(await page.status(name)).toMatch(/quota/i)
      expect(await page.status(name)).not.toMatch(/CORS|does not answer|network/i)
    }
    expect(await store.keys()).toEqual(['fits.bin'])
  })
})
