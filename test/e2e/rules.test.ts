import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { startBucket, temporaryFolder } from './ferry.ts'
import type { FerryPage } from './ferry-page.ts'
import { download, writeRandomFile } from './files.ts'
import { Store } from './store.ts'
import { openFerry } from './worlds/world.ts'

it('names objects by the template, asks if a name is taken, and refuses other types', async () => {
  const { page, store, folder } = await connectedBelow('in')
  await setRules(page)
  const first = await fileIn(folder, 'first', 'a.bin')
  const second = await fileIn(folder, 'second', 'a.bin')
  const third = await fileIn(folder, 'third', 'a.bin')
  const picture = await fileIn(folder, 'first', 'a.png')

  await page.drop([first.path])
  await page.untilStatus('a.bin', 'Done')
  await page.button('Hide finished').click()
  await page.drop([second.path])
  await page.untilStatus('a.bin', 'Action needed')
  const asked = await page.status('a.bin')
  await page.rowButton('a.bin', 'Replace').click()
  await page.untilStatus('a.bin', 'Done')
  const link = await page.link('a.bin')
  const replaced = await download(link)
  await page.button('Hide finished').click()
  await page.drop([third.path])
  await page.untilStatus('a.bin', 'Action needed')
  await page.rowButton('a.bin', 'Skip').click()
  await page.untilStatus('a.bin', 'Cancelled')
  await page.drop([picture.path])
  const refused = page.page.getByRole('listitem').filter({ hasText: 'a.png' })
  const refusal = await refused.textContent()

  const key = expect.stringMatching(/^in\/\d{4}\/a\.bin$/)
  expect(await store.keys()).toEqual([key])
  expect(asked).toMatch(/The bucket already has “in\/\d{4}\/a\.bin”\./)
  expect(replaced.sha256).toBe(second.sha256)
  expect((await download(link)).sha256).toBe(second.sha256)
  expect(refusal).toContain('This destination takes no files of this type (image/png).')
  page.expectNoProblems()
})

async function connectedBelow(prefix: string) {
  const ferry = await openFerry()
  const { page } = ferry
  const bucket = await startBucket({
    folder: await temporaryFolder(),
    allowedOrigin: ferry.corsOrigin,
  })
  await page.fillConnection(bucket)
  await page.field('Name').fill('Films')
  await page.field('Prefix').fill(prefix)
  await page.button('Save').click()
  await page.button('Choose files').waitFor()
  return { page, store: new Store(bucket), folder: await temporaryFolder() }
}

async function setRules(page: FerryPage): Promise<void> {
  await page.button('More about Films').click()
  await page.page.getByRole('menuitem', { name: 'Rules…' }).click()
  await page.field('Name in the bucket').fill('{prefix}{yyyy}/{name}')
  await page.page.getByRole('radio', { name: /^Ask/ }).check()
  await page.field('Allowed types').fill('.bin')
  await page.button('Save').click()
  await page.page
    .getByRole('dialog', { name: 'Rules of Films', exact: true })
    .waitFor({ state: 'detached' })
}

async function fileIn(folder: string, below: string, name: string) {
  await mkdir(join(folder, below), { recursive: true })
  const path = join(folder, below, name)
  return { path, sha256: await writeRandomFile(path, 5000) }
}
