import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { openBrowser } from './ferry-page.ts'
import { download, sha256OfFile } from './files.ts'
import { freshFerry } from './fresh-ferry.ts'

const TEXT = 'Grüße, 家族!\n'
const UTF16LE = Buffer.from(TEXT, 'utf16le')

/** The actual encodings of the files, whatever their names suggest. */
const SHOWN: readonly (readonly [name: string, bytes: Buffer, encoding: string])[] = [
  ['utf8.txt', Buffer.from(TEXT), 'UTF-8'],
  ['utf8 with a mark.txt', Buffer.from(`\ufeff${TEXT}`), 'UTF-8'],
  ['utf16le.txt', Buffer.concat([Buffer.from([0xff, 0xfe]), UTF16LE]), 'UTF-16LE'],
  [
    'utf16be.txt',
    Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from(UTF16LE).swap16()]),
    'UTF-16BE',
  ],
  // Only the host knows the type of this one.
  ['settings.ini', Buffer.from(TEXT), 'UTF-8'],
]

/** The text as it is shown to someone who opens its link. */
async function seenBy(browser: Browser, link: string) {
  const stranger = await (await browser.newContext()).newPage()
  await stranger.goto(link)
  const text = await stranger.evaluate(() => document.body.innerText)
  const encoding = await stranger.evaluate(() => document.characterSet)
  await stranger.context().close()
  return { text: text.trim(), encoding }
}

describe('the link of a text', () => {
  it('shows it as it was written', async () => {
    const { page, folder } = await freshFerry()
    const browser = await openBrowser()
    for (const [name, bytes] of SHOWN) await writeFile(join(folder, name), bytes)

    await page.drop(SHOWN.map(([name]) => join(folder, name)))
    await page.untilCount('Done', SHOWN.length)
    const seen = new Map<string, unknown>()
    for (const { name, link } of await page.links()) seen.set(name, await seenBy(browser, link))

    expect(Object.fromEntries(seen)).toEqual(
      Object.fromEntries(
        SHOWN.map(([name, , encoding]) => [name, { text: TEXT.trim(), encoding }]),
      ),
    )
    page.expectNoProblems()
  })

  it('downloads one in an unknown encoding, byte for byte', async () => {
    const { page, folder } = await freshFerry()
    const browser = await openBrowser()
    const path = join(folder, 'windows.txt')
    await writeFile(path, Buffer.from('Grüße', 'latin1'))
    await page.drop([path])
    await page.untilStatus('windows.txt', 'Done')
    const link = await page.link('windows.txt')
    const stranger = await (await browser.newContext()).newPage()

    const downloading = stranger.waitForEvent('download')
    // A link that downloads does not navigate, which goto reports as an error.
    await stranger.goto(link).catch(() => null)
    const downloaded = await downloading

    expect(downloaded.suggestedFilename()).toBe('windows.txt')
    expect(await readFile(await downloaded.path())).toEqual(await readFile(path))
    expect((await download(link)).sha256).toBe(await sha256OfFile(path))
  })
})
