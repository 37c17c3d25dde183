import { once } from 'node:events'
import { createServer as createPlainServer, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { logTo } from '../../../../electron/core/host/log.ts'
import { type BoundRequest, boundedHttp } from '../../../../electron/core/s3/http/bounded-http.ts'
import { networkFailure } from '../../../../electron/core/s3/http/network-failure.ts'
import type { NodeNetwork, Route } from '../../../../electron/core/s3/http/network-ports.ts'
import { systemAuthorities } from '../../../../electron/loopback/network/node-network.ts'
import { OWN_AUTHORITY } from '../../../fakes/certificates.ts'
import { ForwardProxy } from '../../../fakes/forward-proxy.ts'

const DIRECT: Route = { kind: 'direct', besides: null }

const trustedBefore = getCACertificates('default')

afterEach(() => setDefaultCACertificates(trustedBefore))

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

const echo: RequestListener = async (request, response) => {
  const { hostname } = new URL(`http://${request.headers.host}`)
  response.end(`${request.method} ${hostname} ${await text(request)}`)
}

const tlsPort = () => listening(createTlsServer(OWN_AUTHORITY, echo))
const plainPort = () => listening(createPlainServer(echo))

function httpOver(network: Partial<NodeNetwork>) {
  const nodeNetwork = { routeTo: async () => DIRECT, trustSystem: async () => false, ...network }
  const http = boundedHttp({ nodeNetwork }, { connectMs: 5000, idleMs: 5000 })
  onTestFinished(() => http.destroy?.())
  return async (request: Partial<BoundRequest> & { readonly port: number; body?: unknown }) => {
    const { response } = await http.handle({
      ...{ protocol: 'https:', method: 'GET', hostname: 'localhost', path: '/', headers: {} },
      ...request,
    } as BoundRequest)
    const { statusCode, body } = response
    return { statusCode, text: body === undefined ? '' : await text(body as Readable) }
  }
}

/** The failure that the user sees instead of an answer. */
async function failureOf(answer: Promise<unknown>) {
  const error = await answer.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof Error)) throw new Error('It was answered')
  return networkFailure(error, { host: 'store.example', scheme: 'https' })
}

describe('an authority that only the system knows', () => {
  const logged: string[] = []
  const log = logTo({ write: (line) => void logged.push(line) })

  beforeEach(() => {
    logged.length = 0
  })

  it('is looked up for the first certificate that it signed, once for all requests', async () => {
    const port = await tlsPort()
    let askedCount = 0
    const list = async () => {
      askedCount += 1
      return [OWN_AUTHORITY.authority]
    }
    const send = httpOver({ trustSystem: systemAuthorities({ log, list }) })

    const answers = await Promise.all([1, 2, 3].map(() => send({ port, method: 'PUT', body: 'x' })))
    const later = await send({ port })

    expect([...answers, later].map(({ statusCode }) => statusCode)).toEqual([200, 200, 200, 200])
    expect(askedCount).toBe(1)
    expect(answers[0]?.text).toBe(`PUT localhost x`)
  })

  it('blocks no other request while the system looks', async () => {
    const port = await tlsPort()
    const { promise, resolve } = Promise.withResolvers<readonly string[]>()
    const asked = Promise.withResolvers<void>()
    const list = () => {
      asked.resolve()
      return promise
    }
    const send = httpOver({ trustSystem: systemAuthorities({ log, list }) })
    const waiting = send({ port })
    await asked.promise

    const other = await send({ protocol: 'http:', port: await plainPort() })
    resolve([OWN_AUTHORITY.authority])

    expect(other.statusCode).toBe(200)
    expect((await waiting).statusCode).toBe(200)
  })

  it('does not delay a request that was aborted', async () => {
    const port = await tlsPort()
    const asked = Promise.withResolvers<void>()
    const list = () => {
      asked.resolve()
      return new Promise<never>(() => undefined)
    }
    const nodeNetwork = {
      routeTo: async () => DIRECT,
      trustSystem: systemAuthorities({ log, list }),
    }
    const http = boundedHttp({ nodeNetwork }, { connectMs: 5000, idleMs: 5000 })
    const ending = new AbortController()
    const request = { protocol: 'https:', method: 'GET', hostname: 'localhost', port, headers: {} }
    const sent = http.handle(request, { abortSignal: ending.signal })
    await asked.promise

    ending.abort()

    await expect(sent).rejects.toThrow(/self|verify/)
  })

  it('is reported as untrusted if the system does not trust it either, and is not looked up again', async () => {
    const port = await tlsPort()
    let askedCount = 0
    const list = async () => {
      askedCount += 1
      return []
    }
    const send = httpOver({ trustSystem: systemAuthorities({ log, list }) })

    const failures = [await failureOf(send({ port })), await failureOf(send({ port }))]

    const reason = 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'
    expect(failures).toEqual(
      [1, 2].map(() => ({ kind: 'tls-failed', host: 'store.example', reason })),
    )
    expect(askedCount).toBe(1)
  })

  it('is looked up again when the system could not answer', async () => {
    const port = await tlsPort()
    let askedCount = 0
    const list = async () => {
      askedCount += 1
      if (askedCount === 1) throw new Error('no worker')
      return [OWN_AUTHORITY.authority]
    }
    const send = httpOver({ trustSystem: systemAuthorities({ log, list }) })

    const first = await failureOf(send({ port }))
    const second = await send({ port })

    expect(first?.kind).toBe('tls-failed')
    expect(second.statusCode).toBe(200)
    expect(logged.join('')).toContain('could not be listed')
  })

  it('works for the next request if the first was a stream, which has lost its beginning', async () => {
    const port = await tlsPort()
    const list = async () => [OWN_AUTHORITY.authority]
    const send = httpOver({ trustSystem: systemAuthorities({ log, list }) })
    const stream = () => ({ port, method: 'PUT', body: Readable.from(['whole']) })

    const first = await failureOf(send(stream()))
    const second = await send(stream())

    expect(first?.kind).toBe('tls-failed')
    expect(second.text).toBe('PUT localhost whole')
  })
})

describe('a proxy', () => {
  let proxy: ForwardProxy

  beforeEach(async () => {
    proxy = await ForwardProxy.start()
    proxy.names.set('store.example', '127.0.0.1')
    setDefaultCACertificates([...trustedBefore, OWN_AUTHORITY.authority])
  })

  afterEach(() => proxy.close())

  const sendThrough = (login = '') => {
    const url = `http://${login}${proxy.address.host}:${proxy.address.port}`
    return httpOver({ routeTo: async () => ({ kind: 'proxy', url }) })
  }
  const store = { hostname: 'store.example' } as const

  it('carries TLS through a tunnel, to a name that it alone knows', async () => {
    const port = await tlsPort()

    const answer = await sendThrough()({ ...store, port })

    expect(answer.text).toBe(`GET store.example `)
    expect(proxy.seen).toEqual([{ line: `CONNECT store.example:${port}`, status: 200 }])
  })

  it('forwards plain HTTP', async () => {
    const port = await plainPort()

    const answer = await sendThrough()({ ...store, protocol: 'http:', port })

    expect(answer.statusCode).toBe(200)
    expect(proxy.seen).toEqual([{ line: `GET http://store.example:${port}/`, status: 200 }])
  })

  it.each(['https:', 'http:'])(
    'gets the name and password from its address (%s)',
    async (protocol) => {
      proxy.login = 'ada:100%:@'
      const port = protocol === 'https:' ? await tlsPort() : await plainPort()

      const answer = await sendThrough('ada:100%25%3A%40@')({ ...store, protocol, port })

      expect(answer.statusCode).toBe(200)
    },
  )

  it.each(['https:', 'http:'])(
    'that wants a password is reported as such (%s)',
    async (protocol) => {
      proxy.login = 'ada:safe'
      const port = protocol === 'https:' ? await tlsPort() : await plainPort()

      const failure = await failureOf(sendThrough('ada:hunter2@')({ ...store, protocol, port }))

      expect(failure).toEqual({ kind: 'proxy-auth-needed', isByVariable: true })
    },
  )

  it('that refuses a tunnel is reported with its status, and without its address', async () => {
    proxy.refusesTunnels = 403

    const failure = await failureOf(
      sendThrough('ada:hunter2@')({ ...store, port: await tlsPort() }),
    )

    expect(failure).toEqual({ kind: 'proxy-failed', reason: 'refused', code: 'HTTP 403' })
  })

  it('that cannot be reached is reported as such, and not as an unreachable store', async () => {
    const send = sendThrough()
    await proxy.close()
    const failure = await failureOf(send({ ...store, port: 443 }))
    proxy = await ForwardProxy.start()

    expect(failure).toEqual({ kind: 'proxy-failed', reason: 'unreachable', code: 'ECONNREFUSED' })
  })

  it('takes a body that would have waited for 100 Continue', async () => {
    const port = await plainPort()

    const answer = await sendThrough()({
      ...{ ...store, protocol: 'http:', port, method: 'PUT', body: 'whole' },
      headers: { expect: '100-continue', 'content-length': '5' },
    })

    expect(answer.text).toBe(`PUT store.example whole`)
    expect(proxy.seen).toHaveLength(1)
  })

  it('that cannot be used is reported with the name of its setting', async () => {
    const send = httpOver({ routeTo: async () => ({ kind: 'unusable', setting: 'HTTPS_PROXY' }) })

    const failure = await failureOf(send({ ...store, port: 443 }))

    expect(failure).toEqual({ kind: 'proxy-failed', reason: 'misconfigured', code: 'HTTPS_PROXY' })
  })

  it.each(['script', 'socks'] as const)(
    'that is set by a %s is named if no direct route works',
    async (besides) => {
      const closed = createPlainServer()
      const port = await listening(closed)
      closed.close()
      const send = httpOver({ routeTo: async () => ({ kind: 'direct', besides }) })

      const unreached = await failureOf(send({ port }))
      const reached = await send({ port: await tlsPort() })

      expect(unreached).toEqual({ kind: 'proxy-failed', reason: besides, code: 'ECONNREFUSED' })
      expect(reached.statusCode).toBe(200)
    },
  )
})
