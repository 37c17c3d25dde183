import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { KeyWorld, must, profile } from './key-world.ts'

let world: KeyWorld

beforeEach(async () => {
  world = await KeyWorld.start()
})

afterEach(() => world.close())

const unavailable = (source: string, reason: string) => ({
  kind: 'keys-unavailable',
  source,
  reason,
})

const failureOf = async (name: string) => {
  const outcome = await world.ring().of(profile(name)).current()
  return outcome.ok ? null : outcome.failure
}

describe('a process', () => {
  const withProcess = (script: string) =>
    world.home.config(
      `[profile tool]\ncredential_process = ${world.home.program('tool.cjs', script)}\n`,
    )

  const counting = (expiration: string) => `
const { existsSync, readFileSync, writeFileSync } = require('node:fs')
const file = __filename + '.count'
const count = existsSync(file) ? Number(readFileSync(file, 'utf8')) + 1 : 1
writeFileSync(file, String(count))
console.log(JSON.stringify({
  Version: 1, AccessKeyId: 'ASIATOOL' + count, SecretAccessKey: 's', SessionToken: 't',
  Expiration: ${expiration},
}))`

  it('is asked once while its keys serve, and again when they end', async () => {
    withProcess(counting('new Date(Date.now() + 3600_000).toISOString()'))
    const { current } = world.ring().of(profile('tool'))

    const first = must(await current())
    const second = must(await current())
    world.aheadMs = 57 * 60_000
    const later = must(await current())

    expect([first.accessKeyId, second.accessKeyId, later.accessKeyId]).toEqual([
      'ASIATOOL1',
      'ASIATOOL1',
      'ASIATOOL2',
    ])
  })

  it('is asked again when the store says that its keys have ended', async () => {
    withProcess(counting('undefined'))
    const source = world.ring().of(profile('tool'))
    const first = must(await source.current())

    const [one, other] = await Promise.all([source.replaced(first), source.replaced(first)])

    const late = await source.replaced(first)

    expect([one, other, late].map((each) => must(each).accessKeyId)).toEqual([
      'ASIATOOL2',
      'ASIATOOL2',
      'ASIATOOL2',
    ])
    expect(must(await source.current()).accessKeyId).toBe('ASIATOOL2')
  })

  it.each([
    ['fails', 'console.error("wrong: hunter2"); process.exit(3)'],
    ['prints something else', 'console.log("hunter2")'],
    ['prints nothing', ''],
    ['has keys that are over', counting('"2020-01-01T00:00:00Z"')],
    ['leaves the secret out', 'console.log(JSON.stringify({Version: 1, AccessKeyId: "hunter2"}))'],
  ])('that %s is said without what it printed', async (_what, script) => {
    withProcess(script)

    const failure = await failureOf('tool')

    expect(failure).toEqual(unavailable('tool', 'process-failed'))
    expect(JSON.stringify(failure)).not.toContain('hunter2')
  })

  it('that is not there has failed', async () => {
    world.home.config('[profile tool]\ncredential_process = /nowhere/at/all\n')

    expect(await failureOf('tool')).toEqual(unavailable('tool', 'process-failed'))
  })
})

describe('the environment', () => {
  const source = { kind: 'environment' } as const
  const current = () => world.ring().of(source).current()

  it('has keys, a token and their end', async () => {
    world.variables = {
      AWS_ACCESS_KEY_ID: 'ASIA',
      AWS_SECRET_ACCESS_KEY: 's',
      AWS_SESSION_TOKEN: 't',
      AWS_CREDENTIAL_EXPIRATION: '2126-01-02T03:04:05Z',
    }

    const ring = world.ring()
    const keys = must(await ring.of(source).current())

    const expiresAtMs = Date.UTC(2126, 0, 2, 3, 4, 5)
    const told = { accessKeyId: 'ASIA', secretAccessKey: 's', sessionToken: 't', expiresAtMs }
    expect(keys).toEqual(told)
    expect(ring.expiresAtMs(source)).toBe(expiresAtMs)
  })

  it.each([
    [{}, unavailable('AWS_ACCESS_KEY_ID', 'environment-empty')],
    [{ AWS_ACCESS_KEY_ID: 'A' }, unavailable('AWS_SECRET_ACCESS_KEY', 'environment-empty')],
    [
      {
        AWS_ACCESS_KEY_ID: 'A',
        AWS_SECRET_ACCESS_KEY: 's',
        AWS_CREDENTIAL_EXPIRATION: '2020-01-01T00:00:00Z',
      },
      { kind: 'credentials-expired' },
    ],
  ])('with %j has none', async (variables, failure) => {
    world.variables = variables

    expect(await current()).toEqual({ ok: false, failure })
  })
})
