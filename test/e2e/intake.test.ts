import { chmod, mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { MAY_LINK } from '../system-facts.ts'
import { startFerry, temporaryFolder } from './ferry.ts'
import { FerryPage } from './ferry-page.ts'
import { download, writeRandomFile } from './files.ts'
import { ferryBehindProxy, freshFerry, holdPartsAfter, MIB, untilPartsHeld } from './fresh-ferry.ts'
import { forbidReading, openBrowserWithoutRights } from './without-permission.ts'
import { onlyIn } from './worlds/world.ts'

const RIGHTS_OF_ITS_OWN = 'the page has the rights of the host there'

describe('other ways to add files', () => {
  it('"Choose files" adds the chosen files', async () => {
    const { page, folder } = await freshFerry()
    const path = join(folder, 'chosen.bin')
    const sha256 = await writeRandomFile(path, 4000)

    await page.choose('Choose files', path)
    await page.untilStatus('chosen.bin', 'Done')

    expect((await download(await page.link('chosen.bin'))).sha256).toBe(sha256)
  })

  it('"Choose folder" keeps the structure, and skips the system’s own files', async () => {
    const { page, folder, store } = await freshFerry()
    await mkdir(join(folder, 'album', 'inner'), { recursive: true })
    await writeFile(join(folder, 'album', 'one.txt'), '1')
    await writeFile(join(folder, 'album', 'inner', 'two.txt'), '2')
    await writeFile(join(folder, 'album', '.DS_Store'), 'views')

    await page.choose('Choose folder', join(folder, 'album'))
    await page.untilStatus('one.txt', 'Done')
    await page.untilStatus('two.txt', 'Done')

    const keys = await store.keys()
    await page.page.getByText('1 system file was left out (.DS_Store).').waitFor()
    await page.page.getByRole('button', { name: 'Upload them too' }).click()
    await page.untilStatus('.DS_Store', 'Done')

    expect(keys).toEqual(['album/inner/two.txt', 'album/one.txt'])
    expect(await store.keys()).toEqual(['album/.DS_Store', ...keys])
  })

  it('a pasted screenshot gets a generated name', async () => {
    const { page, store } = await freshFerry()

    await page.paste('image.png', 'image/png', 'not really a picture')
    await page.untilCount('Done', 1)
    const [name = ''] = await page.names()
    const got = await download(await page.link(name))

    expect(name).toMatch(/^Screenshot \d{4}-\d\d-\d\d at \d\d\.\d\d\.\d\d\.png$/)
    expect(await store.keys()).toEqual([name])
    expect([got.contentType, got.byteLength]).toEqual(['image/png', 20])
  })

  it('a pasted file keeps its name', async () => {
    const { page } = await freshFerry()

    await page.paste('report.csv', 'text/csv', 'a,b\n1,2\n')

    await page.untilStatus('report.csv', 'Done')
  })
})

describe('bad input', () => {
  it('an empty folder is explained in words', async () => {
    const { page, folder } = await freshFerry()
    await mkdir(join(folder, 'empty', 'inner'), { recursive: true })
    await writeFile(join(folder, 'empty', 'inner', 'desktop.ini'), '')

    await page.drop([join(folder, 'empty')])

    await page.page.getByText(/There is nothing else in (that folder|those folders)\./).waitFor()
  })

  onlyIn('browser', RIGHTS_OF_ITS_OWN)(
    'a file and a folder without permission are named, and the others continue',
    async () => {
      const ferry = await startFerry()
      const page = await FerryPage.open(await openBrowserWithoutRights(), ferry.url)
      await page.tryLocalBucket()
      const folder = await temporaryFolder()
      await chmod(folder, 0o755)
      await mkdir(join(folder, 'closed'))
      for (const path of ['secret.txt', 'open.txt', join('closed', 'inner.txt')]) {
        await writeFile(join(folder, path), path)
      }
      await forbidReading(join(folder, 'secret.txt'))
      await forbidReading(join(folder, 'closed'))

      await page.drop(['secret.txt', 'closed', 'open.txt'].map((name) => join(folder, name)))
      await page.untilStatus('open.txt', 'Done')
      await page.untilStatus('secret.txt', 'Failed')

      expect(await page.status('secret.txt')).toContain('The file cannot be read.')
      expect(await page.page.locator('.intake-lines li').allTextContents()).toEqual([
        'closed: cannot be read. Give yourself permission to read it, then drop it again.',
      ])
    },
  )

  it('a file that was deleted after the drop is named in an error, and the others continue', async () => {
    const { page, proxy, folder } = await ferryBehindProxy()
    const gate = holdPartsAfter(proxy, 0)
    await writeRandomFile(join(folder, 'big.bin'), 100 * MIB)
    await writeFile(join(folder, 'stays.txt'), 'stays')
    await page.drop([join(folder, 'big.bin')])
    await page.untilStatus('big.bin', 'Uploading')

    await rm(join(folder, 'big.bin'))
    gate.open()
    await page.drop([join(folder, 'stays.txt')])
    await page.untilStatus('big.bin', 'Failed')
    await page.untilStatus('stays.txt', 'Done')

    expect(await page.status('big.bin')).toContain('The file is no longer where it was.')
  })

  it('a file that changes during its upload is never combined from two versions', async () => {
    const { page, proxy, folder, store } = await ferryBehindProxy()
    const gate = holdPartsAfter(proxy, 1)
    const path = join(folder, 'log.bin')
    await writeRandomFile(path, 100 * MIB)
    await page.drop([path])
    await untilPartsHeld(proxy, 1)

    await writeRandomFile(path, 100 * MIB)
    gate.open()
    await page.untilStatus('log.bin', 'Failed')

    expect(await page.status('log.bin')).toContain('The file changed while it was uploaded.')
    expect(await store.keys()).toEqual([])
  })

  it('a file that no longer exists when it is dropped is named in an error, and not sent as an empty file', async () => {
    const { ferry, page, folder, store } = await freshFerry()
    await writeFile(join(folder, 'fine.txt'), 'fine')
    const gone = MAY_LINK ? ['dangling.txt', 'vanished.txt'] : ['vanished.txt']
    if (MAY_LINK) await symlink(join(folder, 'nowhere'), join(folder, 'dangling.txt'))

    await page.drop([...gone, 'fine.txt'].map((name) => join(folder, name)))
    await page.untilStatus('fine.txt', 'Done')
    if (ferry.loopback === null) {
      // The host checks the paths and accepts none that does not exist.
      for (const name of gone) await page.page.getByText(`${name}: is no longer there.`).waitFor()
    } else {
      for (const name of gone) await page.untilStatus(name, 'Failed')
      expect(await page.status('vanished.txt')).toContain('The file is no longer where it was.')
    }

    expect(await store.keys()).toEqual(['fine.txt'])
  })
})
