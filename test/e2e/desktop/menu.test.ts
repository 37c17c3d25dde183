import { join } from 'node:path'
import type { MenuItemConstructorOptions } from 'electron'
import { expect, it } from 'vitest'
import { writeRandomFile } from '../files.ts'
import { freshFerry } from '../fresh-ferry.ts'
import type { OpenFerry } from '../worlds/open-ferry.ts'
import { fakesOf } from '../worlds/world.ts'

/** Chooses an item as the system would; macOS capitalises its words. */
const choose = (ferry: OpenFerry, label: string) =>
  fakesOf(ferry).evaluate(({ Menu }, wanted) => {
    const below = ({ submenu }: MenuItemConstructorOptions) =>
      Array.isArray(submenu) ? submenu : []
    const item = (Menu.template ?? [])
      .flatMap(below)
      .find((each) => each.label?.toLowerCase() === wanted.toLowerCase())
    if (item?.click === undefined) throw new Error(`No item ${wanted}`)
    item.click({} as Electron.MenuItem, undefined, {} as Electron.KeyboardEvent)
  }, label)

it('opens a file chooser without a click in the page, and uploads the files', async () => {
  const { ferry, page, folder } = await freshFerry()
  await writeRandomFile(join(folder, 'a.bin'), 5000)
  // Discards earlier user gestures: a reloaded page has had none.
  await page.page.reload()
  await page.button('Choose files').waitFor()
  const choosing = page.page.waitForEvent('filechooser')
  // This call bypasses Playwright, whose own request has to arrive first; and the page gets the
  // menu's event only once its content has been painted.
  await page.page.evaluate(
    () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))),
  )

  await choose(ferry, 'Add files…')

  await (await choosing).setFiles(join(folder, 'a.bin'))
  await page.untilStatus('a.bin', 'Done')
})

it('opens the dialogs of the page', async () => {
  const { ferry, page } = await freshFerry()

  await choose(ferry, 'New destination…')

  await page.page.getByRole('dialog', { name: 'Connect a bucket' }).waitFor()
})

it('copies diagnostics without any of the user’s data', async () => {
  const { ferry, page, folder, store } = await freshFerry()
  await writeRandomFile(join(folder, 'merger-plans.docx'), 10)
  await page.drop([join(folder, 'merger-plans.docx')])
  await page.untilStatus('merger-plans.docx', 'Done')

  await choose(ferry, 'Copy diagnostics')

  await page.page.getByText('The diagnostics were copied.').waitFor()
  const text = await fakesOf(ferry).evaluate(({ clipboard }) => clipboard.text, null)
  expect(text).toContain('Destinations: this computer')
  expect(text).toContain('Uploads: 1 done')
  expect(text).toContain('info Ferry starts')
  const { host, hostname } = new URL(store.endpoint)
  for (const secret of ['merger-plans', ferry.dataFolder, folder, host, hostname, 'X-Amz']) {
    expect(text).not.toContain(secret)
  }
})
