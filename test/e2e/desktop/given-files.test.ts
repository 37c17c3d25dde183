import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { startStandIn } from '../../desktop-in-chromium/start-stand-in.ts'
import { temporaryFolder } from '../ferry.ts'
import { download, writeRandomFile } from '../files.ts'
import { freshFerry, MIB } from '../fresh-ferry.ts'
import { fakesOf, openFerry } from '../worlds/world.ts'

describe('files that the system passes to the app', () => {
  it('wait for the first destination, and the window shows it', async () => {
    const folder = await temporaryFolder()
    const path = join(folder, 'film.bin')
    const sha256 = await writeRandomFile(path, 20 * MIB)

    const { page } = await openFerry({ args: [path] })
    await page.page.getByText('Your files are safe here.').waitFor()
    await page.tryLocalBucket()
    await page.untilStatus('film.bin', 'Done')

    expect((await download(await page.link('film.bin'))).sha256).toBe(sha256)
    page.expectNoProblems()
  })

  it('come from a second start, whose process ends', async () => {
    const { ferry, page, folder } = await freshFerry()
    await mkdir(join(folder, 'trip'))
    const sha256 = await writeRandomFile(join(folder, 'trip', 'a.bin'), MIB)
    await writeRandomFile(join(folder, 'trip', '.DS_Store'), 10)

    const second = startStandIn(['--data-dir', ferry.dataFolder, join(folder, 'trip')])
    const code = await second.ended
    await page.untilStatus('a.bin', 'Done')
    await page.page.getByText('1 system file was left out (.DS_Store).').waitFor()

    expect(code).toBe(0)
    expect(second.output()).toContain('It has the files now.')
    expect(new URL(await page.link('a.bin')).pathname).toContain('/trip/a.bin')
    expect((await download(await page.link('a.bin'))).sha256).toBe(sha256)
    const calls = await fakesOf(ferry).evaluate(
      ({ FakeWindow }) => FakeWindow.opened[0]?.calls,
      null,
    )
    expect(calls?.at(-1)).toBe('focus')
  })

  it('come from the dock and from "Open with"', async () => {
    const { ferry, page, folder } = await freshFerry()
    const paths = ['a.bin', 'b.bin'].map((name) => join(folder, name))
    for (const path of paths) await writeRandomFile(path, 1000)

    await fakesOf(ferry).evaluate(({ app }, files) => {
      for (const file of files) app.emit('open-file', { preventDefault: () => undefined }, file)
    }, paths)

    await page.untilCount('Done', 2)
    expect((await page.names()).sort()).toEqual(['a.bin', 'b.bin'])
  })
})

describe('a second start while the first one closes', () => {
  it('waits for it, and then starts', async () => {
    const { ferry, page, folder } = await freshFerry()
    const path = join(folder, 'a.bin')
    await writeRandomFile(path, 1000)
    await page.drop([path])
    await page.untilStatus('a.bin', 'Done')

    const ended = ferry.quit()
    const again = await openFerry({ dataFolder: ferry.dataFolder })

    expect(await ended).toBe(0)
    await again.page.untilStatus('a.bin', 'Done')
  })
})
