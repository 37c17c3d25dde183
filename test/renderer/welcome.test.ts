import { expect, it } from 'vitest'
import { freshWorld } from '../fakes/fake-world.ts'
import { dropFiles } from './gestures.ts'
import { windowSuite } from './window-suite.ts'

const suite = windowSuite()

it('offers two ways on at the first start, and nothing else', async () => {
  const { page } = await suite.open(freshWorld())

  await page.getByRole('heading', { name: 'Files go over. Links come back.' }).waitFor()

  expect(await page.getByRole('button').allInnerTexts()).toEqual([
    'Try it with a bucket on this computer',
    'Connect a bucket',
  ])
})

it('opens the bucket on this computer with one click', async () => {
  const { page, button } = await suite.open(freshWorld())

  await button('Try it with a bucket on this computer').click()

  await page.getByRole('heading', { name: 'This computer' }).waitFor()
  await button('Choose files').waitFor()
})

it('says why the bucket on this computer cannot start, and lets the person try again', async () => {
  const { page, button } = await suite.open(
    freshWorld({
      failures: {
        openLocalBucket: { kind: 'local-bucket-unavailable', reason: 'folder-unwritable' },
      },
    }),
  )

  await button('Try it with a bucket on this computer').click()
  await page.getByRole('alert').getByText('cannot write to its folder').waitFor()
  await page.evaluate(() => window.fake.failWith('openLocalBucket', null))
  await button('Try it with a bucket on this computer').click()

  await page.getByRole('heading', { name: 'This computer' }).waitFor()
})

it('keeps files that were dropped before there was a destination, and sends them then', async () => {
  const { page, button, row } = await suite.open(freshWorld())
  await button('Connect a bucket').waitFor()

  await dropFiles(page, ['early.txt'])
  await page.getByText('Your files are safe here.').waitFor()
  await button('Try it with a bucket on this computer').click()

  await row('early.txt').getByText(/^Done/).waitFor()
})
