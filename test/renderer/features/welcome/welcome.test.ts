import { expect, it } from 'vitest'
import { freshWorld } from '../../../fakes/fake-world.ts'
import { dropFiles } from '../../gestures.ts'
import { windowSuite } from '../../window-suite.ts'

const suite = windowSuite()

it('offers two ways to begin at the first start, and nothing else', async () => {
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

it('says why the bucket on this computer cannot start, and lets the user try again', async () => {
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

it('keeps files that were dropped before there was a destination, and uploads them then', async () => {
  const { page, button, row } = await suite.open(freshWorld())
  await button('Connect a bucket').waitFor()

  await dropFiles(page, ['early.txt'])
  await page.getByText('Your files are safe here.').waitFor()
  await button('Try it with a bucket on this computer').click()

  await row('early.txt').getByText(/^Done/).waitFor()
})

it('keeps files that the system gave to the app before there was a destination', async () => {
  const world = freshWorld({
    answers: {
      countGivenFiles: [{ waitingCount: 1 }, { waitingCount: 0 }],
      nextGivenFiles: [
        {
          files: [],
          refused: [{ relativePath: 'gone.txt', failure: { kind: 'source-missing' } }],
          unreadable: [],
          emptyFolderCount: 0,
          linkCount: 0,
          leftBySystem: [],
          isLast: true,
        },
      ],
    },
  })
  const { page, button, callsOf } = await suite.open({
    ...world,
    host: { ...world.host, host: 'desktop' },
  })

  await page.getByText('Your files are safe here.').waitFor()
  const asked = await callsOf('nextGivenFiles')
  await button('Try it with a bucket on this computer').click()

  await page.getByText('gone.txt').waitFor()
  expect(asked).toEqual([])
  expect(await callsOf('nextGivenFiles')).toHaveLength(1)
})

it('does not ask the browser’s host for given files, since it has none', async () => {
  const world = freshWorld()
  const { button, callsOf } = await suite.open({
    ...world,
    host: { ...world.host, host: 'loopback' },
  })

  await button('Try it with a bucket on this computer').click()
  await button('Choose files').waitFor()

  expect(await callsOf('countGivenFiles')).toEqual([])
})
