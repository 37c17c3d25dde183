import { describe, expect, it } from 'vitest'
import { succeeded } from '../../electron/contract/outcome.ts'
import { LOOPBACK_ROUTES, SESSION_HEADER } from '../../electron/contract/transport.ts'
import {
  ask,
  commandPath,
  pageHeaders,
  sessionHeaders,
  signIn,
  startHost,
} from './loopback-harness.ts'

const path = commandPath('describeHost')

async function signedIn() {
  let calls = 0
  const host = await startHost({
    handlers: {
      syncUploads: async () => {
        calls += 1
        return succeeded({ refused: [] })
      },
    },
  })
  const session = await signIn(host)
  const { origin, port } = host.server
  return { host, own: origin, port, session, calls: () => calls }
}

describe('access', () => {
  it('refuses a request that carries no session', async () => {
    const { own } = await signedIn()

    const answer = await ask(own, { method: 'POST', path, headers: pageHeaders(own), body: '{}' })

    expect(answer.status).toBe(401)
  })

  it.each(['cookie', SESSION_HEADER] as const)(
    'refuses a session without its %s, or with another one',
    async (name) => {
      const { own, session } = await signedIn()
      const { [name]: value = '', ...others } = pageHeaders(own, session)
      const forged = `${value.slice(0, -4)}AAAA`

      const without = await ask(own, { method: 'POST', path, headers: others, body: '{}' })
      const wrong = await ask(own, {
        method: 'POST',
        path,
        headers: { ...others, [name]: forged },
        body: '{}',
      })

      expect([without.status, wrong.status]).toEqual([401, 401])
    },
  )

  it('refuses the cookie of one session with the secret of another', async () => {
    const host = await startHost()
    const first = await signIn(host)
    const second = await signIn({ ...host, token: host.sessions.newToken() })
    const { origin } = host.server

    const answer = await ask(origin, {
      method: 'POST',
      path,
      headers: pageHeaders(origin, { ...first, secret: second.secret }),
      body: '{}',
    })

    expect(answer.status).toBe(401)
  })

  it('finds its cookie among those that other programs on 127.0.0.1 have set', async () => {
    const { own, session } = await signedIn()
    const [name = ''] = session.cookie.split('=')
    const cookie = `other=1; ${name}=theirs; ${session.cookie}; ${name}=`

    const answer = await ask(own, {
      method: 'POST',
      path,
      headers: pageHeaders(own, { ...session, cookie }),
      body: '{}',
    })

    expect(answer.status).toBe(200)
  })

  it.each([
    'evil.example',
    'evil.example:PORT',
    '127.0.0.1',
    '127.0.0.1:1',
    '127.0.0.1:PORT',
    'localhost:PORT',
    'NAME',
    'NAME:1',
    'x.NAME:PORT',
    `${'0'.repeat(32)}.localhost:PORT`,
    'NAME:PORT.evil.example',
    '[::1]:PORT',
  ])('refuses the Host "%s", session or not', async (pattern) => {
    const { own, port, session } = await signedIn()
    const { hostname } = new URL(own)
    const host = pattern.replace('PORT', String(port)).replace('NAME', hostname)

    const api = await ask(own, {
      method: 'POST',
      path,
      headers: { ...pageHeaders(own, session), host },
      body: '{}',
    })

    expect(api.status).toBe(421)
  })

  it.each([
    'http://evil.example',
    'null',
    'http://127.0.0.1:1',
    'http://127.0.0.1:PORT',
    'http://localhost:PORT',
    'https://NAME:PORT',
    'http://NAME:1',
    'http://other.localhost:PORT',
  ])('refuses a command from the origin %s even with the session', async (pattern) => {
    const { own, port, session, calls } = await signedIn()
    const { hostname } = new URL(own)
    const origin = pattern.replace('PORT', String(port)).replace('NAME', hostname)

    const answer = await ask(own, {
      method: 'POST',
      path: commandPath('syncUploads'),
      headers: { ...pageHeaders(own, session), origin },
      body: JSON.stringify({
        receipts: [],
        marks: [],
        cleared: ['00000000-0000-4000-8000-000000000000'],
      }),
    })

    expect(answer.status).toBe(403)
    expect(calls()).toBe(0)
  })

  it('refuses a POST without an origin', async () => {
    const { own, session } = await signedIn()
    const { origin: _, ...headers } = pageHeaders(own, session)

    const answer = await ask(own, { method: 'POST', path, headers, body: '{}' })

    expect(answer.status).toBe(403)
  })

  it.each(['cross-site', 'same-site', 'none'])(
    'refuses a request that the browser marks as %s',
    async (site) => {
      const { own, session } = await signedIn()

      const answer = await ask(own, {
        path: LOOPBACK_ROUTES.notices,
        headers: { ...sessionHeaders(session), 'sec-fetch-site': site },
      })

      expect(answer.status).toBe(403)
    },
  )

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', ''])(
    'refuses the content type "%s", which a form could send without a preflight',
    async (contentType) => {
      const { own, session } = await signedIn()

      const answer = await ask(own, {
        method: 'POST',
        path,
        headers: { ...pageHeaders(own, session), 'content-type': contentType },
        body: '{}',
      })

      expect(answer.status).toBe(415)
    },
  )

  it('answers a preflight from another origin without allowing it', async () => {
    const { own } = await signedIn()

    const answer = await ask(own, {
      method: 'OPTIONS',
      path,
      headers: { origin: 'http://evil.example', 'access-control-request-method': 'POST' },
    })

    expect(answer.status).toBe(403)
    expect(answer.headers['access-control-allow-origin']).toBeUndefined()
  })
})

describe('the log of refusals', () => {
  it('counts them without their content', async () => {
    const { host, own, session } = await signedIn()
    const refused = { ...session, secret: 'wrong' }
    for (let times = 0; times < 20; times += 1) {
      await ask(own, {
        method: 'POST',
        path: `${path}?secret=in-the-query`,
        headers: pageHeaders(own, refused),
        body: '{"token":"in-the-body"}',
      })
    }

    await host.server.close()

    expect(host.logged()).toBe('{"refused":{"401":20},"text":"Refused requests"}')
  })
})
