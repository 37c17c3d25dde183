import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { contentSecurityPolicy } from '../../../electron/core/host/page-policy.ts'
import { answerApp, pageFile, serveApp } from '../../../electron/desktop/protocols/app-protocol.ts'
import { FakeSession, standIn } from '../../fakes/electron.ts'

let root: string
let folder: string

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'ferry-app-'))
  folder = join(root, 'renderer')
  mkdirSync(join(folder, 'assets'), { recursive: true })
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>Ferry</title>')
  writeFileSync(join(folder, 'assets', 'index-B1x_2.js'), 'export {}')
  writeFileSync(join(folder, 'assets', 'put-worker-B1x_2.js'), 'export {}')
  writeFileSync(join(folder, '.env.html'), 'hidden')
  writeFileSync(join(root, 'secret.html'), 'outside')
})

afterAll(() => rmSync(root, { recursive: true }))

const STORE = 'https://s3.example.org'
const get = (url: string, method = 'GET') =>
  answerApp(new Request(url, { method }), folder, [STORE])

function connectsOf(headers: Headers): string | undefined {
  const directives = headers.get('content-security-policy')?.split('; ')
  return directives?.find((each) => each.startsWith('connect-src '))?.slice('connect-src '.length)
}

describe('app://ferry', () => {
  it('serves the page at its root with a policy that allows only itself', async () => {
    const session = new FakeSession()
    serveApp(standIn(session), folder, () => [STORE])

    const response = await session.fetch(new Request('app://ferry/'))

    expect(response.status).toBe(200)
    expect(await response.text()).toContain('<title>Ferry</title>')
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    expect(response.headers.get('referrer-policy')).toBe('no-referrer')
    expect(response.headers.get('cross-origin-opener-policy')).toBe('same-origin')
    expect(response.headers.get('content-security-policy')).toBe(
      contentSecurityPolicy('/', { pageConnects: ['source:'], storeOrigins: [] }),
    )
  })

  it('lets only the worker that sends parts reach the stores that exist when it starts', async () => {
    const session = new FakeSession()
    let origins = [STORE]
    serveApp(standIn(session), folder, () => origins)
    const policies = async () => {
      const paths = ['assets/put-worker-B1x_2.js', 'assets/index-B1x_2.js', '']
      const answers = paths.map((path) => session.fetch(new Request(`app://ferry/${path}`)))
      return (await Promise.all(answers)).map(({ headers }) => connectsOf(headers))
    }

    const before = await policies()
    origins = ['http://nas.local:9000']

    expect(before).toEqual([STORE, "'self' source:", "'self' source:"])
    expect(await policies()).toEqual(['http://nas.local:9000', ...before.slice(1)])
    const worker = await session.fetch(new Request('app://ferry/assets/put-worker-B1x_2.js'))
    expect(worker.headers.get('cache-control')).toBe('no-store')
  })

  it('serves a script with its type and length, and HEAD without a body', async () => {
    const got = await get('app://ferry/assets/index-B1x_2.js?v=1#x')
    const head = await get('app://ferry/assets/index-B1x_2.js', 'HEAD')

    expect(await got.text()).toBe('export {}')
    expect(got.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
    expect(head.headers.get('content-length')).toBe('9')
    expect(await head.text()).toBe('')
  })

  it.each([
    'app://ferry/../secret.html',
    'app://ferry/%2e%2e/secret.html',
    'app://ferry/..%2fsecret.html',
    'app://ferry/%2e%2e%2fsecret.html',
    'app://ferry/assets/..%5c..%5csecret.html',
    'app://ferry/assets/%2e%2e/%2e%2e/secret.html',
    'app://ferry//etc/passwd.html',
    'app://ferry/%2fetc%2fpasswd.html',
    'app://ferry/C:%5csecret.html',
    'app://ferry/index.html%00.html',
    'app://ferry/index.html::$DATA',
    'app://ferry/.env.html',
    'app://ferry/%',
    'app://ferry/assets',
    'app://ferry/assets/',
    'app://ferry/missing.html',
    'app://other/index.html',
    'app://ferry.evil/index.html',
    'file:///etc/passwd',
  ])('has nothing at %s', async (url) => {
    const response = await get(url)

    expect(response.status).toBe(404)
    expect(await response.text()).toBe('')
  })

  it('allows only GET and HEAD', async () => {
    const response = await get('app://ferry/', 'POST')

    expect(response.status).toBe(405)
  })

  it('never leads to a file outside its folder', () => {
    expect(pageFile('app://ferry/a/b.js', folder)).toBe(join(folder, 'a', 'b.js'))
    expect(pageFile('app://ferry/a/../../b.js', folder)).toBe(join(folder, 'b.js'))
    expect(pageFile('app://ferry/a/%2e%2e%2f%2e%2e/b.js', folder)).toBeNull()
  })
})
