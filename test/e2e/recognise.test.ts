import { mkdir, rename, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FaultProxy } from '../faults/fault-proxy.ts'
import { temporaryFolder } from './ferry.ts'
import type { FerryPage } from './ferry-page.ts'
import { ferryBehindProxy, type Gate } from './fresh-ferry.ts'
import { Store } from './store.ts'
import { switchTo, withTwoDestinations } from './two-destinations.ts'

const AT_SECONDS = 1_700_000_000

/** Files with these texts in a folder, by default all with the same modification time. */
async function makeFiles(
  folder: string,
  texts: Readonly<Record<string, string>>,
  atSeconds = AT_SECONDS,
): Promise<string> {
  for (const [place, text] of Object.entries(texts)) {
    const path = join(folder, place)
    await mkdir(join(path, '..'), { recursive: true })
    await writeFile(path, text)
    await utimes(path, atSeconds, atSeconds)
  }
  return folder
}

/** No request passes until the gate is opened. */
function holdEverything(proxy: FaultProxy): Gate {
  const opened = Promise.withResolvers<void>()
  proxy.setRule(async ({ method }) => {
    if (method === 'PUT') await opened.promise
    return { kind: 'pass' }
  })
  return { open: opened.resolve }
}

const untilRows = (page: FerryPage, count: number) =>
  expect.poll(async () => (await page.names()).length).toBe(count)

const said = (page: FerryPage) => page.page.getByText('recognised')

describe('similar files', () => {
  it('are all uploaded: in one folder, in two versions at once, and to two buckets at once', async () => {
    const { page, proxy, buckets } = await withTwoDestinations()
    const texts = (version: string) => ({
      'pkg/a/x.txt': `${version} a`,
      'pkg/b/x.txt': `${version} b`,
      'pkg/setup.py': `${version}  `,
    })
    const old = await makeFiles(await temporaryFolder(), texts('v1'))
    const young = await makeFiles(await temporaryFolder(), texts('v2'))
    const gate = holdEverything(proxy)

    await switchTo(page, 1, 'First')
    await page.drop([join(old, 'pkg')])
    await untilRows(page, 3)
    await page.drop([join(young, 'pkg')])
    await untilRows(page, 6)
    await switchTo(page, 2, 'Second')
    await page.drop([join(old, 'pkg')])
    await untilRows(page, 9)
    gate.open()
    await page.untilCount('Done', 9)

    expect(await new Store(buckets[0]).texts()).toEqual(
      new Map([
        ['pkg/a/x (2).txt', 'v2 a'],
        ['pkg/a/x.txt', 'v1 a'],
        ['pkg/b/x (2).txt', 'v2 b'],
        ['pkg/b/x.txt', 'v1 b'],
        ['pkg/setup (2).py', 'v2  '],
        ['pkg/setup.py', 'v1  '],
      ]),
    )
    expect(await new Store(buckets[1]).texts()).toEqual(new Map(Object.entries(texts('v1')).sort()))
    expect(await said(page).count()).toBe(0)
  })

  it('do not replace the file of a paused upload', async () => {
    const { page, proxy, store, folder } = await ferryBehindProxy()
    const gate = holdEverything(proxy)
    await makeFiles(join(folder, 'old'), { 'notes.txt': 'one' })
    await makeFiles(join(folder, 'new'), { 'notes.txt': 'two' })
    await page.drop([join(folder, 'old', 'notes.txt')])
    await page.rowButton('notes.txt', 'Pause').click()
    await page.untilStatus('notes.txt', 'Paused')

    await page.drop([join(folder, 'new', 'notes.txt')])
    gate.open()
    await page.untilStatus('notes (2).txt', 'Done')
    const between = await page.status('notes.txt')
    await page.rowButton('notes.txt', 'Resume').click()
    await page.untilStatus('notes.txt', 'Done')

    expect(between).toContain('Paused')
    expect(await store.texts()).toEqual(
      new Map([
        ['notes (2).txt', 'two'],
        ['notes.txt', 'one'],
      ]),
    )
  })
})

describe('after the page was loaded again', () => {
  it('a folder that is dropped again continues in its rows, and the report says so', async () => {
    const { page, proxy, store, folder } = await ferryBehindProxy()
    const gate = holdEverything(proxy)
    const texts = { 'album/a/x.txt': 'a!', 'album/b/x.txt': 'b!', 'album/c.txt': 'c!' }
    await makeFiles(folder, texts)
    // Like files in a system image: Chromium invents another time on each access.
    await makeFiles(folder, { 'album/__init__.py': '' }, 0)
    await page.drop([join(folder, 'album')])
    await untilRows(page, 4)

    await page.page.reload()
    await page.untilCount('Action needed', 4)
    await makeFiles(folder, { 'album/d.txt': 'd!' })
    await page.drop([join(folder, 'album')])
    await page.page.getByText('4 files were recognised and go on; 1 is new.').waitFor()
    gate.open()
    await page.untilCount('Done', 5)

    expect(await store.texts()).toEqual(
      new Map(Object.entries({ ...texts, 'album/__init__.py': '', 'album/d.txt': 'd!' }).sort()),
    )
    expect((await page.names()).length).toBe(5)
    page.expectNoProblems()
  })

  it('a file without its folder is a new upload, except through the button of its row', async () => {
    const { page, proxy, store, folder } = await ferryBehindProxy()
    const gate = holdEverything(proxy)
    await makeFiles(folder, { 'album/x.txt': 'was in a folder' })
    await page.drop([join(folder, 'album')])
    await untilRows(page, 1)
    await page.page.reload()
    await page.untilStatus('x.txt', 'Action needed')
    await rename(join(folder, 'album', 'x.txt'), join(folder, 'x.txt'))

    await page.drop([join(folder, 'x.txt')])
    await untilRows(page, 2)
    const waiting = page.list().getByRole('listitem').filter({ hasText: 'album/' })
    const choosing = page.page.waitForEvent('filechooser')
    await waiting.getByRole('button', { name: 'Choose the file' }).click()
    await (await choosing).setFiles(join(folder, 'x.txt'))
    gate.open()
    await page.untilCount('Done', 2)

    expect(await store.texts()).toEqual(
      new Map([
        ['album/x.txt', 'was in a folder'],
        ['x.txt', 'was in a folder'],
      ]),
    )
  })
})

/** More than the number of concurrent uploads, so that others wait. */
const MANY = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`${index}`, `${index}`]))

it.each([
  ['was empty and no longer is', 'drop', '', 'now'],
  ['had content and is empty now', 'drop', 'now', ''],
  ['was chosen and has grown', 'choose', 'now', 'now and then'],
])(
  'a file that %s counts as changed, although it was never read before',
  async (_, how, before, after) => {
    const { page, proxy, store, folder } = await ferryBehindProxy()
    const gate = holdEverything(proxy)
    await makeFiles(folder, { 'late.txt': before, ...MANY })
    await page.drop(Object.keys(MANY).map((name) => join(folder, name)))
    await expect.poll(() => proxy.seen.filter(({ method }) => method === 'PUT').length).toBe(6)
    const late = join(folder, 'late.txt')
    if (how === 'choose') await page.choose('Choose files', late)
    else await page.drop([late])
    await page.untilStatus('late.txt', 'Waiting')

    await writeFile(late, after)
    gate.open()
    await page.untilStatus('late.txt', 'Failed')

    expect(await page.status('late.txt')).toContain('The file changed while it was uploaded.')
    expect(await store.keys()).not.toContain('late.txt')
  },
)
