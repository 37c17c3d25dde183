import { describe, expect, it } from 'vitest'
import { succeeded } from '../../electron/contract/outcome.ts'
import { LOOPBACK_ROUTES } from '../../electron/contract/transport.ts'
import { ask, commandPath, pageHeaders, signIn, startHost } from './loopback-harness.ts'

const path = commandPath('describeHost')

async function signedIn() {
  let calls = 0
  const host = await startHost({
    handlers: {
      clearUploads: async () => {
        calls += 1
        return succeeded({})
      },
    },
  })
  const cookie = await signIn(host)
  return { host, port: host.server.port, cookie, calls: () => calls }
}

describe('who may ask', () => {
  it('refuses a request that carries no session', async () => {
    const { port } = await signedIn()

    const answer = await ask(port, {
      method: 'POST',
      path,
      headers: pageHeaders(port),
      body: '{}',
    })

    expect(answer.status).toBe(401)
  })

  it('refuses a session that it never opened', async () => {
    const { port, cookie } = await signedIn()
    const forged = `${cookie.slice(0, -4)}AAAA`

    const answer = await ask(port, {
      method: 'POST',
      path,
      headers: pageHeaders(port, forged),
      body: '{}',
    })

    expect(answer.status).toBe(401)
  })

  it.each([
    'evil.example',
    'evil.example:PORT',
    '127.0.0.1',
    '127.0.0.1:1',
    'localhost:PORT',
    '127.0.0.1:PORT.evil.example',
    '[::1]:PORT',
  ])('refuses the Host "%s", session or not', async (pattern) => {
    const { port, cookie } = await signedIn()
    const host = pattern.replace('PORT', String(port))

    const api = await ask(port, {
      method: 'POST',
      path,
      headers: { ...pageHeaders(port, cookie), host },
      body: '{}',
    })

    expect(api.status).toBe(421)
  })

  it.each([
    'http://evil.example',
    'null',
    'http://127.0.0.1:1',
    'http://localhost:PORT',
    'https://127.0.0.1:PORT',
  ])('refuses a command from the origin %s even with the cookie', async (pattern) => {
    const { port, cookie, calls } = await signedIn()
    const origin = pattern.replace('PORT', String(port))

    const answer = await ask(port, {
      method: 'POST',
      path: commandPath('clearUploads'),
      headers: { ...pageHeaders(port, cookie), origin },
      body: JSON.stringify({ uploadIds: ['00000000-0000-4000-8000-000000000000'] }),
    })

    expect(answer.status).toBe(403)
    expect(calls()).toBe(0)
  })

  it('refuses a POST without an origin', async () => {
    const { port, cookie } = await signedIn()
    const { origin: _, ...headers } = pageHeaders(port, cookie)

    const answer = await ask(port, { method: 'POST', path, headers, body: '{}' })

    expect(answer.status).toBe(403)
  })

  it.each(['cross-site', 'same-site', 'none'])(
    'refuses a request that the browser marks as %s',
    async (site) => {
      const { port, cookie } = await signedIn()

      const answer = await ask(port, {
        path: LOOPBACK_ROUTES.notices,
        headers: { cookie, 'sec-fetch-site': site },
      })

      expect(answer.status).toBe(403)
    },
  )

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', ''])(
    'refuses the content type "%s", which a form could send without a preflight',
    async (contentType) => {
      const { port, cookie } = await signedIn()

      const answer = await ask(port, {
        method: 'POST',
        path,
        headers: { ...pageHeaders(port, cookie), 'content-type': contentType },
        body: '{}',
      })

      expect(answer.status).toBe(415)
    },
  )

  it('answers a preflight from elsewhere without letting it in', async () => {
    const { port } = await signedIn()

    const answer = await ask(port, {
      method: 'OPTIONS',
      path,
      headers: { origin: 'http://evil.example', 'access-control-request-method': 'POST' },
    })

    expect(answer.status).toBe(403)
    expect(answer.headers['access-control-allow-origin']).toBeUndefined()
  })

  it('logs a refusal without what the request carried', async () => {
    const { host, port, cookie } = await signedIn()

    await ask(port, {
      method: 'POST',
      path: `${path}?secret=in-the-query`,
      headers: { ...pageHeaders(port, `${cookie}x`) },
      body: '{"token":"in-the-body"}',
    })

    expect(host.logged()).toContain('"status":401')
    expect(host.logged()).not.toMatch(/in-the-query|in-the-body|ferry-session/)
  })
})
