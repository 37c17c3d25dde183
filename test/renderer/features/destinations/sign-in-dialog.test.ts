import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { SignInId, type SignInStep } from '../../../../electron/contract/commands/credentials.ts'
import { DestinationId } from '../../../../electron/contract/ids.ts'
import { aDestination, aRecord, aWorld, freshWorld } from '../../../fakes/fake-world.ts'
import { windowSuite } from '../../window-suite.ts'

const suite = windowSuite()

const BROWSER = {
  step: 'browser',
  signInId: SignInId.parse('00000000-0000-4000-8000-0000000000aa'),
  url: 'https://device.sso.eu-west-1.amazonaws.com/?user_code=ABCD-EFGH',
  userCode: 'ABCD-EFGH',
  expiresAtMs: 4_000_000_000_000,
} as const satisfies SignInStep
const READY = { step: 'ready', expiresAtMs: null } as const
const CODE = { step: 'code', serial: 'arn:aws:iam::111122223333:mfa/phone' } as const
const ACCOUNTS = [{ accountId: '111122223333', name: 'Production', roleNames: ['Uploader'] }]

const field = (page: Page, name: string) => page.getByRole('textbox', { name, exact: true })

async function openSignInForm(world = freshWorld()) {
  const opened = await suite.open(world)
  await opened.button('Connect a bucket').click()
  await opened.page.getByRole('radio', { name: 'Sign in' }).check()
  await field(opened.page, 'Start URL').fill('https://acme.awsapps.com/start')
  await field(opened.page, 'Sign-in region').fill('eu-west-1')
  await opened.page.evaluate(() => window.fake.hold('awaitSignIn'))
  return opened
}

describe('signing in', () => {
  it('shows the code and the page, then offers accounts and roles', async () => {
    const { page, button, callsOf } = await openSignInForm(
      freshWorld({ answers: { signIn: [BROWSER], listSsoAccounts: [{ accounts: ACCOUNTS }] } }),
    )

    await button('Sign in…').click()
    await page.getByText('ABCD-EFGH').waitFor()
    const link = page.getByRole('link', { name: 'Open the sign-in page' })
    await page.getByText('The page is at device.sso.eu-west-1.amazonaws.com.').waitFor()
    const leadsTo = [await link.getAttribute('href'), await link.getAttribute('target')]
    await page.evaluate(() => window.fake.release('awaitSignIn'))
    await page.getByText('You are signed in: 1 account to choose from.').waitFor()
    await button('Show accounts').click()
    await page.getByRole('option', { name: 'Production' }).click()

    await expect
      .poll(() => page.getByRole('combobox', { name: 'Role' }).inputValue())
      .toBe('Uploader')
    expect(leadsTo).toEqual([BROWSER.url, '_blank'])
    await field(page, 'Bucket').fill('photos')
    await button('Save').click()
    await page.getByText('photos is connected.').waitFor()
    expect(await callsOf('saveDestination')).toMatchObject([
      { credentialKind: 'sso', ssoAccountId: '111122223333', ssoRoleName: 'Uploader' },
    ])
  })

  it('is cancelled when its dialog closes', async () => {
    const { page, button, callsOf } = await openSignInForm(
      freshWorld({ answers: { signIn: [BROWSER] } }),
    )

    await button('Sign in…').click()
    await page.getByText('ABCD-EFGH').waitFor()
    await page.keyboard.press('Escape')

    await page.getByText('ABCD-EFGH').waitFor({ state: 'detached' })
    await expect.poll(() => callsOf('cancelSignIn')).toEqual([{ signInId: BROWSER.signInId }])
    expect(await field(page, 'Start URL').inputValue()).toBe('https://acme.awsapps.com/start')
  })

  it('can be started again after it was refused', async () => {
    const { page, button, callsOf } = await openSignInForm(
      freshWorld({
        answers: { signIn: [BROWSER] },
        failures: { awaitSignIn: { kind: 'sign-in-needed', by: 'browser' } },
      }),
    )
    await button('Sign in…').click()
    await page.getByText('ABCD-EFGH').waitFor()
    await page.evaluate(() => window.fake.release('awaitSignIn'))

    await page.getByRole('alert').getByText('The sign-in was not confirmed.').waitFor()
    await page.evaluate(() => window.fake.hold('awaitSignIn'))
    await button('Try again').click()
    await page.getByText('ABCD-EFGH').waitFor()

    expect(await callsOf('signIn')).toHaveLength(2)
  })
})

describe('a row that waits for a sign-in', () => {
  const credentials = { kind: 'profile', profile: 'work' } as const
  const otherId = DestinationId.parse('00000000-0000-4000-8000-000000000003')

  it('asks for the device’s code until it is right; then all waiting uploads continue', async () => {
    const status = {
      phase: 'failed',
      failure: { kind: 'sign-in-needed', by: 'code' },
    } as const
    const { page, row, callsOf } = await suite.open(
      aWorld({
        destinations: [
          aDestination({ credentials }),
          aDestination({ credentials, destinationId: otherId, name: 'Photos' }),
        ],
        uploads: [
          aRecord(1, { name: 'one.bin', status }),
          aRecord(2, { name: 'two.bin', status, destinationId: otherId }),
        ],
        answers: { signIn: [CODE, CODE, READY] },
      }),
    )

    await row('one.bin').getByRole('button', { name: 'Sign in again' }).click()
    await page.getByText(CODE.serial).waitFor()
    await field(page, 'Code').fill('12345')
    await page.keyboard.press('Enter')
    await page.getByText('Enter the six digits that the device shows.').waitFor()
    await field(page, 'Code').fill('123 456')
    await page.keyboard.press('Enter')
    await page.getByText('This code was not accepted.').waitFor()
    await field(page, 'Code').fill('654321')
    await page.keyboard.press('Enter')

    await page.getByText('2 uploads continue.').waitFor()
    expect(await callsOf('signIn')).toEqual([
      { source: credentials, code: null },
      { source: credentials, code: '123456' },
      { source: credentials, code: '654321' },
    ])
  })
})
