import { describe, expect, it } from 'vitest'
import { LOOPBACK_ROUTES } from '../../electron/contract/transport.ts'
import { createSessions } from '../../electron/loopback/sessions.ts'
import {
  ask,
  browserKey,
  commandPath,
  exchange,
  pageHeaders,
  post,
  type RunningHost,
  signIn,
  startHost,
} from './loopback-harness.ts'

const MINUTE_MS = 60 * 1000
const KEY = browserKey().publicKey

async function describeHost({ server }: RunningHost, session: Parameters<typeof pageHeaders>[1]) {
  const answer = await ask(server.origin, {
    method: 'POST',
    path: commandPath('describeHost'),
    headers: pageHeaders(server.origin, session),
    body: '{}',
  })
  return answer.status
}

describe('the printed address', () => {
  it('opens a session with a cookie that no script can read and a secret that is in no cookie', async () => {
    const host = await startHost()

    const answer = await exchange(host.server.origin, host.token)

    expect(answer.status).toBe(200)
    expect(answer.headers['set-cookie']).toEqual([
      expect.stringMatching(
        new RegExp(
          `^ferry-session-${host.server.port}=[\\w-]{43}; HttpOnly; SameSite=Strict; Path=/; Max-Age=2592000$`,
        ),
      ),
    ])
    const { secret } = JSON.parse(answer.body)
    expect(secret).toMatch(/^[\w-]{43}$/)
    expect(answer.headers['set-cookie']?.[0]).not.toContain(secret)
  })

  it('works once', async () => {
    const host = await startHost()
    await exchange(host.server.origin, host.token)

    const second = await exchange(host.server.origin, host.token)

    expect(second.status).toBe(401)
    expect(second.headers['set-cookie']).toBeUndefined()
    expect(JSON.parse(second.body)).toEqual({
      refused: 'This address was used before, or a newer one was created.',
    })
  })

  it('works for five minutes', () => {
    let nowMs = 1_000
    const sessions = createSessions(() => nowMs)
    const used = sessions.newToken()
    nowMs += 5 * MINUTE_MS - 1
    const atLast = sessions.exchange(used, KEY)

    const unused = sessions.newToken()
    nowMs += 5 * MINUTE_MS
    const late = sessions.exchange(unused, KEY)

    expect([atLast.kind, late.kind]).toEqual(['opened', 'expired'])
  })

  it('is invalid once a newer one was created', () => {
    const sessions = createSessions(Date.now)
    const older = sessions.newToken()
    const newer = sessions.newToken()

    const outcomes = [older, newer].map((token) => sessions.exchange(token, KEY).kind)

    expect(outcomes).toEqual(['wrong', 'opened'])
  })

  it.each(['', 'wrong', 'a'.repeat(43)])(
    'refuses the token "%s" and keeps the right one valid',
    async (token) => {
      const host = await startHost()

      const wrong = await exchange(host.server.origin, token)
      const right = await exchange(host.server.origin, host.token)

      expect([wrong.status, right.status]).toEqual([401, 200])
    },
  )

  it.each([
    'null',
    '{}',
    '{"token":1}',
    '{"token":"a"}',
    '{"token":"a","publicKey":"b","more":1}',
    '[',
    'x',
  ])('refuses the malformed exchange %s', async (body) => {
    const { server } = await startHost()

    const answer = await ask(server.origin, {
      method: 'POST',
      path: LOOPBACK_ROUTES.exchange,
      headers: pageHeaders(server.origin),
      body,
    })

    expect(answer.status).toBe(400)
  })
})

describe('a reloaded page', () => {
  async function opened() {
    const host = await startHost()
    const { origin } = host.server
    const key = browserKey()
    const answer = await exchange(origin, host.token, key)
    const [cookie = ''] = (answer.headers['set-cookie']?.[0] ?? '').split(';')
    const challenge = async () => {
      const asked = await post(origin, LOOPBACK_ROUTES.challenge, {}, { cookie })
      return JSON.parse(asked.body).challenge as string
    }
    const renew = (text: string, signature: string, token = '') =>
      post(origin, LOOPBACK_ROUTES.renew, { challenge: text, signature, token }, { cookie })
    return { host, origin, key, cookie, challenge, renew }
  }

  it('gets a new secret with the key in its browser', async () => {
    const { host, key, cookie, challenge, renew } = await opened()
    const text = await challenge()

    const answer = await renew(text, key.sign(text))

    const { secret } = JSON.parse(answer.body)
    expect(await describeHost(host, { cookie, secret })).toBe(200)
  })

  it('gets none with another key, an old challenge, or a made-up one', async () => {
    const { key, challenge, renew } = await opened()
    const text = await challenge()

    const otherKey = await renew(text, browserKey().sign(text))
    const secondTry = await renew(text, key.sign(text))
    const ownText = await renew('my own', key.sign('my own'))

    expect([otherKey, secondTry, ownText].map(({ status }) => status)).toEqual([401, 401, 401])
  })

  it('gets no challenge without the cookie', async () => {
    const { origin } = await opened()

    const answer = await post(origin, LOOPBACK_ROUTES.challenge, {}, { cookie: 'other=1' })

    expect(answer.status).toBe(401)
  })

  it('has half a minute', () => {
    let nowMs = 1_000
    const sessions = createSessions(() => nowMs)
    const key = browserKey()
    const exchanged = sessions.exchange(sessions.newToken(), key.publicKey)
    const cookies = exchanged.kind === 'opened' ? [exchanged.secrets.cookie] : []
    const challenge = sessions.challenge(cookies) ?? ''
    nowMs += 30_000

    const secret = sessions.renew(cookies, { challenge, signature: key.sign(challenge), token: '' })

    expect(secret).toBe(null)
  })

  it('invalidates the token of the address that it was opened with', async () => {
    const { host, origin, key, challenge, renew } = await opened()
    const token = host.sessions.newToken()
    const text = await challenge()

    await renew(text, key.sign(text), token)

    expect((await exchange(origin, token)).status).toBe(401)
  })
})

describe('a session', () => {
  it('ends with the host', async () => {
    const before = await startHost()
    const session = await signIn(before)
    await before.server.close()

    const after = await startHost({ port: before.server.port })

    expect(await describeHost(after, session)).toBe(401)
    expect(after.server.origin).not.toBe(before.server.origin)
  })

  it('ends when all are closed, and another can be opened', async () => {
    const host = await startHost()
    const session = await signIn(host)

    host.server.closeSessions()
    const closed = await describeHost(host, session)
    const fresh = await signIn({ ...host, token: host.sessions.newToken() })

    expect([closed, await describeHost(host, fresh)]).toEqual([401, 200])
  })

  it('is dropped for the seventeenth', () => {
    const sessions = createSessions(Date.now)
    const opened = Array.from({ length: 17 }, () => sessions.exchange(sessions.newToken(), KEY))

    const isOpen = opened.map(
      (each) =>
        each.kind === 'opened' && sessions.isOpen([each.secrets.cookie], each.secrets.header),
    )

    expect(isOpen).toEqual([false, ...Array.from({ length: 16 }, () => true)])
  })
})

describe('the fallback address', () => {
  it('serves the same page and opens a session of its own origin', async () => {
    const host = await startHost()
    const { origin, fallbackOrigin } = host.server

    const page = await ask(fallbackOrigin, { path: '/' })
    const opened = await exchange(fallbackOrigin, host.token)
    const [cookie = ''] = (opened.headers['set-cookie']?.[0] ?? '').split(';')
    const session = { cookie, secret: JSON.parse(opened.body).secret }
    const describe = (at: string) =>
      ask(at, {
        method: 'POST',
        path: commandPath('describeHost'),
        headers: pageHeaders(at, session),
        body: '{}',
      })

    expect([page.status, opened.status]).toEqual([200, 200])
    expect((await describe(fallbackOrigin)).status).toBe(200)
    expect((await describe(origin)).status).toBe(401)
  })

  it('has another port in each run', async () => {
    const hosts = [await startHost(), await startHost()]

    const ports = hosts.map(({ server }) => new URL(server.fallbackOrigin).port)

    expect(new Set(ports).size).toBe(2)
    expect(hosts.every(({ server }) => server.fallbackOrigin.startsWith('http://127.0.0.1:'))).toBe(
      true,
    )
  })
})
