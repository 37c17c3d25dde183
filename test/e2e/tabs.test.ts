import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { startFerry } from './ferry.ts'
import { FerryPage, openBrowser } from './ferry-page.ts'
import { writeRandomFile } from './files.ts'
import { ferryBehindProxy, holdPartsAfter, MIB, timesSent, untilPartsHeld } from './fresh-ferry.ts'

describe('two tabs of one Ferry', () => {
  it('never run the same uploads: the second waits, and takes over on request', async () => {
    const { ferry, proxy, page, folder } = await ferryBehindProxy()
    const gate = holdPartsAfter(proxy, 2)
    await writeRandomFile(join(folder, 'film.bin'), 100 * MIB)
    await page.drop([join(folder, 'film.bin')])
    await untilPartsHeld(proxy, 2)

    const second = await FerryPage.open(page.page.context(), ferry.origin)
    await second.page.getByText('Ferry is open in another tab').waitFor()
    gate.open()
    await page.untilStatus('film.bin', 'Done')
    await second.button('Use it here').click()
    await second.untilStatus('film.bin', 'Done')
    await page.page.getByText('Ferry is open in another tab').waitFor()

    expect(timesSent(proxy.seen, 2)).toEqual([1, 1])
  })

  it('continue in the one that is left', async () => {
    const { ferry, page } = await ferryBehindProxy()
    const second = await FerryPage.open(page.page.context(), ferry.origin)
    await second.page.getByText('Ferry is open in another tab').waitFor()

    await page.page.close()

    await second.button('Choose files').waitFor()
  })
})

describe('many tabs of one Ferry', () => {
  it('leave the six connections to the host to the one that uploads', async () => {
    const { ferry, page, folder } = await ferryBehindProxy()
    const context = page.page.context()
    for (let count = 0; count < 6; count += 1) {
      const tab = await FerryPage.open(context, ferry.origin)
      await tab.page.getByText('Ferry is open in another tab').waitFor()
    }

    await writeRandomFile(join(folder, 'a.bin'), 1000)
    await page.drop([join(folder, 'a.bin')])

    await page.untilStatus('a.bin', 'Done')
  })
})

describe('the printed address', () => {
  it('opened in a second browser says what to do', async () => {
    const ferry = await startFerry()
    const first = await FerryPage.open(await openBrowser(), ferry.url)
    await first.button('Connect a bucket').waitFor()

    const second = await FerryPage.open(await openBrowser(), ferry.url)

    await second.page.getByText('Open the address that Ferry printed when it started').waitFor()
    expect(second.page.url()).not.toContain('#')
  })

  it('may be opened again, and reloaded, in the first', async () => {
    const ferry = await startFerry()
    const browser = await openBrowser()
    const context = await browser.newContext()
    const first = await FerryPage.open(context, ferry.url)
    await first.button('Connect a bucket').waitFor()

    await first.page.reload()
    await first.button('Connect a bucket').waitFor()
    await first.page.goto(ferry.url)

    await first.button('Connect a bucket').waitFor()
    expect(first.problems()).toEqual([])
  })
})
