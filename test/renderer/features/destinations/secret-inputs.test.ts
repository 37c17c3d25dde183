import type { ElementHandle, Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { aWorld, freshWorld } from '../../../fakes/fake-world.ts'
import type { TestWindow } from '../../window.ts'
import { windowSuite } from '../../window-suite.ts'

const suite = windowSuite()

const field = (page: Page, name: string) => page.getByRole('textbox', { name, exact: true })
const secretFields = ['Secret access key', 'Session token'] as const

/** Types both secrets, and keeps the inputs as if they were not garbage-collected yet. */
async function typeSecrets(page: Page): Promise<ElementHandle<HTMLInputElement>[]> {
  await field(page, 'Access key ID').fill('KEY')
  return Promise.all(
    secretFields.map(async (name) => {
      await field(page, name).fill('hunter2')
      return (await field(page, name).elementHandle()) as ElementHandle<HTMLInputElement>
    }),
  )
}

const seenIn = (inputs: readonly ElementHandle<HTMLInputElement>[]) =>
  Promise.all(
    inputs.map((input) => input.evaluate(({ value, isConnected }) => [value, isConnected])),
  )

const wipedAndGone = secretFields.map(() => ['', false])

async function openForm(): Promise<TestWindow> {
  const opened = await suite.open(freshWorld())
  await opened.button('Connect a bucket').click()
  await field(opened.page, 'Endpoint').waitFor()
  return opened
}

const untilGone = (page: Page) => field(page, 'Endpoint').waitFor({ state: 'detached' })

it('secrets are wiped when the form is closed by its cross', async () => {
  const { page, button } = await openForm()
  const inputs = await typeSecrets(page)

  await button('Close').click()
  await untilGone(page)

  expect(await seenIn(inputs)).toEqual(wipedAndGone)
})

it('secrets are wiped when the form is closed by Escape', async () => {
  const { page } = await openForm()
  const inputs = await typeSecrets(page)

  await page.keyboard.press('Escape')
  await untilGone(page)

  expect(await seenIn(inputs)).toEqual(wipedAndGone)
})

it('secrets are wiped when the connection is saved', async () => {
  const { page, button } = await openForm()
  await field(page, 'Endpoint').fill('http://127.0.0.1:9000')
  await field(page, 'Region').fill('us-east-1')
  await field(page, 'Bucket').fill('photos')
  const inputs = await typeSecrets(page)

  await button('Save').click()
  await untilGone(page)

  expect(await seenIn(inputs)).toEqual(wipedAndGone)
})

it('secrets are wiped when an edit is cancelled', async () => {
  const { page, button } = await suite.open(aWorld())
  await page.getByRole('button', { name: 'More about Client files' }).focus()
  await page.keyboard.press('Enter')
  await page.getByRole('menuitem', { name: 'Edit connection' }).click()
  const inputs = await typeSecrets(page)

  await button('Close').click()
  await untilGone(page)

  expect(await seenIn(inputs)).toEqual(wipedAndGone)
})

it('secrets are wiped when the keys come from another source', async () => {
  const { page } = await openForm()
  const inputs = await typeSecrets(page)

  await page.getByRole('radio', { name: 'AWS profile' }).check()
  await field(page, 'Secret access key').waitFor({ state: 'detached' })

  expect(await seenIn(inputs)).toEqual(wipedAndGone)
})
