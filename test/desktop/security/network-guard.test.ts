import type { OnHeadersReceivedListenerDetails } from 'electron'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import {
  type NetworkGuard,
  setUpNetworkGuard,
} from '../../../electron/desktop/security/network-guard.ts'
import { FakeWindow, resetElectron, session, standIn } from '../../fakes/electron.ts'
import { NOTHING_ON_THE_WAY } from '../../fakes/on-the-way.ts'

const PAGE = 'app://ferry'
const STORE = 'https://s3.eu-central-1.amazonaws.com'

let window: FakeWindow
let network: NetworkGuard

beforeEach(() => {
  resetElectron()
  window = new FakeWindow()
  network = setUpNetworkGuard({
    pageOrigin: PAGE,
    devServer: null,
    currentWindow: () => standIn(window),
    onTheWay: NOTHING_ON_THE_WAY,
  })
})

describe('the network guard', () => {
  it('lets the page reach configured endpoints and nothing else', () => {
    network.endpoints.replace([STORE, 'http://127.0.0.1:9000', 'http://nas.local:9000'])

    const verdicts = Object.fromEntries(
      [
        `${STORE}/bucket/key?X-Amz-Signature=1`,
        'http://127.0.0.1:9000/b/k',
        'http://nas.local:9000/b/k',
        'https://evil.example/',
        'https://s3.eu-central-1.amazonaws.com.evil.example/',
        'https://s3.eu-central-1.amazonaws.com:444/',
        'http://s3.eu-central-1.amazonaws.com/',
        'http://127.0.0.1:9001/',
        'wss://evil.example/',
        'file:///etc/passwd',
        'ftp://evil.example/',
        'app://ferry/index.html',
        'source://0b8e5c3e-6a55-4c0e-9a53-2f6f6a8b7c11/',
        'blob:app://ferry/1',
      ].map((url) => [url, session.defaultSession.isCancelled(url) ? 'cancelled' : 'sent']),
    )

    expect(verdicts).toEqual({
      [`${STORE}/bucket/key?X-Amz-Signature=1`]: 'sent',
      'http://127.0.0.1:9000/b/k': 'sent',
      'http://nas.local:9000/b/k': 'sent',
      'https://evil.example/': 'cancelled',
      'https://s3.eu-central-1.amazonaws.com.evil.example/': 'cancelled',
      'https://s3.eu-central-1.amazonaws.com:444/': 'cancelled',
      'http://s3.eu-central-1.amazonaws.com/': 'cancelled',
      'http://127.0.0.1:9001/': 'cancelled',
      'wss://evil.example/': 'cancelled',
      'file:///etc/passwd': 'cancelled',
      'ftp://evil.example/': 'cancelled',
      'app://ferry/index.html': 'sent',
      'source://0b8e5c3e-6a55-4c0e-9a53-2f6f6a8b7c11/': 'sent',
      'blob:app://ferry/1': 'sent',
    })
  })

  it('follows the destinations without a reload', () => {
    network.endpoints.replace([STORE])
    network.endpoints.replace(['https://other.example'])

    expect(session.defaultSession.isCancelled(`${STORE}/b/k`)).toBe(true)
    expect(session.defaultSession.isCancelled('https://other.example/b/k')).toBe(false)
  })

  it('allows the development server, but only in development', () => {
    setUpNetworkGuard({
      pageOrigin: 'http://localhost:5173',
      devServer: 'http://localhost:5173',
      currentWindow: () => null,
      onTheWay: NOTHING_ON_THE_WAY,
    })

    expect(session.defaultSession.isCancelled('ws://localhost:5173/')).toBe(false)
    expect(session.defaultSession.isCancelled('http://localhost:5174/')).toBe(true)
  })

  it('keeps the core on a separate session, in memory and without a cache', () => {
    const stores = session.partitions.get('stores')

    expect(stores?.options).toEqual({ cache: false })
    expect(stores?.session.isCancelled('https://anywhere.example/')).toBe(false)
  })

  it.each([
    ['no download of the network’s', 'https://s3.example.org/a.json', 'application/json', true],
    ['no page’s blob but Ferry’s', 'blob:https://example.org/1', 'application/json', true],
    ['no blob but settings', `blob:${PAGE}/1`, 'text/html', true],
    ['the settings that the page exports', `blob:${PAGE}/1`, 'application/json', false],
  ])('takes %s', (_, url, mimeType, isRefused) => {
    const preventDefault = vi.fn()
    const item = { getURL: () => url, getMimeType: () => mimeType }

    session.defaultSession.emit('will-download', { preventDefault }, item)

    expect(preventDefault).toHaveBeenCalledTimes(isRefused ? 1 : 0)
  })
})

describe('CORS', () => {
  const received = (
    details: Partial<OnHeadersReceivedListenerDetails>,
  ): OnHeadersReceivedListenerDetails => ({
    id: 1,
    url: `${STORE}/bucket/key?partNumber=1&X-Amz-Signature=1`,
    method: 'PUT',
    webContentsId: window.webContents.id,
    initiatorOrigin: PAGE,
    resourceType: 'xhr',
    referrer: '',
    timestamp: 0,
    statusLine: 'HTTP/1.1 200 OK',
    statusCode: 200,
    responseHeaders: {},
    ...details,
  })

  beforeEach(() => network.endpoints.replace([STORE]))

  it('is answered for a part and exposes what the page reads', () => {
    const answer = session.defaultSession.receive(
      received({
        responseHeaders: {
          ETag: ['"5d41402abc4b2a76b9719d911017c592"'],
          Date: ['Sat, 21 Nov 2026 00:00:00 GMT'],
          'x-amz-request-id': ['4442587FB7D0A2F9'],
          Server: ['AmazonS3'],
        },
      }),
    )

    expect(answer).toEqual({
      responseHeaders: {
        ETag: ['"5d41402abc4b2a76b9719d911017c592"'],
        Date: ['Sat, 21 Nov 2026 00:00:00 GMT'],
        'x-amz-request-id': ['4442587FB7D0A2F9'],
        Server: ['AmazonS3'],
        'Access-Control-Allow-Origin': [PAGE],
        'Access-Control-Expose-Headers': ['ETag, Date, x-amz-request-id'],
      },
    })
  })

  it("replaces the bucket's own rules, however they are spelt", () => {
    const answer = session.defaultSession.receive(
      received({
        responseHeaders: {
          'access-control-allow-origin': ['https://my.site'],
          'ACCESS-CONTROL-EXPOSE-HEADERS': ['x-nothing'],
          'Access-Control-Allow-Credentials': ['true'],
          etag: ['"1"'],
        },
      }),
    )

    expect(answer.responseHeaders).toEqual({
      etag: ['"1"'],
      'Access-Control-Allow-Origin': [PAGE],
      'Access-Control-Expose-Headers': ['etag'],
    })
  })

  it('lets the page read why a part was refused', () => {
    const answer = session.defaultSession.receive(
      received({
        statusLine: 'HTTP/1.1 403 Forbidden',
        statusCode: 403,
        responseHeaders: { 'Content-Type': ['application/xml'] },
      }),
    )

    expect(answer.statusLine).toBeUndefined()
    expect(answer.responseHeaders).toMatchObject({ 'Access-Control-Allow-Origin': [PAGE] })
  })

  it('turns the 403 of a bucket without rules into an allowed preflight', () => {
    const answer = session.defaultSession.receive(
      received({
        method: 'OPTIONS',
        statusLine: 'HTTP/1.1 403 Forbidden',
        statusCode: 403,
        responseHeaders: { 'Content-Type': ['application/xml'] },
      }),
    )

    expect(answer).toEqual({
      statusLine: 'HTTP/1.1 200 OK',
      responseHeaders: {
        'Content-Type': ['application/xml'],
        'Access-Control-Allow-Origin': [PAGE],
        'Access-Control-Allow-Methods': ['PUT, GET, HEAD'],
        'Access-Control-Allow-Headers': ['*'],
        'Access-Control-Max-Age': ['7200'],
      },
    })
  })

  it('answers a preflight that the network service made without a page', () => {
    const { webContentsId: _page, ...preflight } = received({ method: 'OPTIONS' })

    expect(session.defaultSession.receive(preflight).statusLine).toBe('HTTP/1.1 200 OK')
  })

  it.each([
    ['a host that is not configured', { url: 'https://evil.example/' }],
    ['another port', { url: `${STORE}:444/` }],
    ['another window', { webContentsId: 9999 }],
    ['another origin', { initiatorOrigin: 'https://evil.example' }],
  ])('is left alone for %s', (_name, details) => {
    expect(session.defaultSession.receive(received(details))).toEqual({})
    expect(session.defaultSession.receive(received({ ...details, method: 'OPTIONS' }))).toEqual({})
  })

  it('is answered for a part from the page’s worker, which may have no frame', () => {
    const { webContentsId: _page, ...details } = received({})

    const { responseHeaders } = session.defaultSession.receive(details)

    expect(responseHeaders).toMatchObject({ 'Access-Control-Allow-Origin': [PAGE] })
  })

  it('is left alone for a part from an unknown sender', () => {
    const { webContentsId: _page, initiatorOrigin: _origin, ...details } = received({})

    expect(session.defaultSession.receive(details)).toEqual({})
  })

  it('is left alone for a worker of another origin', () => {
    const { webContentsId: _page, ...details } = received({
      initiatorOrigin: 'https://evil.example',
    })

    expect(session.defaultSession.receive(details)).toEqual({})
  })
})

describe('permissions', () => {
  it('are denied except for writing text to the clipboard and notifications', async () => {
    const answers = await Promise.all(
      ['clipboard-sanitized-write', 'notifications', 'clipboard-read', 'media', 'fileSystem'].map(
        async (permission) => [
          permission,
          session.defaultSession.checks(permission, 'app://ferry/'),
          await session.defaultSession.asks(permission, 'app://ferry/index.html'),
        ],
      ),
    )

    expect(answers).toEqual([
      ['clipboard-sanitized-write', true, true],
      ['notifications', true, true],
      ['clipboard-read', false, false],
      ['media', false, false],
      ['fileSystem', false, false],
    ])
    expect(session.defaultSession.grantsDevices()).toBe(false)
  })

  it.each(['https://evil.example', 'app://other', 'app://ferry.evil', 'null', ''])(
    'are denied to %s altogether',
    async (origin) => {
      network.endpoints.replace(['http://127.0.0.1:9000'])

      expect(session.defaultSession.checks('notifications', origin)).toBe(false)
      expect(session.defaultSession.checks('loopback-network', origin)).toBe(false)
      expect(await session.defaultSession.asks('notifications', origin)).toBe(false)
      expect(await session.defaultSession.asks('loopback-network', origin)).toBe(false)
    },
  )

  it.each([
    ['http://127.0.0.1:9000', true],
    ['http://[::1]:9000', true],
    ['http://192.168.1.5:9000', true],
    ['http://10.0.0.7', true],
    ['http://[fd00::5]:9000', true],
    ['http://nas.local:9000', true],
    ['http://localhost:9000', true],
    ['https://s3.eu-central-1.amazonaws.com', false],
    ['https://8.8.8.8', false],
  ])('include the local network while %s is configured: %s', async (endpoint, isGranted) => {
    network.endpoints.replace([endpoint])

    for (const permission of ['local-network-access', 'local-network', 'loopback-network']) {
      expect(session.defaultSession.checks(permission, PAGE)).toBe(isGranted)
      expect(await session.defaultSession.asks(permission, `${PAGE}/`)).toBe(isGranted)
    }
  })

  it('end with the destination that needed them', () => {
    network.endpoints.replace(['http://127.0.0.1:9000'])
    network.endpoints.replace([STORE])

    expect(session.defaultSession.checks('loopback-network', PAGE)).toBe(false)
  })

  it("include the local network for a company's store with an internal address", async () => {
    const lookups = session.partitions.get('stores')?.session.hosts
    lookups?.set('s3.corp.example', ['10.1.2.3'])
    network.endpoints.replace(['https://s3.corp.example'])

    expect(session.defaultSession.checks('local-network', PAGE)).toBe(false)
    expect(await session.defaultSession.asks('local-network', `${PAGE}/`)).toBe(true)
    expect(session.defaultSession.checks('local-network', PAGE)).toBe(true)

    lookups?.set('s3.corp.example', ['203.0.113.9'])
    expect(await session.defaultSession.asks('local-network', `${PAGE}/`)).toBe(false)
    expect(session.defaultSession.checks('local-network', PAGE)).toBe(false)
  })
})
