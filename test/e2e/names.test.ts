import { access, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { download, writeRandomFile } from './files.ts'
import { freshFerry } from './fresh-ferry.ts'

const NFC = 'Ångström-café.txt'.normalize('NFC')
const NFD = 'Ångström-café.txt'.normalize('NFD')

const ODD_NAMES = [
  'two  spaces and a plus+.txt',
  '100% #1 really?&=;,@$!.txt',
  "it's (a) [test] {of} ~names~ ^`.txt",
  '.hidden',
  '🛳️ família 家族.txt',
  'תמונה של חתול.jpg',
  'a%2Fb%2e%2e%00.txt',
  'name without end',
  '-rf --help.txt',
  `${'x'.repeat(251)}.txt`,
  `${'é'.repeat(125)}.txt`,
]
/** Windows forbids all of these, and strips dots and spaces from the end of a name. */
const POSIX_NAMES = [
  ...['colon:and"quotes"<>*|.txt', 'back\\slash.txt', 'tab\tand\nline.txt'],
  ...['...', 'ends with a dot.', 'ends with a blank '],
]
/** In separate folders, because both forms are the same name on APFS and HFS+. */
const FORMS = [NFC, NFD]

describe('unusual names', () => {
  it('are uploaded unchanged, and are downloaded from their links unchanged', async () => {
    const { page, store, folder } = await freshFerry()
    await page.page.setViewportSize({ width: 1100, height: 2400 })
    const isWindows = process.platform === 'win32'
    const onThisSystem = isWindows ? ODD_NAMES : [...ODD_NAMES, ...POSIX_NAMES]
    const checksums = new Map<string, string>()
    for (const form of FORMS.keys()) await mkdir(join(folder, `form ${form}`))
    const files = [
      ...onThisSystem.map((name) => ({ name, path: join(folder, name) })),
      ...FORMS.map((name, form) => ({ name, path: join(folder, `form ${form}`, name) })),
    ]
    const names = files.map(({ name }) => name)
    for (const [index, { name, path }] of files.entries()) {
      checksums.set(name, await writeRandomFile(path, 1000 + index))
    }

    await page.drop(files.map(({ path }) => path))
    await page.untilCount('Done', names.length)
    const shown = await page.links()
    const got = await Promise.all(shown.map(({ link }) => download(link)))

    expect(await store.keys()).toEqual([...names].sort())
    expect(shown.map(({ name }) => name).sort()).toEqual([...names].sort())
    expect(got.map(({ sha256 }) => sha256)).toEqual(shown.map(({ name }) => checksums.get(name)))
    expect(got.map(({ disposition }) => nameInDisposition(disposition))).toEqual(
      shown.map(({ name }) => name),
    )
    page.expectNoProblems()
  })

  it('two files with the same name are both kept', async () => {
    const { page, store, folder } = await freshFerry()
    await mkdir(join(folder, 'other'))
    const first = await writeRandomFile(join(folder, 'note.txt'), 500)
    const second = await writeRandomFile(join(folder, 'other', 'note.txt'), 600)

    await page.drop([join(folder, 'note.txt')])
    await page.untilStatus('note.txt', 'Done')
    await page.drop([join(folder, 'other', 'note.txt')])
    await page.untilStatus('note (2).txt', 'Done')
    const links = [await page.link('note.txt'), await page.link('note (2).txt')]
    const got = await Promise.all(links.map((link) => download(link)))

    expect(await store.keys()).toEqual(['note (2).txt', 'note.txt'])
    expect(got.map(({ sha256 }) => sha256)).toEqual([first, second])
  })

  it('a path that is too long for an object key is named and refused, and the others continue', async () => {
    const { page, store, folder } = await freshFerry()
    const deep = join(folder, ...Array.from({ length: 6 }, () => 'd'.repeat(200)))
    await mkdir(deep, { recursive: true })
    await writeFile(join(deep, 'deep.txt'), 'deep')
    await writeFile(join(folder, 'fine.txt'), 'fine')
    await access(join(deep, 'deep.txt'))

    await page.drop([join(folder, 'd'.repeat(200)), join(folder, 'fine.txt')])
    await page.untilStatus('fine.txt', 'Done')

    await page.page.getByText('1 item was not added. 1 file is on the way.').waitFor()
    // Windows may hide files in paths longer than 260 characters from programs.
    if (process.platform !== 'win32') {
      await page.page.getByText('is longer than a bucket can hold (1,024 bytes)').waitFor()
    }
    expect(await store.keys()).toEqual(['fine.txt'])
  })
})

/** RFC 8187: `filename*=UTF-8''percent-encoded`. */
function nameInDisposition(disposition: string | null): string {
  const [, encoded = ''] = /filename\*=UTF-8''([^;]+)/.exec(disposition ?? '') ?? []
  return decodeURIComponent(encoded)
}
