import { expect, it } from 'vitest'
import {
  COMMON_HEADERS,
  contentSecurityPolicy,
  isPutWorker,
} from '../../../electron/core/host/page-policy.ts'

const policyOf = (path: string, storeOrigins: readonly string[] = [], pageConnects = ['source:']) =>
  contentSecurityPolicy(path, { pageConnects, storeOrigins }).split('; ')
const storesIn = (storeOrigins: readonly string[]) =>
  policyOf('/assets/put-worker-x.js', storeOrigins).find((each) => each.startsWith('connect-src'))

it('lets the page reach its own host, but no store', () => {
  expect(policyOf('/index.html', ['https://s3.example.org'])).toEqual([
    "default-src 'none'",
    "script-src 'self'",
    "worker-src 'self'",
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self' source:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types ferry-workers',
  ])
})

it('lets the worker that sends parts reach the stores, but not its own host', () => {
  expect(
    policyOf('/assets/put-worker-B1x_2.js', ['https://s3.example.org', 'http://nas:9000']),
  ).toEqual([
    "default-src 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
    'connect-src https://s3.example.org http://nas:9000',
  ])
})

it('lets the worker that computes checksums compile WebAssembly, and reach nothing', () => {
  expect(policyOf('/assets/checksum-worker-B1x_2.js', ['https://s3.example.org'])).toEqual([
    "default-src 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
    "script-src 'wasm-unsafe-eval'",
    "connect-src 'none'",
  ])
})

it.each([
  '/assets/put-worker-x.css',
  '/put-worker-x.js',
  '/assets/other/put-worker-x.js',
  '/assets/my-put-worker-x.js',
  '/assets/put-worker-x.js/index.html',
])('does not take %s for a worker', (path) => {
  expect(isPutWorker(path)).toBe(false)
  expect(policyOf(path)).toContain("connect-src 'self' source:")
})

it.each([
  [[], "connect-src 'none'"],
  [['https://*'], "connect-src 'none'"],
  [['https://*.example.org'], "connect-src 'none'"],
  [["https://a;script-src'self'"], "connect-src 'none'"],
  [['https://a,b.example.org'], "connect-src 'none'"],
  [['https://a b'], "connect-src 'none'"],
  [['ftp://example.org'], "connect-src 'none'"],
  [['https:'], "connect-src 'none'"],
  [['HTTPS://S3.Example.ORG:443/path?x=1'], 'connect-src https://s3.example.org'],
  [['https://bücher.example'], 'connect-src https://xn--bcher-kva.example'],
  [['http://nas', 'http://nas'], 'connect-src http://nas'],
  // Chromium has no other source that matches these.
  [['http://[::1]:9000'], 'connect-src http://*:9000'],
  [['https://my_bucket.example.org'], 'connect-src https://*:443'],
] as const)('expresses %j in a policy as %s', (origins, directive) => {
  expect(storesIn(origins)).toBe(directive)
})

it('denies features that Ferry’s window never needs, except the clipboard and the local network', () => {
  const denied = String(COMMON_HEADERS['permissions-policy']).split(', ')

  expect(denied).toEqual(expect.arrayContaining(['camera=()', 'usb=()', 'clipboard-read=()']))
  expect(denied.join()).not.toMatch(/clipboard-write|local-network|loopback-network/)
})
