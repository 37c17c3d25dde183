import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { download, writeRandomFile } from './files.ts'
import { freshFerry } from './fresh-ferry.ts'
import { openFerry } from './worlds/world.ts'

async function stoppedWithOneFile() {
  const { ferry, page, folder, store } = await freshFerry()
  const sha256 = await writeRandomFile(join(folder, 'kept.bin'), 2000)
  await page.drop([join(folder, 'kept.bin')])
  await page.untilStatus('kept.bin', 'Done')
  const link = await page.link('kept.bin')
  await ferry.quit()
  return { dataFolder: ferry.dataFolder, store, link, sha256 }
}

describe('a damaged file in the data folder', () => {
  it('with settings is set aside and reported, and the list of uploads is still there', async () => {
    const { dataFolder } = await stoppedWithOneFile()
    await writeFile(join(dataFolder, 'settings.json'), '{"half of')

    const { loopback, page } = await openFerry({ dataFolder })
    await page.button('Try it with a bucket on this computer').click()
    await page.untilStatus('kept.bin', 'Done')

    // The desktop has no terminal to report it on.
    if (loopback !== null) {
      expect(loopback.child.output()).toContain(
        'The settings file could not be read. It was moved to ',
      )
    }
    expect((await readdir(dataFolder)).join()).toMatch(/settings\.corrupt-/)
    await page.page.getByText('The settings file could not be read').waitFor()
  })

  it('with records is set aside and reported, and the bucket keeps its objects', async () => {
    const { dataFolder, store, link, sha256 } = await stoppedWithOneFile()
    await writeFile(join(dataFolder, 'records.sqlite'), 'no database '.repeat(1000))

    const { loopback, page } = await openFerry({ dataFolder })
    await page.button('Choose files').waitFor()

    if (loopback !== null) {
      expect(loopback.child.output()).toContain('The records file could not be read.')
    }
    expect(await store.keys()).toEqual(['kept.bin'])
    expect((await download(link)).sha256).toBe(sha256)
    await page.page.getByText('The list of uploads could not be read').waitFor()
  })
})
