import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { DestinationId } from '../../../../electron/contract/ids.ts'
import { aDestination, aWorld } from '../../../fakes/fake-world.ts'
import type { TestWindow } from '../../window.ts'
import { windowSuite } from '../../window-suite.ts'

const suite = windowSuite()

const photos = aDestination({
  destinationId: DestinationId.parse('00000000-0000-4000-8000-0000000000a2'),
  name: 'Photos',
  color: 'red',
})
const backups = aDestination({
  destinationId: DestinationId.parse('00000000-0000-4000-8000-0000000000a3'),
  name: 'Backups',
  color: 'green',
})
const threeBuckets = () => aWorld({ destinations: [aDestination(), photos, backups] })

const goesTo = ({ page }: TestWindow, name: string) =>
  page.getByRole('main').getByRole('heading', { name, exact: true }).waitFor()

async function open(opened: TestWindow, item: string, name = 'Client files'): Promise<void> {
  await opened.button(`More about ${name}`).press('Enter')
  await opened.page.getByRole('menuitem', { name: item }).click()
}

describe('switching destinations', () => {
  it('works with arrow keys, Home and End', async () => {
    const opened = await suite.open(threeBuckets())
    const { page } = opened
    await page.getByRole('radio', { name: /^Client files/ }).focus()

    await page.keyboard.press('ArrowDown')
    await goesTo(opened, 'Photos')
    await page.keyboard.press('End')
    await goesTo(opened, 'Backups')
    await page.keyboard.press('Home')
    await goesTo(opened, 'Client files')

    const focused = page.getByRole('radio', { name: /^Client files/ })
    expect(await focused.evaluate((element) => element === document.activeElement)).toBe(true)
    expect(await focused.isChecked()).toBe(true)
  })

  it('works with Ctrl and a digit anywhere but in dialogs, and is announced', async () => {
    const opened = await suite.open(threeBuckets())
    const { page } = opened
    await goesTo(opened, 'Client files')

    await page.keyboard.press('Control+3')
    await goesTo(opened, 'Backups')
    await page.getByRole('status').getByText('Files now go to Backups.').waitFor()
    await opened.button('Connect a bucket').click()
    await page.getByRole('dialog').waitFor()
    await page.keyboard.press('Control+2')
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.keyboard.press('Control+1')
    await goesTo(opened, 'Client files')

    expect(await opened.callsOf('selectDestination')).toEqual([
      { destinationId: backups.destinationId },
      { destinationId: aDestination().destinationId },
    ])
  })

  it('sends dropped files to the selected one', async () => {
    const opened = await suite.open(threeBuckets())
    await opened.page.getByText('Photos', { exact: true }).click()
    await goesTo(opened, 'Photos')

    await opened.give({ name: 'a.bin', byteLength: 10 })
    await opened.row('a.bin').getByText(/^Done/).waitFor()

    expect(await opened.callsOf('queueUploads')).toMatchObject([
      { destinationId: photos.destinationId },
    ])
  })

  it('works in a narrow window, with shortcuts beside the names', async () => {
    const viewport = { width: 400, height: 700 }
    const opened = await suite.open(threeBuckets(), { viewport })
    const { page, button } = opened

    await button('Client files').click()
    await page.getByText('Ctrl+2', { exact: true }).waitFor()
    await page.getByRole('menuitemradio', { name: /^Photos/ }).click()
    await goesTo(opened, 'Photos')
    await page.keyboard.press('Control+3')
    await goesTo(opened, 'Backups')
  })
})

describe('the menu of a destination', () => {
  it('makes it the default, and shows which one is', async () => {
    const opened = await suite.open(threeBuckets())
    const { page } = opened

    await open(opened, 'Make default', 'Photos')
    await page.getByRole('radio', { name: /^Photos \(default\)/ }).waitFor()
    await page.getByText('Ferry starts with Photos from now on.').waitFor()
    await open(opened, 'No longer default', 'Photos')
    await page.getByRole('radio', { name: /^Photos AWS/ }).waitFor()

    expect(await opened.callsOf('setDefaultDestination')).toEqual([
      { destinationId: photos.destinationId },
      { destinationId: null },
    ])
  })

  it('changes its name and colour, and returns the focus', async () => {
    const opened = await suite.open(threeBuckets())
    const { page, button } = opened
    await open(opened, 'Rename and colour…')
    const name = page.getByRole('textbox', { name: 'Name' })

    await name.fill('  ')
    await page.getByText('A destination needs a name.').waitFor()
    await name.fill(' Contracts ')
    await page.getByText('Violet').or(page.getByTitle('Violet')).click()
    await button('Save').click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })

    await goesTo(opened, 'Contracts')
    expect(await opened.callsOf('setDestinationLook')).toMatchObject([
      { name: 'Contracts', color: 'violet' },
    ])
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.getAttribute('aria-label')))
      .toBe('More about Contracts')
  })

  it('makes a copy and selects it', async () => {
    const opened = await suite.open(threeBuckets())

    await open(opened, 'Duplicate')

    await goesTo(opened, 'Client files (copy)')
  })
})

describe('settings as a file', () => {
  it('are downloaded, and imported with a report', async () => {
    const addedCount = 2
    const opened = await suite.open(
      aWorld({
        answers: {
          importSettings: [
            {
              addedCount,
              knownCount: 1,
              unreadableCount: 1,
              partlyRead: [
                { name: 'Contracts', rules: ['acl'], parts: ['color'], newer: ['objectLock'] },
              ],
              fileVersion: 'newer',
            },
          ],
        },
      }),
    )
    const { page, button } = opened
    const downloading = page.waitForEvent('download')

    await button('More about all destinations').click()
    await page.getByRole('menuitem', { name: 'Export settings…' }).click()
    const download = await downloading
    await button('More about all destinations').click()
    const choosing = page.waitForEvent('filechooser')
    await page.getByRole('menuitem', { name: 'Import settings…' }).click()
    const buffer = Buffer.from('{"ferry":"settings"}')
    await (await choosing).setFiles({ name: 'a.json', mimeType: 'application/json', buffer })

    await page.getByText('2 destinations were added.').waitFor()
    await page.getByText('1 was already here. 1 entry could not be read.').waitFor()
    await page
      .getByText('Of Contracts this could not be read: ACL, colour, and objectLock.')
      .waitFor()
    await page
      .getByText('A newer version of Ferry wrote the file: check the rules before you upload.')
      .waitFor()
    expect(download.suggestedFilename()).toBe('ferry-settings.json')
    expect(await readFile(await download.path(), 'utf8')).toBe('{"destinations":[]}')
    expect(await opened.callsOf('importSettings')).toEqual([{ text: '{"ferry":"settings"}' }])
  })

  it('are listed by name and host before anything is added', async () => {
    const opened = await suite.open(aWorld())
    const { page, button } = opened
    const text = JSON.stringify({
      ferry: 'settings',
      destinations: [{ name: 'Films\u202e', endpoint: 'https://decoy.example:9000', bucket: 'b' }],
    })
    const importFile = async () => {
      await button('More about all destinations').click()
      const choosing = page.waitForEvent('filechooser')
      await page.getByRole('menuitem', { name: 'Import settings…' }).click()
      const buffer = Buffer.from(text)
      await (await choosing).setFiles({ name: 'a.json', mimeType: 'application/json', buffer })
      return page.getByRole('dialog', { name: 'Add these destinations?' })
    }

    const first = await importFile()
    await first.getByText('Films → decoy.example:9000').waitFor()
    await first.getByRole('button', { name: 'Cancel' }).click()
    await first.waitFor({ state: 'detached' })
    expect(await opened.callsOf('importSettings')).toEqual([])
    const second = await importFile()
    await second.getByRole('button', { name: 'Add them' }).click()

    await page.getByText('Nothing was added.').waitFor()
    expect(await opened.callsOf('importSettings')).toEqual([{ text }])
  })
})
