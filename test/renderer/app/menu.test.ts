import { expect, it } from 'vitest'
import type { MenuItemName } from '../../../electron/contract/notices.ts'
import { aWorld, freshWorld } from '../../fakes/fake-world.ts'
import { pastedText } from '../../pasted-text.ts'
import type { TestWindow } from '../window.ts'
import { windowSuite } from '../window-suite.ts'

const suite = windowSuite()

const choose = ({ page }: TestWindow, item: MenuItemName) =>
  page.evaluate((chosen) => window.fake.notify('menuChosen', { item: chosen }), item)

async function openClientFiles() {
  const opened = await suite.open(aWorld())
  await opened.page.getByRole('heading', { name: 'Client files' }).waitFor()
  return opened
}

it.each([
  ['add-files', false],
  ['add-folder', true],
] as const)('%s in the menu opens one file chooser', async (item, isFolder) => {
  const opened = await openClientFiles()
  const inputs: (boolean | undefined)[] = []
  opened.page.on('filechooser', async (chooser) => {
    inputs.push(
      await chooser
        .element()
        .evaluate((input) => 'webkitdirectory' in input && Boolean(input.webkitdirectory)),
    )
  })
  // Imitates the host: a script with a user gesture, then the notice.
  await opened.page.mouse.click(5, 5)

  await choose(opened, item)

  await expect.poll(() => inputs).toEqual([isFolder])
})

it('an open dialog takes precedence over the menu', async () => {
  const opened = await openClientFiles()
  await choose(opened, 'new-destination')
  await opened.page.getByRole('dialog', { name: 'Connect a bucket' }).waitFor()

  await choose(opened, 'settings')

  expect(await opened.page.getByRole('dialog').count()).toBe(1)
})

it('the settings are those of the selected destination', async () => {
  const opened = await openClientFiles()

  await choose(opened, 'settings')

  await opened.page.getByRole('dialog').getByText('Client files').first().waitFor()
})

it.each(['add-files', 'add-folder', 'settings', 'new-destination'] as const)(
  '%s asks the user to connect a bucket while there is none',
  async (item) => {
    const opened = await suite.open(freshWorld())
    await opened.button('Connect a bucket').waitFor()

    await choose(opened, item)

    await opened.page.getByRole('dialog', { name: 'Connect a bucket' }).waitFor()
  },
)

const copyFromWindow = async ({ page, button }: TestWindow) => {
  await button('More about all destinations').click()
  await page.getByRole('menuitem', { name: 'Copy diagnostics' }).click()
}

it('copies the diagnostics through the host, and says what they leave out', async () => {
  const opened = await openClientFiles()

  await copyFromWindow(opened)

  await opened.page.getByText('The diagnostics were copied.').waitFor()
  await opened.page.getByText(/^They contain no names, addresses, paths or keys\./).waitFor()
  expect(await opened.callsOf('copyDiagnostics')).toHaveLength(1)
})

it('copies the diagnostics through the page if the host cannot', async () => {
  const opened = await suite.open(aWorld({ isCopied: false }))
  await opened.context.grantPermissions(['clipboard-write'])

  await copyFromWindow(opened)

  await opened.page.getByText('The diagnostics were copied.').waitFor()
  expect(await pastedText(opened.page)).toBe('Ferry 0.1.0, desktop')
})

it.each([
  [true, 'The diagnostics were copied.'],
  [false, 'The diagnostics could not be copied.'],
])('reports the result of the menu item: %s', async (isCopied, sentence) => {
  const { page } = await openClientFiles()

  await page.evaluate((was) => window.fake.notify('diagnosticsCopied', { isCopied: was }), isCopied)

  await page.getByText(sentence).waitFor()
})
