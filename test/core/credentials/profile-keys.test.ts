import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { code, KeyWorld, must, numbered, profile } from './credential-world.ts'

const BASE = `
[base]
aws_access_key_id = AKIABASE
aws_secret_access_key = secret-of-base
`
const UPLOADS = 'arn:aws:iam::1:role/uploads'
const MIDDLE = 'arn:aws:iam::1:role/middle'
const SERIAL = 'arn:aws:iam::1:mfa/me'

let world: KeyWorld

beforeEach(async () => {
  world = await KeyWorld.start()
  world.aws.sts.users.set('AKIABASE', 'good')
})

afterEach(() => world.close())

const failureOf = async (name: string) => {
  const outcome = await world.ring().sourceFor(profile(name)).current()
  return outcome.ok ? null : outcome.failure
}

const unavailable = (source: string, reason: string) => ({
  kind: 'keys-unavailable',
  source,
  reason,
})

describe('keys in the file', () => {
  it('are used unchanged, and again after a change of the file', async () => {
    world.home.credentials(`${BASE}aws_session_token = t\n`)
    const { current } = world.ring().sourceFor(profile('base'))

    const first = must(await current())
    world.home.credentials('[base]\naws_access_key_id = AKIANEW\naws_secret_access_key = n\n')
    const later = must(await current())

    expect(first).toEqual({
      accessKeyId: 'AKIABASE',
      secretAccessKey: 'secret-of-base',
      sessionToken: 't',
      expiresAtMs: null,
    })
    expect(later.accessKeyId).toBe('AKIANEW')
  })

  it('are missing if there is no file, no such profile, or half a profile', async () => {
    const noFile = await failureOf('base')
    world.home.credentials('[half]\naws_access_key_id = AKIA\n')
    const noProfile = await failureOf('base')
    const half = await failureOf('half')

    expect([noFile, noProfile, half]).toEqual([
      unavailable('base', 'no-file'),
      unavailable('base', 'no-profile'),
      unavailable('half', 'incomplete'),
    ])
  })

  it.each(['constructor', '__proto__', 'toString'])(
    'are not confused with a built-in property: %s',
    async (name) => {
      world.home.credentials(BASE)

      expect(await failureOf(name)).toEqual(unavailable(name, 'no-profile'))
    },
  )

  it('are missing in an unreadable file', async () => {
    world.home.config('[profile __proto__]\n\0\0[[[=')
    world.home.credentials('{"base": {"aws_access_key_id": "AKIA"}}')

    expect(await failureOf('base')).toEqual(unavailable('base', 'no-profile'))
  })
})

describe('a role', () => {
  const chain = () => `
[profile work]
role_arn = ${UPLOADS}
source_profile = middle
role_session_name = me
duration_seconds = 900
services = here
[profile middle]
role_arn = ${MIDDLE}
source_profile = base
services = here
${world.aws.servicesSection}`

  beforeEach(() => {
    world.home.config(chain())
    world.home.credentials(BASE)
    const { roles } = world.aws.sts
    roles.set(MIDDLE, { trusts: 'AKIABASE', keys: numbered('MIDDLE') })
    roles.set(UPLOADS, { trusts: 'ASIAMIDDLE1', keys: numbered('UPLOADS') })
  })

  it('is assumed with the keys of another role, along the chain', async () => {
    const keys = must(await world.ring().sourceFor(profile('work')).current())

    const { sts } = world.aws
    expect(keys).toMatchObject({ ...numbered('UPLOADS')(1) })
    expect(keys.expiresAtMs).toBeGreaterThan(Date.now())
    expect(sts.taken).toEqual([MIDDLE, UPLOADS])
    expect(sts.sessions[1]).toEqual({ name: 'me', seconds: '900', token: 'token-of-MIDDLE-1' })
  })

  it('is assumed once for all simultaneous callers, and cached', async () => {
    const ring = world.ring()
    const asked = [1, 2, 3, 4].map(() => ring.sourceFor(profile('work')).current())

    await Promise.all(asked)
    await ring.sourceFor(profile('work')).current()

    expect(world.aws.sts.taken).toEqual([MIDDLE, UPLOADS])
  })

  it('is reported with its profile if STS refuses it', async () => {
    world.aws.sts.roles.delete(UPLOADS)

    expect(await failureOf('work')).toEqual(unavailable('work', 'role-refused'))
  })

  it('is not assumed with expired or unknown keys', async () => {
    world.aws.sts.users.set('AKIABASE', 'ended')
    const ended = await failureOf('work')
    world.aws.sts.users.delete('AKIABASE')
    const unknown = await failureOf('work')

    expect([ended, unknown]).toEqual([
      { kind: 'credentials-expired' },
      { kind: 'credentials-rejected' },
    ])
  })

  it('does not wait forever for a silent STS', async () => {
    await world.aws.close()

    expect(await failureOf('work')).toEqual(unavailable('middle', 'unreachable'))
    world.aws.close = async () => undefined
  })

  it('fails if its chain leads back to itself', async () => {
    world.home.config(`
[profile a]
role_arn = ${UPLOADS}
source_profile = b
[profile b]
role_arn = ${MIDDLE}
source_profile = a
`)
    const ring = world.ring()

    const both = await Promise.all([
      ring.sourceFor(profile('a')).current(),
      ring.sourceFor(profile('b')).current(),
    ])

    expect(both).toEqual([
      { ok: false, failure: unavailable('a', 'incomplete') },
      { ok: false, failure: unavailable('b', 'incomplete') },
    ])
  })

  it('may be assumed with the profile’s own keys', async () => {
    world.home.config(`
[profile self]
role_arn = ${MIDDLE}
source_profile = self
aws_access_key_id = AKIABASE
aws_secret_access_key = secret-of-base
services = here
${world.aws.servicesSection}`)

    expect(must(await world.ring().sourceFor(profile('self')).current()).accessKeyId).toBe(
      'ASIAMIDDLE1',
    )
  })

  it('may be assumed with keys of the environment', async () => {
    world.home.config(`
[profile env]
role_arn = ${MIDDLE}
credential_source = Environment
services = here
${world.aws.servicesSection}`)
    world.variables = { AWS_ACCESS_KEY_ID: 'AKIABASE', AWS_SECRET_ACCESS_KEY: 's' }

    expect(must(await world.ring().sourceFor(profile('env')).current()).accessKeyId).toBe(
      'ASIAMIDDLE1',
    )
  })
})

describe('a role that asks for a code', () => {
  const codes = new Set<string>()

  beforeEach(() => {
    codes.clear()
    codes.add('123456').add('654321')
    world.home.config(`
[profile work]
role_arn = ${UPLOADS}
source_profile = base
mfa_serial = ${SERIAL}
services = here
[profile more]
role_arn = ${MIDDLE}
source_profile = work
services = here
${world.aws.servicesSection}`)
    world.home.credentials(BASE)
    const mfa = { serial: SERIAL, codes }
    world.aws.sts.roles.set(UPLOADS, { trusts: 'AKIABASE', mfa, keys: numbered('UPLOADS') })
    world.aws.sts.roles.set(MIDDLE, { trusts: 'ASIAUPLOADS1', keys: numbered('MIDDLE') })
  })

  it('sends no request without one', async () => {
    const ring = world.ring()

    expect(await ring.sourceFor(profile('work')).current()).toEqual({
      ok: false,
      failure: { kind: 'sign-in-needed', by: 'code' },
    })
    expect(await ring.obtain(profile('more'), null)).toEqual({ got: 'code-needed', serial: SERIAL })
    expect(world.aws.sts.taken).toEqual([])
  })

  it('is assumed with the right code, for every role behind it', async () => {
    const ring = world.ring()

    await ring.obtain(profile('work'), code('123456'))
    const behind = must(await ring.sourceFor(profile('more')).current())

    expect(behind.accessKeyId).toBe('ASIAMIDDLE1')
    expect(world.aws.sts.taken).toEqual([UPLOADS, MIDDLE])
  })

  it('refuses a wrong code, and one that was used before', async () => {
    const wrong = await world.ring().obtain(profile('work'), code('000000'))
    await world.ring().obtain(profile('work'), code('123456'))
    const used = await world.ring().obtain(profile('work'), code('123456'))

    const refused = { got: 'failure', failure: { kind: 'sign-in-needed', by: 'code' } }
    expect([wrong, used]).toEqual([refused, refused])
  })

  it('is valid until it expires, and then asks again', async () => {
    const ring = world.ring()
    await ring.obtain(profile('work'), code('123456'))

    world.aheadMs = 58 * 60_000
    const nearly = await ring.sourceFor(profile('work')).current()
    world.aheadMs = 61 * 60_000
    const over = await ring.sourceFor(profile('work')).current()

    expect(must(nearly).accessKeyId).toBe('ASIAUPLOADS1')
    expect(over).toEqual({ ok: false, failure: { kind: 'sign-in-needed', by: 'code' } })
  })
})
