import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { SignInId, SignInStep } from '../../../electron/contract/commands/credentials.ts'
import type { Outcome } from '../../../electron/contract/outcome.ts'
import type {
  CredentialCache,
  FoundSource,
} from '../../../electron/core/credentials/credential-cache.ts'
import { SignIns } from '../../../electron/core/credentials/sign-ins.ts'
import type { PersonDoes } from '../../fakes/aws-stand-in/oidc.ts'
import { KeyWorld, must, profile } from './credential-world.ts'

const START = 'https://people.example/start'
const OLD_START = 'https://old.example/start'
const KEYS = {
  accessKeyId: 'ASIAPEOPLE',
  secretAccessKey: 'role-secret',
  sessionToken: 'role-token',
}
const BY_URL: FoundSource = {
  kind: 'sso',
  startUrl: START,
  ssoRegion: 'eu-west-1',
  accountId: '111',
  roleName: 'Uploads',
}
const SIGN_IN = { ok: false, failure: { kind: 'sign-in-needed', by: 'browser' } }

let world: KeyWorld
let ring: CredentialCache
let signIns: SignIns
let waits: number[]

beforeEach(async () => {
  world = await KeyWorld.start()
  world.aws.oidc.startUrls.add(START).add(OLD_START)
  world.aws.portal.accounts = [
    { accountId: '111', accountName: 'Photos', roles: { Uploads: KEYS } },
  ]
  world.home.config(`
[profile people]
sso_session = us
sso_account_id = 111
sso_role_name = Uploads
services = here
[profile old]
sso_start_url = ${OLD_START}
sso_region = eu-west-1
sso_account_id = 111
sso_role_name = Uploads
services = here
[profile half]
sso_session = nowhere
[sso-session us]
sso_start_url = ${START}
sso_region = eu-west-1
${world.aws.servicesSection}`)
  waits = []
  begin()
})

afterEach(async () => {
  signIns.close()
  await world.close()
})

/** Ferry as if it has just been started. */
function begin(): void {
  ring = world.ring()
  signIns = new SignIns(world.ports, ring, async (ms, signal) => {
    signal.throwIfAborted()
    waits.push(ms)
  })
}

const nameOf = (key: string) => `${createHash('sha1').update(key).digest('hex')}.json`

function pageOf(step: Outcome<SignInStep>) {
  if (!step.ok || step.value.step !== 'browser') throw new Error(JSON.stringify(step))
  return step.value
}

const ask = (source: FoundSource) => signIns.begin({ source, code: null })
const askPage = async (source: FoundSource) => pageOf(await ask(source))

async function signIn(source: FoundSource, ...person: PersonDoes[]) {
  world.aws.oidc.person = person.length === 0 ? ['confirms'] : person
  return signIns.end((await askPage(source)).signInId)
}

describe('the profile "people"', () => {
  it('says that the user has to sign in, and where', async () => {
    expect(await ring.sourceFor(profile('people')).current()).toEqual(SIGN_IN)

    world.aws.oidc.person = ['refuses']
    const page = await askPage(profile('people'))

    const { page: url, userCode } = world.aws.oidc
    expect(page).toMatchObject({ step: 'browser', url, userCode })
    expect(page.expiresAtMs).toBeGreaterThan(Date.now())
  })

  it.each([
    ['people', 'us'],
    ['old', OLD_START],
  ])('has keys after that, from a token that the AWS tools find: %s', async (name, cacheKey) => {
    const done = await signIn(profile(name))
    const keys = must(await ring.sourceFor(profile(name)).current())

    expect(keys).toMatchObject(KEYS)
    expect(done).toEqual({ ok: true, value: { step: 'ready', expiresAtMs: keys.expiresAtMs } })
    const { sharedBits, token } = world.home.ssoCache()[nameOf(cacheKey)] ?? {}
    expect(sharedBits).toBe(0)
    expect(token).toEqual({
      startUrl: name === 'old' ? OLD_START : START,
      region: 'eu-west-1',
      accessToken: 'access-token-1',
      expiresAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      clientId: 'ferry-client',
      clientSecret: 'ferry-client-secret',
      registrationExpiresAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      refreshToken: 'refresh-token-1',
    })
  })

  it('uses the token of another tool, and of an earlier start of Ferry', async () => {
    await signIn(profile('people'))
    begin()

    expect(must(await ring.sourceFor(profile('people')).current())).toMatchObject(KEYS)
    expect(world.changedCount).toBe(2)
  })

  it('has no keys if the profile says too little', async () => {
    expect(await ring.sourceFor(profile('half')).current()).toEqual({
      ok: false,
      failure: { kind: 'keys-unavailable', source: 'half', reason: 'incomplete' },
    })
  })

  it('gets new keys and a new token without the user', async () => {
    world.aws.portal.roleSeconds = 7200
    await signIn(profile('people'))

    world.aheadMs = 8 * 3_600_000
    const later = must(await ring.sourceFor(profile('people')).current())

    expect(later).toMatchObject(KEYS)
    expect(world.aws.oidc.grants.at(-1)).toBe('refresh_token')
    expect(world.home.ssoCache()[nameOf('us')]?.token).toMatchObject({
      accessToken: 'access-token-2',
      refreshToken: 'refresh-token-2',
      clientId: 'ferry-client',
    })
  })

  it('asks the user when the token can no longer be renewed', async () => {
    await signIn(profile('people'))
    const file = world.home.ssoCache()[nameOf('us')]?.token ?? {}
    const ended = { ...file, expiresAt: '2020-01-01T00:00:00Z' }

    world.home.putToken(nameOf('us'), { ...ended, refreshToken: 'revoked' })
    begin()
    const revoked = await ring.sourceFor(profile('people')).current()
    world.home.putToken(nameOf('us'), { ...ended, refreshToken: undefined })
    const none = await ring.sourceFor(profile('people')).current()
    world.home.putToken(nameOf('us'), [])
    const broken = await ring.sourceFor(profile('people')).current()

    expect([revoked, none, broken]).toEqual([SIGN_IN, SIGN_IN, SIGN_IN])
  })

  it('asks the user when the sign-in was ended elsewhere', async () => {
    await signIn(profile('people'))
    world.aws.oidc.accessTokens.clear()
    begin()

    expect(await ring.sourceFor(profile('people')).current()).toEqual(SIGN_IN)
    expect((await signIn(profile('people'))).ok).toBe(true)
  })

  it('is refused if its role was taken away, which no sign-in would fix', async () => {
    world.aws.portal.accounts = []

    expect(await signIn(profile('people'))).toEqual({
      ok: false,
      failure: { kind: 'keys-unavailable', source: 'Uploads', reason: 'role-refused' },
    })
  })

  it('also works if nothing may be written', async () => {
    writeFileSync(join(world.home.folder, '.aws', 'sso'), 'in the way of a folder')

    await signIn(profile('people'))

    expect(must(await ring.sourceFor(profile('people')).current())).toMatchObject(KEYS)
  })
})

describe('a sign-in', () => {
  it('waits as long as it is told, and longer when it asks too often', async () => {
    const done = await signIn(
      profile('people'),
      'nothing',
      'is-asked-too-often',
      'nothing',
      'confirms',
    )

    expect(done.ok).toBe(true)
    expect(waits).toEqual([1000, 1000, 6000, 6000])
  })

  it.each(['refuses', 'waits-too-long'] as const)('ends when the user %s', async (does) => {
    expect(await signIn(profile('people'), 'nothing', does)).toEqual(SIGN_IN)
  })

  it('ends when it expires, whatever the service says', async () => {
    world.aws.oidc.expiresInSeconds = 0

    expect(await signIn(profile('people'), 'nothing')).toEqual(SIGN_IN)
  })

  it('ends when it is cancelled, and when Ferry stops', async () => {
    world.aws.oidc.person = ['nothing']
    const first = await askPage(profile('people'))
    const firstEnd = signIns.end(first.signInId)
    signIns.cancel(first.signInId)
    const second = await askPage(profile('people'))
    const secondEnd = signIns.end(second.signInId)
    signIns.close()

    const cancelled = { ok: false, failure: { kind: 'aborted' } }
    expect([await firstEnd, await secondEnd]).toEqual([cancelled, cancelled])
  })

  it('ends when a newer one replaces it', async () => {
    world.aws.oidc.person = ['nothing']
    const end = signIns.end((await askPage(profile('people'))).signInId)

    const newer = await askPage(profile('people'))
    world.aws.oidc.person = ['confirms']

    expect(await end).toEqual({ ok: false, failure: { kind: 'aborted' } })
    expect((await signIns.end(newer.signInId)).ok).toBe(true)
  })

  it('opens only its own page while it waits', async () => {
    const { url, signInId } = await askPage(profile('people'))

    const during = [url, `${url}&x=1`, 'https://device.sso.example/'].map((each) =>
      signIns.isSignInPage(each),
    )
    await signIns.end(signInId)

    expect(during).toEqual([true, false, false])
    expect(signIns.isSignInPage(url)).toBe(false)
  })

  it('is unknown if it was never started', async () => {
    const unknown = '00000000-0000-4000-8000-000000000000' as SignInId

    expect(await signIns.end(unknown)).toEqual({ ok: false, failure: { kind: 'unknown-id' } })
  })

  it('is not needed for typed keys, and only once otherwise', async () => {
    const typed = await signIns.begin({ source: { kind: 'keys', accessKeyId: 'A' }, code: null })
    await signIn(profile('people'))
    const again = await ask(profile('people'))

    expect(typed).toEqual({ ok: false, failure: { kind: 'wrong-state' } })
    expect(again).toMatchObject({ ok: true, value: { step: 'ready' } })
  })
})

describe('users without a profile', () => {
  beforeEach(() => {
    const { endpoint } = world.aws
    world.variables = { AWS_ENDPOINT_URL_SSO: endpoint, AWS_ENDPOINT_URL_SSO_OIDC: endpoint }
    begin()
  })

  const accounts = () => signIns.accounts(START, 'eu-west-1')

  it('sign in first and then choose one of all their accounts', async () => {
    world.aws.portal.accounts = [
      { accountId: '3', accountName: 'Video', roles: { C: KEYS, A: KEYS, B: KEYS } },
      { accountId: '2', accountName: 'Books', roles: {} },
      { accountId: '1', accountName: 'Photos', roles: { Uploads: KEYS } },
    ]
    const before = await accounts()
    const done = await signIn({ ...BY_URL, accountId: '', roleName: '' })

    expect(before).toEqual(SIGN_IN)
    expect(done).toMatchObject({ ok: true, value: { step: 'ready' } })
    expect(await accounts()).toEqual({
      ok: true,
      value: {
        accounts: [
          { accountId: '2', name: 'Books', roleNames: [] },
          { accountId: '1', name: 'Photos', roleNames: ['Uploads'] },
          { accountId: '3', name: 'Video', roleNames: ['A', 'B', 'C'] },
        ],
      },
    })
  })

  it('have keys of the account they chose, and share the sign-in of the start URL', async () => {
    await signIn(BY_URL)

    expect(must(await ring.sourceFor(BY_URL).current())).toMatchObject(KEYS)
    expect(must(await ring.sourceFor(profile('people')).current())).toMatchObject(KEYS)
    expect(Object.keys(world.home.ssoCache())).toEqual([nameOf('us')])
  })

  it.each([
    ['https://nobody.example/start', 'eu-west-1'],
    ['not a url', 'eu-west-1'],
    [START, 'eu west 1.evil.example/'],
  ])('are told when %s in %s does not exist', async (startUrl, ssoRegion) => {
    expect(await ask({ ...BY_URL, startUrl, ssoRegion })).toEqual({
      ok: false,
      failure: { kind: 'keys-unavailable', source: startUrl, reason: 'incomplete' },
    })
  })
})
