import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { afterEach, expect } from 'vitest'
import type { Outcome } from '../../electron/contract/outcome.ts'
import { clientConfig } from '../../electron/core/credentials/aws-clients.ts'
import { readAwsFiles } from '../../electron/core/credentials/aws-profiles.ts'
import { CredentialCache } from '../../electron/core/credentials/credential-cache.ts'
import { requestDeviceCode } from '../../electron/core/credentials/device-flow.ts'
import { listAccounts, roleKeys } from '../../electron/core/credentials/sso-portal.ts'
import { SsoTokens } from '../../electron/core/credentials/sso-tokens.ts'
import type { Environment } from '../../electron/core/ports.ts'
import { profile } from '../core/credentials/credential-world.ts'
import { AwsHome } from '../fakes/aws-stand-in/aws-home.ts'
import { endless } from '../fakes/endless-answer.ts'
import { type Answer, plain, StubStore } from '../fakes/stub-store.ts'
import { attack } from './attack.ts'

const MIB = 1024 * 1024
const IN_FLIGHT = 8 * MIB
const JSON_TYPE = { 'content-type': 'application/json' }
const NOW_MS = Date.UTC(2026, 10, 30)

const cleanUps: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp()
})

/** A hostile IAM Identity Center and STS. */
async function providerThat(answer: Answer) {
  const stub = await StubStore.start(answer)
  const home = new AwsHome()
  cleanUps.push(() => stub.close(), home.remove)
  const environment: Environment = { ...home.environment, AWS_ENDPOINT_URL: stub.endpoint }
  return { stub, home, ports: { now: () => NOW_MS, environment } }
}

const SESSION = {
  ...{ cacheKey: 'any', startUrl: 'https://people.example/start', region: 'eu-west-1' },
  profile: null,
}
const TOKEN = { accessToken: 'token', expiresAtMs: NOW_MS + 3_600_000 }
const CLIENT = { clientId: 'c', clientSecret: 's', clientSecretExpiresAt: 1e9 }
const DEVICE = {
  ...{ deviceCode: 'd', userCode: 'ABCD-EFGH', expiresIn: 600, interval: 5 },
  ...{ verificationUri: 'https://device.example/', verificationUriComplete: '' },
}

function jsonAnswer(body: unknown): Answer {
  return plain(200, JSON.stringify(body), JSON_TYPE)
}

/** Registers every client, and answers this about the device. */
function deviceAnswer(changes: object, client: object = {}): Answer {
  return (request: IncomingMessage, response) => {
    const isRegistration = request.url === '/client/register'
    const body = isRegistration ? { ...CLIENT, ...client } : { ...DEVICE, ...changes }
    jsonAnswer(body)(request, response)
  }
}

const askDevice = async (changes: object, client: object = {}) => {
  const { ports } = await providerThat(deviceAnswer(changes, client))
  return requestDeviceCode(ports, SESSION)
}

function refusal(outcome: Outcome<unknown>): string {
  return outcome.ok ? 'taken' : outcome.failure.kind
}

attack('hostile identity provider', 'a confirmation page must be https', async (log) => {
  const pages = [
    ...['http://evil.example/', 'javascript:alert(1)', 'data:text/html,x', 'file:///etc/passwd'],
    ...['ferry://x', 'ms-settings:', '//evil.example', 'evil.example', 'https://', ''],
    ...['https://device.sso.aws@evil.example/', 'https://a:b@evil.example/'],
    ...[`https://evil.example/${'a'.repeat(3000)}`, 'http://127.0.0.1.evil.example/'],
    ...['http://localhost.evil.example/', ' \u202ehttp://evil.example'],
  ]
  for (const page of pages) {
    const outcome = await askDevice({ verificationUri: page, verificationUriComplete: page })

    log.tried(page.slice(0, 60), refusal(outcome) === 'keys-unavailable')
  }

  const here = await askDevice({ verificationUri: 'http://127.0.0.1:1/confirm' })
  expect(here).toMatchObject({ ok: true, value: { url: 'http://127.0.0.1:1/confirm' } })
})

attack('hostile identity provider', 'a code to compare must be short and plain', async (log) => {
  const codes = [
    ...['', 'A', '-', 'A'.repeat(21), 'A'.repeat(100_000), 'ABCD EFGH', 'ABCD\nEFGH', '<b>AB</b>'],
    ...['ABCD\u202eHGFE', 'ABCD\u200bEFGH', 'АВСD', 'ＡＢＣＤ', 'Call +1 800', '-ABCD'],
  ]
  for (const userCode of codes) {
    const outcome = await askDevice({ userCode })

    log.tried(JSON.stringify(userCode.slice(0, 30)), refusal(outcome) === 'keys-unavailable')
  }
})

attack('hostile identity provider', 'times are limited, whatever it answers', async (log) => {
  for (const seconds of [-5, 0, 1e12, 1e300, Number.MAX_SAFE_INTEGER]) {
    const device = await askDevice({ expiresIn: seconds, interval: seconds })
    const registered = await askDevice({}, { clientSecretExpiresAt: seconds })

    const isBounded =
      !device.ok ||
      (device.value.expiresAtMs >= NOW_MS &&
        device.value.expiresAtMs <= NOW_MS + 30 * 60_000 &&
        device.value.intervalMs >= 1000 &&
        device.value.intervalMs <= 60_000)
    log.tried(`${seconds} s for the device`, isBounded)
    log.tried(`${seconds} s for the client`, registered.ok)
  }
})

attack('hostile identity provider', 'endless answers are aborted', async (log) => {
  for (const [name, ask] of Object.entries({
    sign: (ports: Parameters<typeof requestDeviceCode>[0]) => requestDeviceCode(ports, SESSION),
    accounts: (ports: Parameters<typeof requestDeviceCode>[0]) =>
      listAccounts(ports, SESSION, TOKEN),
    keys: (ports: Parameters<typeof requestDeviceCode>[0]) =>
      roleKeys(ports, SESSION, TOKEN, { accountId: '1', roleName: 'r' }),
  })) {
    for (const status of [200, 400]) {
      const spent = { bytes: 0 }
      const { ports } = await providerThat(endless(status, '{"a":"', 'A', spent))

      const outcome = await ask(ports)

      // The SDK sends the request twice.
      log.tried(`${name} ${status} is held whole`, spent.bytes < 2 * (16 * MIB + IN_FLIGHT))
      expect(outcome.ok).toBe(false)
    }
  }
})

attack(
  'hostile identity provider',
  'endless lists are abandoned after a number of pages',
  async (log) => {
    let page = 0
    const { stub, ports } = await providerThat((request, response) => {
      page += 1
      jsonAnswer({ accountList: [], roleList: [], nextToken: String(page) })(request, response)
    })

    const outcome = await listAccounts(ports, SESSION, TOKEN)

    log.tried(`${stub.requests.length} requests`, stub.requests.length <= 60)
    expect(outcome).toEqual({ ok: true, value: [] })
  },
)

attack('hostile identity provider', 'accounts and roles have plain names', async (log) => {
  const odd = 'a\u202eb\u200b\u0000\nc\u3164'
  const { ports } = await providerThat(
    jsonAnswer({
      accountList: [
        { accountId: '111', accountName: `${odd}${'x'.repeat(5000)}` },
        { accountId: '<b>', accountName: 'markup' },
      ],
      roleList: [{ roleName: 'Good+Role' }, { roleName: odd }, { roleName: 'r'.repeat(5000) }],
    }),
  )

  const outcome = await listAccounts(ports, SESSION, TOKEN)

  const seen = JSON.stringify(outcome)
  log.tried('invisible characters', !/[\u202e\u200b\u3164]|\\u0000|\\n/.test(seen))
  log.tried('long names', seen.length < 500)
  expect(outcome).toMatchObject({
    ok: true,
    value: [{ accountId: '111', roleNames: ['Good+Role'] }],
  })
})

const TORN = ['a\nb', 'a\r\nX-Evil: 1', 'ключ', 'a\u0000', 'a b', '\u202e']

attack(
  'hostile identity provider',
  'keys that no request can contain are reported as such',
  async (log) => {
    for (const torn of TORN) {
      for (const field of ['accessKeyId', 'sessionToken']) {
        const keys = { accessKeyId: 'A', secretAccessKey: 's', sessionToken: 't', [field]: torn }
        const { ports, home } = await providerThat(
          jsonAnswer({ roleCredentials: { ...keys, expiration: 1e300 } }),
        )
        const given = await roleKeys(ports, SESSION, TOKEN, { accountId: '1', roleName: 'r' })
        home.credentials(
          `[torn]\naws_access_key_id = ${keys.accessKeyId.replace(/\s/g, '\u00a0')}\naws_secret_access_key = s\naws_session_token = ${keys.sessionToken.replace(/\s/g, '\u00a0')}\n`,
        )
        home.config('[profile taken]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = torn\n')
        const ring = new CredentialCache(ports, () => undefined)
        const source = await ring.sourceFor(profile('torn')).current()
        const role = await ring.sourceFor(profile('taken')).current()
        const named = `${field} ${JSON.stringify(torn)}`

        log.tried(`${named} from a file`, refusal(source) === 'keys-unavailable')
        log.tried(`${named} takes a role`, refusal(role) === 'keys-unavailable')
        expect(given).toMatchObject({ ok: true, value: { expiresAtMs: null } })
      }
    }
  },
)

attack('hostile identity provider', 'its tokens cannot split a header', async (log) => {
  for (const accessToken of TORN) {
    const { ports, home } = await providerThat(
      jsonAnswer({ accessToken, expiresIn: 1e300, refreshToken: 'r' }),
    )
    const name = `${createHash('sha1').update(SESSION.cacheKey).digest('hex')}.json`
    const client = { clientId: 'c', clientSecret: 's', refreshToken: 'r' }
    const tokens = new SsoTokens(ports)

    home.putToken(name, { accessToken, expiresAt: '2027-01-01T00:00:00Z' })
    const read = await tokens.current(SESSION)
    home.putToken(name, { accessToken: 'old', expiresAt: '2020-01-01T00:00:00Z', ...client })
    const renewed = await tokens.current(SESSION)

    log.tried(`${JSON.stringify(accessToken)} read`, refusal(read) === 'sign-in-needed')
    log.tried(`${JSON.stringify(accessToken)} renewed`, refusal(renewed) === 'sign-in-needed')
  }
})

attack('hostile identity provider', 'a region or address in a file is validated', async (log) => {
  const { ports } = await providerThat(jsonAnswer({}))
  const files = await readAwsFiles(ports.environment)
  for (const region of ['a.evil.example/', 'a\nb', '', '../x', 'a@b', 'ä', 'x'.repeat(100)]) {
    let thrown: unknown = null
    try {
      clientConfig({ ...ports, environment: {} }, files, 'sts', region, null)
    } catch (error) {
      thrown = error
    }
    log.tried(`region ${JSON.stringify(region.slice(0, 20))}`, thrown instanceof Error)
  }
  for (const endpoint of ['file:///etc/passwd', 'no address', 'javascript:1', '\n']) {
    const outcome = await requestDeviceCode(
      { ...ports, environment: { ...ports.environment, AWS_ENDPOINT_URL: endpoint } },
      SESSION,
    )
    log.tried(`address ${JSON.stringify(endpoint)}`, refusal(outcome) === 'keys-unavailable')
  }
})
