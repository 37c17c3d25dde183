import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { download, writeRandomFile } from './files.ts'
import { freshFerry } from './fresh-ferry.ts'

const MIB = 1024 * 1024

describe('an upload', () => {
  it('starts with one click and ends with a link to the same bytes', async () => {
    const { page, folder } = await freshFerry()
    const path = join(folder, 'Offer Müller & Söhne.pdf')
    const sha256 = await writeRandomFile(path, 3 * MIB + 17)

    await page.drop([path])
    await page.untilStatus('Offer Müller & Söhne.pdf', 'Done')
    const got = await download(await page.link('Offer Müller & Söhne.pdf'))

    expect(got).toMatchObject({ status: 200, sha256, contentType: 'application/pdf' })
    expect(got.disposition).toContain("filename*=UTF-8''Offer%20M%C3%BCller%20%26%20S%C3%B6hne.pdf")
    page.expectNoProblems()
  })

  it('sends 300 MiB of random bytes in parts, unchanged', async () => {
    const { page, store, folder } = await freshFerry()
    const path = join(folder, 'film.mov')
    const sha256 = await writeRandomFile(path, 300 * MIB)

    await page.drop([path])
    await page.untilStatus('film.mov', 'Done')
    const got = await download(await page.link('film.mov'))

    expect(got).toMatchObject({ sha256, byteLength: 300 * MIB, contentType: 'video/quicktime' })
    expect(await store.unfinishedKeys()).toEqual([])
  })

  it('takes several files at once', async () => {
    const { page, folder, store } = await freshFerry()
    const names = ['a.txt', 'b.jpg', 'c.bin', 'd', 'e.tar.gz']
    const checksums = await Promise.all(
      names.map((name, index) => writeRandomFile(join(folder, name), 100_000 * (index + 1))),
    )

    await page.drop(names.map((name) => join(folder, name)))
    await Promise.all(names.map((name) => page.untilStatus(name, 'Done')))
    const links = await Promise.all(names.map((name) => page.link(name)))
    const got = await Promise.all(links.map((link) => download(link)))

    expect(got.map(({ sha256 }) => sha256)).toEqual(checksums)
    expect(await store.keys()).toEqual([...names].sort())
  })

  it('keeps the structure of a dropped folder, and says that empty folders contain nothing', async () => {
    const { page, folder, store } = await freshFerry()
    const trip = join(folder, 'trip')
    await mkdir(join(trip, 'day 1', 'raw'), { recursive: true })
    await mkdir(join(trip, 'empty', 'emptier'), { recursive: true })
    await writeFile(join(trip, 'plan.txt'), 'plan')
    await writeFile(join(trip, 'day 1', 'a.txt'), 'a')
    await writeFile(join(trip, 'day 1', 'raw', 'b.txt'), 'b')

    await page.drop([trip])
    for (const name of ['plan.txt', 'a.txt', 'b.txt']) await page.untilStatus(name, 'Done')

    expect(await store.keys()).toEqual([
      'trip/day 1/a.txt',
      'trip/day 1/raw/b.txt',
      'trip/plan.txt',
    ])
  })

  it('takes an empty file', async () => {
    const { page, folder, store } = await freshFerry()
    await writeFile(join(folder, 'nothing.txt'), '')

    await page.drop([join(folder, 'nothing.txt')])
    await page.untilStatus('nothing.txt', 'Done')
    const got = await download(await page.link('nothing.txt'))

    expect([got.status, got.byteLength]).toEqual([200, 0])
    expect(await store.keys()).toEqual(['nothing.txt'])
  })
})
