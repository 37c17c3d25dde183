import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { launchProfile } from '../../scripts/chromium.ts'
import { startFerry, temporaryFolder } from './ferry.ts'
import { FerryPage } from './ferry-page.ts'
import { download, writeRandomFile } from './files.ts'
import {
  ferryBehindProxy,
  ferryWithOwnBucket,
  holdPartsAfter,
  MIB,
  restartBucket,
  timesSent,
  untilPartsHeld,
} from './fresh-ferry.ts'
import { hostOf, onlyIn, openFerry } from './worlds/world.ts'

const HOST_AND_PAGE_END_TOGETHER = 'the desktop has no window without its host'

/** Ferry was killed, host and window at once, when the store had three parts; it is open again. */
async function killedInTheMiddle() {
  const { ferry, proxy, page, folder } = await ferryBehindProxy()
  const path = join(folder, 'film.bin')
  const sha256 = await writeRandomFile(path, 70 * MIB)
  holdPartsAfter(proxy, 3)
  await page.drop([path])
  await untilPartsHeld(proxy, 3)
  await ferry.kill()
  proxy.setRule(() => ({ kind: 'pass' }))
  const { page: newPage } = await openFerry({ dataFolder: ferry.dataFolder, proxy })
  return { newPage, proxy, path, sha256 }
}

describe('after a restart', () => {
  onlyIn('browser', 'the desktop reads the file by its path')(
    'of host and browser, a file that is dropped again continues without sending a part twice',
    async () => {
      const { newPage, proxy, path, sha256 } = await killedInTheMiddle()

      await newPage.untilStatus('film.bin', 'Action needed')
      const asked = await newPage.status('film.bin')
      await newPage.drop([path])
      await newPage.untilStatus('film.bin', 'Done')
      const got = await download(await newPage.link('film.bin'))

      expect(asked).toContain('Drop the file here again to go on.')
      expect(await newPage.names()).toEqual(['film.bin'])
      expect(timesSent(proxy.seen, 3)).toEqual([1, 1, 1])
      expect(got.sha256).toBe(sha256)
    },
  )

  onlyIn('desktop', 'a browser gives the file only once')(
    'of the whole app after a crash, the upload continues without dropping the file again',
    async () => {
      const { newPage, proxy, sha256 } = await killedInTheMiddle()

      await newPage.untilStatus('film.bin', 'Done')

      expect(timesSent(proxy.seen, 3)).toEqual([1, 1, 1])
      expect((await download(await newPage.link('film.bin'))).sha256).toBe(sha256)
      newPage.expectNoProblems()
    },
  )

  onlyIn('browser', HOST_AND_PAGE_END_TOGETHER)(
    'of the browser alone, the window opens again without a new address',
    async () => {
      const ferry = await startFerry()
      const profile = await temporaryFolder()
      const first = await launchProfile(profile)
      const page = await FerryPage.open(first, ferry.url)
      await page.tryLocalBucket()
      const folder = await temporaryFolder()
      await writeRandomFile(join(folder, 'a.bin'), 1000)
      await page.drop([join(folder, 'a.bin')])
      await page.untilStatus('a.bin', 'Done')
      await first.close()

      const second = await launchProfile(profile)
      onTestFinished(() => second.close())
      const again = await FerryPage.open(second, ferry.origin)

      await again.untilStatus('a.bin', 'Done')
    },
  )

  onlyIn('browser', HOST_AND_PAGE_END_TOGETHER)(
    'of the host alone, the open page says that its session has ended; the upload continues at the new address',
    async () => {
      const { ferry: running, proxy, page, folder } = await ferryWithOwnBucket()
      const ferry = hostOf(running)
      const path = join(folder, 'film.bin')
      const sha256 = await writeRandomFile(path, 70 * MIB)
      const gate = holdPartsAfter(proxy, 3)
      await page.drop([path])
      await untilPartsHeld(proxy, 3)

      await ferry.child.stop('SIGKILL')
      await page.page.getByText('Ferry stopped.').waitFor()
      const again = await startFerry({ dataFolder: ferry.dataFolder, port: ferry.port })
      await page.page.getByText('This window is not connected to Ferry').waitFor()
      gate.open()
      const newPage = await FerryPage.open(page.page.context(), again.url)
      await newPage.untilStatus('film.bin', 'Action needed')
      await newPage.drop([path])
      await newPage.untilStatus('film.bin', 'Done')

      expect(again.origin).not.toBe(ferry.origin)
      expect(timesSent(proxy.seen, 3)).toEqual([1, 1, 1])
      expect((await download(await newPage.link('film.bin'))).sha256).toBe(sha256)
    },
  )

  it('of the store, the upload continues by itself', async () => {
    const { ferry, proxy, page, bucket, bucketFolder, folder } = await ferryWithOwnBucket()
    const path = join(folder, 'film.bin')
    const sha256 = await writeRandomFile(path, 70 * MIB)
    const gate = holdPartsAfter(proxy, 3)
    await page.drop([path])
    await untilPartsHeld(proxy, 3)

    await bucket.child.stop('SIGKILL')
    gate.open()
    await page.page.getByText('The store does not answer').first().waitFor()
    await restartBucket(bucket, bucketFolder, ferry)
    await page.untilStatus('film.bin', 'Done')

    expect(timesSent(proxy.seen, 3)).toEqual([1, 1, 1])
    expect((await download(await page.link('film.bin'))).sha256).toBe(sha256)
  })

  it('the list, its links and a paused upload are as they were', async () => {
    const { ferry, proxy, page, folder } = await ferryBehindProxy()
    const sha256 = await writeRandomFile(join(folder, 'small.bin'), 1000)
    await page.drop([join(folder, 'small.bin')])
    await page.untilStatus('small.bin', 'Done')
    const link = await page.link('small.bin')
    holdPartsAfter(proxy, 2)
    await writeRandomFile(join(folder, 'large.bin'), 70 * MIB)
    await page.drop([join(folder, 'large.bin')])
    await untilPartsHeld(proxy, 2)
    await page.rowButton('large.bin', 'Pause').click()
    await page.untilStatus('large.bin', 'Paused')
    const exitCode = await ferry.quit()

    const { page: newPage } = await openFerry({ dataFolder: ferry.dataFolder, proxy })
    await newPage.untilStatus('small.bin', 'Done')
    await newPage.untilStatus('large.bin', 'Paused')

    expect(exitCode).toBe(0)
    expect(await newPage.names()).toEqual(['large.bin', 'small.bin'])
    expect(await newPage.link('small.bin')).toBe(link)
    expect((await download(link)).sha256).toBe(sha256)
  })
})
