import { join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { tokenExpired } from '../faults/answers.ts'
import { PASS } from '../faults/verdict.ts'
import { IN_PARTS_BYTES } from './fault-journey.ts'
import { isOf, isPart } from './faults-by-name.ts'
import { download, writeRandomFile } from './files.ts'
import { landedParts } from './fresh-ferry.ts'
import { heapOf, storageOf, writtenBy } from './page-memory.ts'
import { type SignInWorld, sharedSignInWorld } from './sign-in-world.ts'

const PEOPLE = 'https://people.example/start'
const STUDIO = 'https://studio.example/start'
const SSO_REGION = 'eu-west-1'
const ROLE = 'arn:aws:iam::111122223333:role/uploads'
const PHONE = 'arn:aws:iam::111122223333:mfa/phone'
const BASE_SECRET = 'secret-of-the-profile-base'

const world = sharedSignInWorld()

beforeAll(() => {
  const { aws, home, bucket } = world()
  const { accessKeyId, secretAccessKey } = bucket
  const keys = { accessKeyId, secretAccessKey, sessionToken: '' }
  const useless = { accessKeyId: 'ASIAOTHER', secretAccessKey: 'of-no-use', sessionToken: '' }
  aws.oidc.startUrls.add(PEOPLE).add(STUDIO)
  // So short that each use requests a new token.
  aws.oidc.tokenSeconds = 240
  aws.portal.accounts = [
    { accountId: '111122223333', accountName: 'Photos', roles: { Uploads: keys } },
    { accountId: '222233334444', accountName: 'Archive', roles: { Reader: useless } },
    { accountId: '333344445555', accountName: 'Studio', roles: { Editor: useless, Sender: keys } },
  ]
  aws.sts.users.set('AKIABASE', 'good')
  const mfa = { serial: PHONE, codes: new Set(['123456']) }
  aws.sts.roles.set(ROLE, { trusts: 'AKIABASE', mfa, keys: () => keys })
  home.config(`
[sso-session people]
sso_start_url = ${PEOPLE}
sso_region = ${SSO_REGION}
[profile people]
sso_session = people
sso_account_id = 111122223333
sso_role_name = Uploads
[profile careful]
role_arn = ${ROLE}
source_profile = base
mfa_serial = ${PHONE}`)
  home.credentials(`[base]\naws_access_key_id = AKIABASE\naws_secret_access_key = ${BASE_SECRET}\n`)
})

it('signs in for a profile, and again when the session ends during an upload', async () => {
  const { page, aws, proxy, folder } = world()
  const path = join(folder, 'film.bin')
  const sha256 = await writeRandomFile(path, IN_PARTS_BYTES)
  aws.oidc.person = ['nothing']
  await fillIn('People', 'AWS profile')
  await page.button('Show profiles').click()
  await page.page.getByRole('option', { name: /^people/ }).click()

  const refused = await page.checkConnection()
  await page.button('Sign in').click()
  const shown = await confirmedInBrowser()
  await page.page.getByText(/^Parts of .+ get through\.$/).waitFor()
  await untilSaved()
  const line = endSessionAfterFirstPart('film.bin')
  await page.drop([path])
  await line.ended
  await page.untilStatus('film.bin', 'Action needed')
  const said = await page.status('film.bin')
  const buttons = await page.row('film.bin').getByRole('button').allTextContents()
  await page.rowButton('film.bin', 'Sign in again').click()
  const shownAgain = await confirmedInBrowser(line.mend)
  await page.untilStatus('film.bin', 'Done')

  expect(refused.join('\n')).toMatch(/Keys \(failed\).*sign/i)
  const asked = { code: aws.oidc.userCode, page: aws.oidc.page }
  expect([shown, shownAgain]).toEqual([asked, asked])
  expect(said).toContain('Sign in again')
  expect(buttons).toEqual(['Sign in again', 'Cancel'])
  expect(aws.oidc.grants).toContain('refresh_token')
  expect(landedParts(proxy.seen.filter((each) => isPart(each, 'film.bin')))).toEqual([1, 2, 3])
  expect((await download(await page.link('film.bin'))).sha256).toBe(sha256)
  await expectNoTrace(world())
})

it('asks for the digits of a device until they are right', async () => {
  const { page, folder } = world()
  const path = join(folder, 'careful.bin')
  const sha256 = await writeRandomFile(path, 5000)
  await fillIn('Careful', 'AWS profile')
  await page.button('Show profiles').click()
  await page.page.getByRole('option', { name: /^careful/ }).click()
  await untilSaved()

  await page.drop([path])
  await page.untilStatus('careful.bin', 'Action needed')
  await page.rowButton('careful.bin', 'Sign in again').click()
  await page.page.getByText(PHONE).waitFor()
  await page.field('Code').fill('000000')
  await page.page.keyboard.press('Enter')
  await page.page.getByText('This code was not accepted.').waitFor()
  await page.field('Code').fill('123456')
  await page.page.keyboard.press('Enter')
  await page.untilStatus('careful.bin', 'Done')

  expect((await download(await page.link('careful.bin'))).sha256).toBe(sha256)
  await expectNoTrace(world())
})

it('lets the user choose account and role after a sign-in without a profile', async () => {
  const { page, aws, folder } = world()
  const path = join(folder, 'studio.bin')
  const sha256 = await writeRandomFile(path, 5000)
  aws.oidc.person = ['nothing']
  await fillIn('Studio', 'Sign in (IAM Identity Center)')
  await page.field('Start URL').fill(STUDIO)
  await page.field('Sign-in region').fill(SSO_REGION)

  await page.button('Sign in…').click()
  await confirmedInBrowser()
  await page.page.getByText('You are signed in: 3 accounts to choose from.').waitFor()
  await page.button('Show accounts').click()
  await page.page.getByRole('option', { name: 'Studio' }).click()
  await page.button('Show roles').click()
  await page.page.getByRole('option', { name: 'Sender' }).click()
  await untilSaved()
  await page.drop([path])
  await page.untilStatus('studio.bin', 'Done')

  expect((await download(await page.link('studio.bin'))).sha256).toBe(sha256)
  await expectNoTrace(world())
})

async function fillIn(name: string, keysFrom: string): Promise<void> {
  const { page, bucket } = world()
  await page.fillPlace(bucket)
  await page.field('Name').fill(name)
  await page.page.getByRole('radio', { name: keysFrom, exact: true }).check()
}

async function untilSaved(): Promise<void> {
  const { page } = world()
  await page.button('Save').click()
  await page.page
    .getByRole('dialog', { name: 'Connect a bucket', exact: true })
    .waitFor({ state: 'detached' })
}

/** Reads the dialog, then confirms on the sign-in page as the user does. */
async function confirmedInBrowser(before: () => void = () => undefined) {
  const { page, aws } = world()
  const dialog = page.page.getByRole('dialog', { name: 'Sign in' })
  const code = await dialog.getByRole('status', { name: 'Code' }).textContent()
  const link = dialog.getByRole('link', { name: 'Open the sign-in page' })
  const shown = { code, page: await link.getAttribute('href') }
  before()
  aws.oidc.person = ['confirms']
  await dialog.waitFor({ state: 'detached' })
  return shown
}

/** Ends the session once the first part is acknowledged; from then on the keys are invalid. */
function endSessionAfterFirstPart(name: string) {
  const { aws, proxy } = world()
  const state = { isEnded: false }
  const ended = proxy
    .until((seen) => seen.some((each) => isPart(each, name, 1) && each.status === 200))
    .then(() => {
      aws.oidc.endSessions()
      aws.oidc.person = ['nothing']
      state.isEnded = true
    })
  proxy.setRule(async (request) => {
    if (!isOf(request, name) || request.operation === 'Preflight') return PASS
    if (isPart(request, name) && request.partNumber !== 1) await ended
    return state.isEnded ? { kind: 'answer', answer: tokenExpired } : PASS
  })
  return { ended, mend: () => proxy.setRule(() => PASS) }
}

/** Neither the page nor the host's files contain any credential. */
async function expectNoTrace({ ferry, page, bucket }: SignInWorld): Promise<void> {
  const planted = 'planted-to-be-found'
  await page.page.evaluate((text) => Object.assign(globalThis, { planted: text }), planted)
  const heap = await heapOf(page.page)
  const kept = [await storageOf(page.page), await writtenBy(ferry)].join('\n')
  const secrets = [bucket.secretAccessKey, BASE_SECRET, 'of-no-use', 'ferry-client-secret']
  const tokens = ['access-token-', 'refresh-token-', 'device-code']
  const found = [...secrets, ...tokens].filter((each) => (heap + kept).includes(each))
  expect(found.map((each) => each.slice(0, 6))).toEqual([])
  expect(heap.includes(planted)).toBe(true)
}
