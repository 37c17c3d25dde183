import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createHttps, type ServerOptions } from 'node:https'
import { type AddressInfo, createServer as createTcp, type Server, type Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import type { AuthInfo, ClientRequestConstructorOptions } from 'electron'
import { afterEach, describe, expect, it } from 'vitest'
import { SELF_SIGNED } from '../fakes/certificates.ts'
import { app, FakeSession, net, netControl, standIn } from '../fakes/electron.ts'
import { ForwardProxy } from '../fakes/forward-proxy.ts'

const closers: (() => unknown)[] = []

afterEach(async () => {
  netControl.reset()
  app.removeAllListeners()
  for (const close of closers.splice(0).reverse()) await close()
})

async function listening<S extends Server>(server: S, scheme = 'http'): Promise<string> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => sockets.add(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closers.push(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const http = (listener: RequestListener) => listening(createServer(listener))
const https = (options: ServerOptions, listener: RequestListener) =>
  listening(createHttps(options, listener), 'https')
/** A server that does not speak HTTP. */
const tcp = (talk: (socket: Socket) => void) =>
  listening(
    createTcp((socket) => {
      socket.on('error', () => undefined)
      talk(socket)
    }),
  )

async function proxied(): Promise<ForwardProxy> {
  const proxy = await ForwardProxy.start()
  closers.push(() => proxy.close())
  netControl.proxy = proxy.address
  return proxy
}

interface Heard {
  readonly status: number
  readonly body: string
}

/** Sends one request and waits for its end; rejects with its error. */
function send(
  url: string,
  options: Partial<ClientRequestConstructorOptions> = {},
  onLogin?: (info: AuthInfo, callback: (name?: string, password?: string) => void) => void,
): Promise<Heard> {
  const { promise, resolve, reject } = Promise.withResolvers<Heard>()
  const request = net.request({ url, ...options })
  if (onLogin !== undefined) request.on('login', onLogin)
  request.on('error', reject)
  request.on('response', (response: Readable & { statusCode: number }) => {
    text(response).then((body) => resolve({ status: response.statusCode, body }), reject)
  })
  request.end()
  return promise
}

const nameOf = (url: string, options?: Partial<ClientRequestConstructorOptions>) =>
  send(url, options).then(
    ({ status }) => String(status),
    (error: Error) => error.message.replace('net::ERR_', ''),
  )

describe("the fake net has Chromium's name for", () => {
  it.each<readonly [string, () => Promise<string>]>([
    ['NAME_NOT_RESOLVED', async () => 'http://no-such-host.invalid'],
    ['UNSAFE_PORT', async () => 'http://127.0.0.1:6000'],
    ['EMPTY_RESPONSE', () => tcp((socket) => socket.once('data', () => socket.end()))],
    [
      'CONNECTION_RESET',
      () => tcp((socket) => socket.once('data', () => socket.resetAndDestroy())),
    ],
    ['INVALID_HTTP_RESPONSE', () => tcp((socket) => socket.end('SSH-2.0-OpenSSH\r\n'))],
    ['RESPONSE_HEADERS_TRUNCATED', () => tcp((socket) => socket.end('HTTP/1.1 200 OK\r\nA: '))],
    [
      'RESPONSE_HEADERS_TOO_BIG',
      () => tcp((socket) => socket.end(`HTTP/1.1 200 OK\r\nA: ${'a'.repeat(70_000)}\r\n\r\n`)),
    ],
    [
      'CONTENT_LENGTH_MISMATCH',
      () => tcp((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf')),
    ],
    [
      'INCOMPLETE_CHUNKED_ENCODING',
      () =>
        tcp((socket) =>
          socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf'),
        ),
    ],
    ['CERT_AUTHORITY_INVALID', () => https(SELF_SIGNED, (_request, response) => response.end())],
    [
      'SSL_PROTOCOL_ERROR',
      async () => (await http((_request, response) => response.end())).replace('http', 'https'),
    ],
    [
      'EMPTY_RESPONSE',
      async () => (await https(SELF_SIGNED, () => undefined)).replace('https', 'http'),
    ],
    [
      'SSL_VERSION_OR_CIPHER_MISMATCH',
      () =>
        https(
          {
            ...SELF_SIGNED,
            maxVersion: 'TLSv1.1',
            minVersion: 'TLSv1.1',
            ciphers: 'DEFAULT@SECLEVEL=0',
          },
          () => undefined,
        ),
    ],
    [
      'CONNECTION_CLOSED',
      async () => (await tcp((socket) => socket.end())).replace('http', 'https'),
    ],
  ])('%s', async (name, server) => {
    expect(await nameOf(await server())).toBe(name)
  })

  it('a refused connection, and a proxy that is not there', async () => {
    const server = createTcp()
    const url = await listening(server)
    server.close()
    await once(server, 'close')

    const direct = await nameOf(url)
    netControl.proxy = { host: '127.0.0.1', port: Number(new URL(url).port) }

    expect(direct).toBe('CONNECTION_REFUSED')
    expect(await nameOf('http://store.invalid')).toBe('PROXY_CONNECTION_FAILED')
    expect(await nameOf('https://store.invalid')).toBe('PROXY_CONNECTION_FAILED')
  })

  it('a proxy that refuses a tunnel', async () => {
    const proxy = await proxied()
    proxy.refusesTunnels = 403

    expect(await nameOf('https://store.invalid')).toBe('TUNNEL_CONNECTION_FAILED')
  })
})

describe('a scripted failure', () => {
  it('happens as often and where it is told to', async () => {
    let count = 0
    const url = await http((_request, response) => {
      count += 1
      response.end('all of it')
    })
    netControl.failNext('ERR_NETWORK_IO_SUSPENDED', { times: 2 })
    netControl.failNext('ERR_HTTP2_PING_FAILED', { at: 'answer' })
    netControl.failNext('ERR_QUIC_PROTOCOL_ERROR', { at: 'body' })

    const heard: string[] = []
    for (let each = 0; each < 5; each += 1) heard.push(await nameOf(url))

    expect(heard).toEqual([
      ...['NETWORK_IO_SUSPENDED', 'NETWORK_IO_SUSPENDED', 'HTTP2_PING_FAILED'],
      ...['QUIC_PROTOCOL_ERROR', '200'],
    ])
    expect(count).toBe(3)
  })
})

describe('TLS', () => {
  it('succeeds with an authority that the system trusts, even through a tunnel', async () => {
    const url = await https(SELF_SIGNED, (_request, response) => response.end('safe'))
    netControl.authorities = [SELF_SIGNED.cert]
    const direct = await send(url)
    const proxy = await proxied()

    const tunnelled = await send(url)

    expect([direct.body, tunnelled.body]).toEqual(['safe', 'safe'])
    expect(proxy.seen).toEqual([{ line: `CONNECT ${new URL(url).host}`, status: 200 }])
  })

  it('uses the first client certificate unless one is chosen', async () => {
    const url = await https(
      { ...SELF_SIGNED, requestCert: true, ca: [SELF_SIGNED.cert] },
      (_request, response) => response.end('who are you'),
    )
    netControl.authorities = [SELF_SIGNED.cert]
    const identity = {
      certificate: standIn<Electron.Certificate>({ subjectName: 'a' }),
      ...SELF_SIGNED,
    }
    netControl.identities = [identity]
    const silent = await nameOf(url, { session: standIn(new FakeSession()) })
    const asked: unknown[] = []
    app.on('select-client-certificate', (event, _contents, host, _list, callback) => {
      event.preventDefault()
      asked.push(host)
      callback()
    })

    const refused = await nameOf(url, { session: standIn(new FakeSession()) })

    expect(silent).toBe('200')
    expect(refused).toBe('BAD_SSL_CLIENT_AUTH_CERT')
    expect(asked).toEqual([new URL(url).host])
  })
})

describe('a proxy that requires a password', () => {
  it('is answered by its listener, once per session', async () => {
    const url = await http((_request, response) => response.end('through'))
    const proxy = await proxied()
    proxy.login = 'ada:secret'
    const session = standIn<Electron.Session>(new FakeSession())
    const asked: AuthInfo[] = []
    const answer = (info: AuthInfo, callback: (name?: string, password?: string) => void) => {
      asked.push(info)
      callback('ada', asked.length === 1 ? 'wrong' : 'secret')
    }

    const first = await send(url, { session, credentials: 'omit' }, answer)
    const second = await send(url, { session }, answer)

    expect([first.body, second.body]).toEqual(['through', 'through'])
    const { host, port } = proxy.address
    const info = { isProxy: true, scheme: 'basic', host, port, realm: 'office' }
    expect(asked).toEqual([info, info])
  })

  it('gets no answer without a listener: a plain request sees 407, a tunnel fails', async () => {
    const proxy = await proxied()
    proxy.login = 'ada:secret'

    expect(await nameOf('http://store.invalid')).toBe('407')
    expect(await nameOf('https://store.invalid')).toBe('TUNNEL_CONNECTION_FAILED')
  })
})

describe('a server that requires a password', () => {
  const closed: RequestListener = (request, response) => {
    const isRight = request.headers.authorization === 'Basic YTpi'
    response.writeHead(isRight ? 200 : 401, { 'www-authenticate': 'Basic realm="in"' }).end()
  }

  it('asks, unless the request goes without credentials', async () => {
    const url = await http(closed)
    const answer = (_info: AuthInfo, callback: (name?: string, password?: string) => void) =>
      callback('a', 'b')

    const asked = await send(url, {}, answer)
    const omitted = await send(url, { credentials: 'omit', session: standIn({}) }, answer)

    expect([asked.status, omitted.status]).toEqual([200, 401])
  })
})

describe('a redirect', () => {
  const moved: RequestListener = (request, response) => {
    if (request.url === '/to') return void response.end(request.method)
    response.writeHead(303, { location: '/to' }).end()
  }

  it("is followed with Chromium's choice of method", async () => {
    const url = await http(moved)

    expect(await send(url, { method: 'PUT' })).toEqual({ status: 200, body: 'GET' })
  })

  it('ends a request that does not follow it', async () => {
    const url = await http(moved)

    await expect(send(url, { redirect: 'manual' })).rejects.toThrow('Redirect was cancelled')
    await expect(send(url, { redirect: 'error' })).rejects.toThrow('redirect policy')
  })
})
