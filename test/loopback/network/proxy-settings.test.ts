import { describe, expect, it } from 'vitest'
import {
  NO_PROXY,
  proxiesOfEnvironment,
  routeBy,
} from '../../../electron/loopback/network/proxy-settings.ts'

const direct = { kind: 'direct', besides: null }
const proxy = (url: string) => ({ kind: 'proxy', url })

function routeIn(environment: Readonly<Record<string, string>>, url: string) {
  return routeBy(proxiesOfEnvironment(environment) ?? NO_PROXY, new URL(url))
}

describe('the proxy of the environment', () => {
  it.each([
    ['none', {}, 'https://s3.example', direct],
    ['HTTPS', { HTTPS_PROXY: 'http://p:3128' }, 'https://s3.example', proxy('http://p:3128/')],
    ['of the other scheme', { HTTPS_PROXY: 'http://p:3128' }, 'http://s3.example', direct],
    ['HTTP', { HTTP_PROXY: 'http://p:3128' }, 'http://s3.example', proxy('http://p:3128/')],
    [
      'lower case first',
      { https_proxy: 'http://low:1', HTTPS_PROXY: 'http://up:2' },
      'https://s3.example',
      proxy('http://low:1/'),
    ],
    ['ALL', { ALL_PROXY: 'http://p:3128' }, 'https://s3.example', proxy('http://p:3128/')],
    [
      'ALL beside a proxy for the scheme',
      { all_proxy: 'socks5://s:1080', https_proxy: 'http://p:3128' },
      'https://s3.example',
      proxy('http://p:3128/'),
    ],
    ['without a scheme', { HTTPS_PROXY: 'p:3128' }, 'https://s3.example', proxy('http://p:3128/')],
    ['over TLS', { HTTPS_PROXY: 'https://p' }, 'https://s3.example', proxy('https://p/')],
    [
      'with a password that was not escaped',
      { HTTPS_PROXY: 'http://ada:100%:@p:3128' },
      'https://s3.example',
      proxy('http://ada:100%25%3A@p:3128/'),
    ],
    ['empty', { HTTPS_PROXY: '' }, 'https://s3.example', direct],
  ])('%s', (_what, environment, url, route) => {
    expect(routeIn(environment, url)).toEqual(route)
  })

  it.each([
    ['SOCKS', { ALL_PROXY: 'socks5://ada:hunter2@s:1080' }, 'ALL_PROXY'],
    ['no address', { https_proxy: 'http://' }, 'https_proxy'],
  ])('that cannot be used is reported with its variable: %s', (_what, environment, setting) => {
    expect(routeIn(environment, 'https://s3.example')).toEqual({ kind: 'unusable', setting })
  })
})

describe('hosts without a proxy', () => {
  it.each([
    'http://localhost:9000',
    'https://ferry.localhost:9000',
    'http://127.0.0.1:47470',
    'http://127.8.8.8',
    'http://[::1]:9000',
  ])('%s is this computer', (url) => {
    const environment = { HTTP_PROXY: 'http://p:1', HTTPS_PROXY: 'http://p:1' }

    expect(routeIn(environment, url)).toEqual(direct)
  })

  it.each([
    ['s3.example', 'https://s3.example', true],
    ['S3.Example', 'https://s3.example', true],
    ['example', 'https://s3.example', true],
    ['.example', 'https://s3.example', true],
    ['3.example', 'https://s3.example', false],
    ['*.example', 'https://s3.example', true],
    ['*', 'https://s3.example', true],
    ['nas.home, s3.example ,other', 'https://s3.example', true],
    ['s3.example:9000', 'https://s3.example:9000', true],
    ['s3.example:9000', 'https://s3.example', false],
    ['s3.example:443', 'https://s3.example', true],
    ['10.0.0.0/8', 'https://10.20.30.40', true],
    ['10.0.0.0/8', 'https://11.20.30.40', false],
    ['fd00::/8', 'https://[fd12::1]:9000', true],
    ['[fd12::1]:9000', 'https://[fd12::1]:9000', true],
    ['fd12::1', 'https://[fd12::1]:9000', true],
    ['10.0.0.0/99', 'https://10.20.30.40', false],
    ['', 'https://s3.example', false],
  ])('NO_PROXY=%s, %s: %s', (list, url, isDirect) => {
    const route = routeIn({ HTTPS_PROXY: 'http://p:1', NO_PROXY: list }, url)

    expect(route.kind === 'direct').toBe(isDirect)
  })

  it.each([
    ['<local>', 'https://nas', true],
    ['<local>', 'https://nas.home', false],
    ['<local>', 'https://10.0.0.1', false],
    ['10.*', 'https://10.20.30.40', true],
    ['169.254/16', 'https://169.254.1.1', true],
    ['example', 'https://s3.example', false],
    ['*.local', 'https://nas.local', true],
  ])('a system’s list with %s, %s: %s', (entry, url, isDirect) => {
    const https = { address: 'p:1', setting: 'Windows' }
    const settings = { ...NO_PROXY, https, bypass: [entry], coversSubdomains: false }

    expect(routeBy(settings, new URL(url)).kind === 'direct').toBe(isDirect)
  })
})
