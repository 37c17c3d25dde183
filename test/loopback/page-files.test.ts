import { describe, expect, it } from 'vitest'
import { contentSecurityPolicy } from '../../electron/core/host/page-policy.ts'
import { ask, signIn, startHost } from './loopback-harness.ts'

describe('the page', () => {
  it('is served without a session, with a policy that allows nothing foreign', async () => {
    const { server } = await startHost()

    const answer = await ask(server.origin, { path: '/' })

    expect(answer.body).toContain('<title>Ferry</title>')
    expect(answer.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    })
    const reach = { pageConnects: [], storeOrigins: [] }
    expect(answer.headers['content-security-policy']).toBe(contentSecurityPolicy('/', reach))
  })

  it("is never taken from the browser's cache, and leaves nothing in it", async () => {
    const { server } = await startHost()

    const page = await ask(server.origin, { path: '/' })
    const script = await ask(server.origin, { path: '/assets/index-abc123.js' })

    expect(page.headers['clear-site-data']).toBe('"cache"')
    expect(script.headers).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'no-store',
    })
  })

  it('serves the worker that sends parts with the current stores every time', async () => {
    let storeOrigins = ['https://one.example']
    const host = await startHost({ storeOrigins: () => storeOrigins })
    const { cookie } = await signIn(host)
    const worker = () =>
      ask(host.server.origin, { path: '/assets/put-worker-abc123.js', headers: { cookie } })

    const first = await worker()
    storeOrigins = ['https://other.example']
    const second = await worker()

    expect(first.headers['content-security-policy']).toMatch(
      /; connect-src https:\/\/one\.example$/,
    )
    expect(second.headers['content-security-policy']).toMatch(
      /; connect-src https:\/\/other\.example$/,
    )
    expect(first.headers['cache-control']).toBe('no-store')
  })

  it('does not reveal the stores without a session', async () => {
    const { server } = await startHost({ storeOrigins: () => ['https://secret.example'] })

    const answer = await ask(server.origin, { path: '/assets/put-worker-abc123.js' })

    expect([answer.status, answer.body]).toEqual([401, 'No session.'])
    expect(JSON.stringify(answer.headers)).not.toContain('secret.example')
  })

  it('answers HEAD with the length and no body', async () => {
    const { server } = await startHost()

    const answer = await ask(server.origin, { method: 'HEAD', path: '/index.html' })

    expect([answer.status, answer.headers['content-length'], answer.body]).toEqual([200, '36', ''])
  })

  it.each([
    '/../loopback-harness.ts',
    '/..%2floopback-harness.ts',
    '/%2e%2e/loopback-harness.ts',
    '/assets/../../loopback-harness.ts',
    '/assets/..%5c..%5cloopback-harness.ts',
    '//etc/passwd',
    '/etc/passwd',
    '/.git/config',
    '/index.html/',
    '/index.html%00.js',
    '/assets',
    '/nothing.html',
    'http://evil.example/index.html',
  ])('does not serve %s', async (path) => {
    const { server } = await startHost()

    const answer = await ask(server.origin, { path })

    expect([answer.status, answer.body]).toEqual([404, 'Not found.'])
  })

  it.each(['evil.example', 'localhost:PORT', '127.0.0.1:PORT', '[::1]:PORT'])(
    'is not served at %s, which is not unique to a run',
    async (pattern) => {
      const { server } = await startHost()
      const host = pattern.replace('PORT', String(server.port))

      const answer = await ask(server.origin, { path: '/', headers: { host } })

      expect([answer.status, answer.body]).toEqual([
        421,
        'Ferry is not at this address. Open the one that it printed in the terminal.',
      ])
    },
  )

  it('cannot be written to', async () => {
    const { server } = await startHost()

    const answer = await ask(server.origin, { method: 'PUT', path: '/index.html', body: 'x' })

    expect([answer.status, answer.headers.allow]).toEqual([405, 'GET, HEAD'])
  })
})
