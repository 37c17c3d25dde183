import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { awsPaths } from '../../../electron/core/credentials/aws-profiles.ts'
import {
  CredentialCache,
  listProfiles,
} from '../../../electron/core/credentials/credential-cache.ts'
import { KeyWorld, must, profile } from './credential-world.ts'

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
  const outcome = await world.ring().sourceFor(profile(name)).current()
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

  it('is started once while its keys are valid, and again when they expire', async () => {
    withProcess(counting('new Date(Date.now() + 3600_000).toISOString()'))
    const { current } = world.ring().sourceFor(profile('tool'))

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

  it('is started again when the store says that its keys have expired', async () => {
    withProcess(counting('undefined'))
    const source = world.ring().sourceFor(profile('tool'))
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
    ['prints expired keys', counting('"2020-01-01T00:00:00Z"')],
    ['leaves the secret out', 'console.log(JSON.stringify({Version: 1, AccessKeyId: "hunter2"}))'],
  ])('reports that it %s, without its output', async (_what, script) => {
    withProcess(script)

    const failure = await failureOf('tool')

    expect(failure).toEqual(unavailable('tool', 'process-failed'))
    expect(JSON.stringify(failure)).not.toContain('hunter2')
  })

  it('has failed if it does not exist', async () => {
    world.home.config('[profile tool]\ncredential_process = /nowhere/at/all\n')

    expect(await failureOf('tool')).toEqual(unavailable('tool', 'process-failed'))
  })
})

describe.runIf(process.platform !== 'win32')('a process without a path', () => {
  it('is named if it is in no folder of PATH, together with the folders', async () => {
    world.variables = { PATH: '/usr/bin:/opt/a folder' }
    world.home.config('[profile tool]\ncredential_process = ferry-test-vault export work\n')

    expect(await failureOf('tool')).toEqual({
      ...unavailable('tool', 'program-missing'),
      program: 'ferry-test-vault',
      folders: ['/usr/bin', '/opt/a folder'],
    })
  })

  it('has failed if it exists and fails', async () => {
    world.variables = { PATH: '/usr/bin:/bin' }
    world.home.config('[profile tool]\ncredential_process = false\n')

    expect(await failureOf('tool')).toEqual(unavailable('tool', 'process-failed'))
  })
})

describe('the login shell', () => {
  it('is asked before the environment is read', async () => {
    const ring = new CredentialCache(
      shellPorts({ AWS_ACCESS_KEY_ID: 'A', AWS_SECRET_ACCESS_KEY: 's' }),
      noop,
    )

    expect(must(await ring.sourceFor({ kind: 'environment' }).current()).accessKeyId).toBe('A')
  })

  it('is asked before profiles are looked up', async () => {
    const config = join(world.home.folder, 'elsewhere')
    writeFileSync(config, '[profile moved]\naws_access_key_id = A\naws_secret_access_key = s\n')
    const ports = shellPorts({ AWS_CONFIG_FILE: config })

    const { profiles } = await listProfiles(ports)

    expect(profiles.map(({ name }) => name)).toEqual(['moved'])
    expect(
      must(await new CredentialCache(ports, noop).sourceFor(profile('moved')).current())
        .accessKeyId,
    ).toBe('A')
  })

  it.each(['read', 'silent'] as const)('is named if nothing has keys: %s', async (shell) => {
    world.readShell = async () => shell
    const keys = await world.ring().sourceFor({ kind: 'environment' }).current()

    const failure = { ...unavailable('AWS_ACCESS_KEY_ID', 'environment-empty'), shell }
    expect(keys).toEqual({ ok: false, failure })
  })

  const noop = () => undefined

  function shellPorts(added: Readonly<Record<string, string>>) {
    const environment: Record<string, string | undefined> = { ...world.home.environment }
    const readShell = async () => {
      Object.assign(environment, added)
      return 'read' as const
    }
    return { now: Date.now, environment, readShell }
  }
})

describe('the path of a file in a variable', () => {
  it.each(['~/odd/config', '~\\odd/config'])('may begin with the home folder: %s', (named) => {
    const { configFilepath, filepath } = awsPaths({
      ...{ HOME: '/home/ada', AWS_CONFIG_FILE: named, AWS_SHARED_CREDENTIALS_FILE: named },
    })

    expect([configFilepath, filepath]).toEqual([1, 2].map(() => join('/home/ada', 'odd', 'config')))
  })

  it.each(['/etc/aws', '~ada/config', 'C:\\aws\\config'])(
    'otherwise stays unchanged: %s',
    (named) => {
      expect(awsPaths({ HOME: '/home/ada', AWS_CONFIG_FILE: named }).configFilepath).toBe(named)
    },
  )
})

describe('the environment', () => {
  const source = { kind: 'environment' } as const
  const current = () => world.ring().sourceFor(source).current()

  it('has keys, a token and their expiry', async () => {
    world.variables = {
      AWS_ACCESS_KEY_ID: 'ASIA',
      AWS_SECRET_ACCESS_KEY: 's',
      AWS_SESSION_TOKEN: 't',
      AWS_CREDENTIAL_EXPIRATION: '2126-01-02T03:04:05Z',
    }

    const ring = world.ring()
    const keys = must(await ring.sourceFor(source).current())

    const expiresAtMs = Date.UTC(2126, 0, 2, 3, 4, 5)
    const expected = { accessKeyId: 'ASIA', secretAccessKey: 's', sessionToken: 't', expiresAtMs }
    expect(keys).toEqual(expected)
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
  ])('has no keys with %j', async (variables, failure) => {
    world.variables = variables

    expect(await current()).toEqual({ ok: false, failure })
  })
})
