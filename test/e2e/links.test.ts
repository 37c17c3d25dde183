import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { pastedText } from '../pasted-text.ts'
import { openBrowser } from './ferry-page.ts'
import { download, sha256OfFile, writeRandomFile } from './files.ts'
import { freshFerry } from './fresh-ferry.ts'
import { electronOf, onlyIn } from './worlds/world.ts'

async function withOneLink() {
  const world = await freshFerry()
  const sha256 = await writeRandomFile(join(world.folder, 'offer.pdf'), 9000)
  await world.page.drop([join(world.folder, 'offer.pdf')])
  await world.page.untilStatus('offer.pdf', 'Done')
  return { ...world, sha256 }
}

describe('a share link', () => {
  it('is valid for a day, or for the chosen time', async () => {
    const { page, sha256 } = await withOneLink()
    const usual = await page.link('offer.pdf')

    await page.rowButton('offer.pdf', 'Share…').click()
    const dialog = page.page.getByRole('dialog')
    await dialog.getByRole('radio', { name: '1 hour' }).check()
    await dialog.getByRole('button', { name: 'Make a new link' }).click()
    await dialog.getByText('Here it is.').waitFor()
    const chosen = await dialog.getByRole('textbox', { name: 'Share link' }).inputValue()

    expect(lifeOf(usual)).toBe(86_400)
    expect(lifeOf(chosen)).toBe(3_600)
    expect((await download(chosen)).sha256).toBe(sha256)
  })

  it('that has expired says so, and is renewed with one click', async () => {
    const { page, sha256 } = await withOneLink()
    const { uploads } = await page.command('listUploads', { after: null, limit: 10 })
    const [{ uploadId } = expect.unreachable('no upload')] = uploads
    const dying = await page.command('createShareLink', { uploadId, linkSeconds: 1 })
    await expect.poll(async () => (await download(dying.url)).status).toBe(403)
    await page.page.reload()
    await page.untilStatus('offer.pdf', 'Done')

    const status = await page.status('offer.pdf')
    await page.rowButton('offer.pdf', 'Make a new link').click()
    const renewed = await page.link('offer.pdf')

    expect(status).toMatch(/its link expired/)
    expect((await download(renewed)).sha256).toBe(sha256)
  })

  onlyIn('browser', 'the desktop copies it by the system')(
    'is copied to the clipboard by the page if the host cannot',
    async () => {
      const { page, ferry } = await withOneLink()
      await page.page.context().grantPermissions(['clipboard-write'], {
        origin: ferry.origin,
      })

      await page.rowButton('offer.pdf', 'Copy link').click()
      await page.page.getByText('Copied').first().waitFor()
      const copied = await pastedText(page.page)

      expect(copied).toBe(await page.link('offer.pdf'))
    },
  )

  onlyIn('desktop', 'a page copies it by itself')(
    'is copied to the clipboard by the system',
    async () => {
      const { page, ferry } = await withOneLink()

      await page.rowButton('offer.pdf', 'Copy link').click()
      await page.page.getByText('Copied').first().waitFor()

      const copied = await electronOf(ferry).evaluate(
        async ({ clipboard }) => clipboard.readText(),
        null,
      )
      expect(copied).toBe(await page.link('offer.pdf'))
    },
  )

  it('opens in a browser without a session, if browsers can show the type', async () => {
    const { page, folder } = await freshFerry()
    await writeFile(join(folder, 'notes.txt'), 'The ferry leaves at nine.')
    await page.drop([join(folder, 'notes.txt')])
    await page.untilStatus('notes.txt', 'Done')
    const stranger = await (await openBrowser()).newPage()

    await stranger.goto(await page.link('notes.txt'))
    const shown = await stranger.locator('body').textContent()

    expect(shown).toBe('The ferry leaves at nine.')
  })

  it('downloads other types under the name of the file', async () => {
    const { page, folder } = await freshFerry()
    const sha256 = await writeRandomFile(join(folder, 'offer.zip'), 9000)
    await page.drop([join(folder, 'offer.zip')])
    await page.untilStatus('offer.zip', 'Done')
    const stranger = await (await openBrowser()).newPage()

    const downloading = stranger.waitForEvent('download')
    // A link that downloads does not navigate, which goto reports as an error.
    await stranger.goto(await page.link('offer.zip')).catch(() => null)
    const downloaded = await downloading

    expect(downloaded.suggestedFilename()).toBe('offer.zip')
    expect(await sha256OfFile(await downloaded.path())).toBe(sha256)
  })
})

function lifeOf(link: string): number {
  return Number(new URL(link).searchParams.get('X-Amz-Expires'))
}
