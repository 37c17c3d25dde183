import { expect, it } from 'vitest'
import type { NewerRelease, UpdateState } from '../../../../electron/contract/commands/host.ts'
import { aWorld } from '../../../fakes/fake-world.ts'
import { expectAccessible } from '../../axe-scan.ts'
import { windowSuite } from '../../window-suite.ts'

const suite = windowSuite()

const NEWER: NewerRelease = {
  version: '0.2.0',
  pageUrl: 'https://github.com/ferry-example/ferry/releases/tag/v0.2.0',
  canInstall: true,
  isHidden: false,
}

const withUpdates = (changes: Partial<UpdateState>) =>
  suite.open(
    aWorld({
      answers: { describeUpdates: [{ checks: 'daily', newer: null, step: 'idle', ...changes }] },
    }),
  )

it('asks once whether it may check for new versions, and accepts either answer', async () => {
  for (const [name, isAllowed] of [
    ['Check once a day', true],
    ['No, thanks', false],
  ] as const) {
    const { page, button } = await withUpdates({ checks: 'unasked' })
    await button(name).waitFor()
    await expectAccessible(page)

    await button(name).click()

    await page.getByText('Should Ferry check for new versions?').waitFor({ state: 'detached' })
    const asked = await page.evaluate(() =>
      window.fake.calls.filter(({ command }) => command === 'allowUpdateChecks'),
    )
    expect(asked).toEqual([{ command: 'allowUpdateChecks', input: { isAllowed } }])
  }
})

it('offers a newer version, reports its progress, and accepts "Not now"', async () => {
  const { page, button } = await withUpdates({ newer: NEWER })
  const notice = page.getByRole('status').filter({ hasText: 'Ferry 0.2.0' })
  await notice.getByText('Ferry 0.2.0 is available.').waitFor()
  const link = notice.getByRole('link', { name: 'See what is new' })
  expect(await link.getAttribute('href')).toBe(NEWER.pageUrl)
  await expectAccessible(page)
  await button('Install and restart').click()
  await page.evaluate(
    (newer) =>
      window.fake.notify('updatesChanged', { checks: 'daily', newer, step: 'downloading' }),
    NEWER,
  )
  await notice.getByText('Downloading Ferry 0.2.0…').waitFor()
  expect(await button('Install and restart').count()).toBe(0)
  await page.evaluate(
    (newer) => window.fake.notify('updatesChanged', { checks: 'daily', newer, step: 'failed' }),
    NEWER,
  )
  await notice.getByText('It could not be downloaded. Try again, or get it').waitFor()

  await button('Not now').click()
  await page.evaluate(
    (newer) =>
      window.fake.notify('updatesChanged', {
        checks: 'daily',
        newer: { ...newer, isHidden: true },
        step: 'idle',
      }),
    NEWER,
  )

  await notice.waitFor({ state: 'detached' })
  const commands = await page.evaluate(() => window.fake.calls.map(({ command }) => command))
  expect(commands).toEqual(expect.arrayContaining(['installUpdate', 'hideUpdate']))
})

it('links to the page if this build cannot install by itself', async () => {
  const { page, button } = await withUpdates({ newer: { ...NEWER, canInstall: false } })

  const link = page.getByRole('link', { name: 'Get it' })
  expect(await link.getAttribute('href')).toBe(NEWER.pageUrl)
  expect(await button('Install and restart').count()).toBe(0)
})

it('installs nothing while uploads are running, and says so', async () => {
  const { page, button, row, give } = await withUpdates({ newer: NEWER })
  suite.server().holdParts()
  await give({ name: 'a.bin', byteLength: 5000 })
  await row('a.bin')
    .getByText(/^Uploading/)
    .waitFor()

  await page.getByText('It can be installed when your uploads are done.').waitFor()
  expect(await button('Install and restart').isDisabled()).toBe(true)

  suite.server().releaseParts()
  await page.getByText('Your uploads, links and destinations stay as they are.').waitFor()
  expect(await button('Install and restart').isDisabled()).toBe(false)
})

it('has a switch in the menu, by keyboard as well', async () => {
  const { page } = await withUpdates({ checks: 'off' })
  await page.getByRole('button', { name: 'More about all destinations' }).press('Enter')
  const item = page.getByRole('menuitemcheckbox', { name: 'Check for new versions once a day' })
  expect(await item.getAttribute('aria-checked')).toBe('false')

  await item.press('Enter')
  await page.evaluate(() =>
    window.fake.notify('updatesChanged', { checks: 'daily', newer: null, step: 'idle' }),
  )

  await page.waitForFunction(
    () =>
      document.querySelector('[role=menuitemcheckbox]')?.getAttribute('aria-checked') === 'true',
  )
  const asked = await page.evaluate(() => window.fake.calls.at(-1))
  expect(asked).toEqual({ command: 'allowUpdateChecks', input: { isAllowed: true } })
})

it('shows none of it in a browser', async () => {
  const world = aWorld()
  const { page } = await suite.open({ ...world, host: { ...world.host, host: 'loopback' } })
  await page.getByRole('heading', { name: 'Client files' }).waitFor()

  await page.getByRole('button', { name: 'More about all destinations' }).click()

  await page.getByRole('menuitem', { name: 'Export settings…' }).waitFor()
  expect(await page.getByRole('menuitemcheckbox').count()).toBe(0)
  expect(await page.getByText('new versions').count()).toBe(0)
})
