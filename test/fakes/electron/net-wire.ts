import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { isIP, type Socket } from 'node:net'
import { connect as connectTls, getCACertificates, type SecureContextOptions } from 'node:tls'
import { isRestrictedPort, NetError, netNameOf } from './net-errors.ts'

export interface ProxyServer {
  readonly host: string
  readonly port: number
}

/** One request as it is sent. */
export interface WireRequest {
  readonly url: URL
  readonly method: string
  readonly headers: Readonly<Record<string, string | string[]>>
  readonly body: Buffer | null
  readonly proxy: ProxyServer | null
  readonly proxyAuthorization: string | null
  /** PEM, trusted in addition to the authorities that this computer trusts. */
  readonly authorities: readonly string[]
  readonly clientCertificate: Pick<SecureContextOptions, 'cert' | 'key'> | null
  readonly signal: AbortSignal
}

export interface WireAnswer {
  readonly incoming: IncomingMessage
  /** The proxy's own answer to CONNECT: the client does not get its body. */
  readonly isOfTunnel: boolean
}

/**
 * Sends the request with Node's HTTP, through the proxy if there is one.
 * @throws NetError with Chromium's name for any error before the answer.
 */
export async function sendOnWire(wire: WireRequest): Promise<WireAnswer> {
  if (isRestrictedPort(wire.url)) throw new NetError('ERR_UNSAFE_PORT')
  const isTls = wire.url.protocol === 'https:'
  if (wire.proxy !== null && !isTls) return answerOf(wire, askProxy(wire, wire.proxy), 'proxy')
  if (wire.proxy === null) return sendDirectly(wire)
  const tunnel = await openTunnel(wire, wire.proxy)
  return 'socket' in tunnel ? answerOf(wire, askStore(wire, tunnel.socket)) : tunnel
}

/** Retries if a reused connection was closed meanwhile, like HttpNetworkTransaction. */
async function sendDirectly(wire: WireRequest): Promise<WireAnswer> {
  const first = askStore(wire, null)
  try {
    return await answerOf(wire, first)
  } catch (error) {
    if (!first.reusedSocket || wire.signal.aborted) throw error
    return answerOf(wire, askStore(wire, null))
  }
}

function askStore(wire: WireRequest, socket: Socket | null): ClientRequest {
  const { url, method, headers } = wire
  if (url.protocol === 'http:') return httpRequest(url, { method, headers })
  const tls = tlsOf(wire)
  const connection =
    socket === null ? { agent: false } : { createConnection: () => connectTls({ ...tls, socket }) }
  return httpsRequest(url, { method, headers, ...tls, ...connection })
}

function tlsOf({ url, authorities, clientCertificate }: WireRequest) {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const trusted = authorities.length === 0 ? {} : { ca: [...getCACertificates(), ...authorities] }
  const servername = isIP(host) === 0 ? { servername: host } : {}
  // The certificate is checked against `host` if no server name can be sent.
  return { host, ...servername, ...trusted, ...(clientCertificate ?? {}) }
}

function askProxy({ url, method, headers, proxyAuthorization }: WireRequest, proxy: ProxyServer) {
  return httpRequest({
    ...proxy,
    method,
    path: `${url.origin}${url.pathname}${url.search}`,
    headers: { ...headers, host: url.host, ...authorizationOf(proxyAuthorization) },
  })
}

function authorizationOf(authorization: string | null) {
  return authorization === null ? {} : { 'proxy-authorization': authorization }
}

/** Opens a tunnel, or returns the proxy's challenge. */
async function openTunnel(
  { url, proxyAuthorization, signal }: WireRequest,
  proxy: ProxyServer,
): Promise<{ readonly socket: Socket } | WireAnswer> {
  const target = `${url.hostname}:${url.port || '443'}`
  const outgoing = httpRequest({
    ...proxy,
    method: 'CONNECT',
    path: target,
    headers: { host: target, ...authorizationOf(proxyAuthorization) },
    agent: false,
    signal,
  })
  const { promise, resolve, reject } = Promise.withResolvers<
    { readonly socket: Socket } | WireAnswer
  >()
  let isConnected = false
  outgoing.on('socket', (socket) => {
    socket.once('connect', () => {
      isConnected = true
    })
  })
  outgoing.on('connect', (incoming, socket) => {
    if (incoming.statusCode === 200) return resolve({ socket: socket as Socket })
    socket.destroy()
    // Only a challenge is passed on; HttpProxyClientSocket hides all other answers of a proxy.
    if (incoming.statusCode === 407) resolve({ incoming, isOfTunnel: true })
    else reject(new NetError('ERR_TUNNEL_CONNECTION_FAILED'))
  })
  outgoing.on('error', () => {
    const name = isConnected ? 'ERR_TUNNEL_CONNECTION_FAILED' : 'ERR_PROXY_CONNECTION_FAILED'
    reject(new NetError(name))
  })
  outgoing.end()
  return promise
}

function answerOf(
  { url, body, method, signal }: WireRequest,
  outgoing: ClientRequest,
  via: 'proxy' | 'direct' = 'direct',
): Promise<WireAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<WireAnswer>()
  const scheme = url.protocol === 'https:' ? 'https:' : 'http:'
  const state = { scheme, isTlsDone: false, receivedBytes: 0, isConnected: false } as {
    scheme: 'http:' | 'https:'
    isTlsDone: boolean
    receivedBytes: number
    isConnected: boolean
  }
  let answered: IncomingMessage | null = null
  outgoing.on('socket', (socket) => {
    state.isConnected = !socket.connecting
    socket.once('connect', () => {
      state.isConnected = true
    })
    socket.once('secureConnect', () => {
      state.isTlsDone = true
    })
    const count = (chunk: Buffer) => {
      state.receivedBytes += chunk.byteLength
    }
    socket.on('data', count)
    outgoing.once('close', () => socket.off('data', count))
  })
  outgoing.on('response', (incoming) => {
    answered = incoming
    resolve({ incoming, isOfTunnel: false })
  })
  outgoing.on('error', (error) => {
    const isProxyGone = via === 'proxy' && !state.isConnected
    const name = isProxyGone ? 'ERR_PROXY_CONNECTION_FAILED' : netNameOf(error, state)
    // Once the answer has started, the error belongs to the body.
    answered?.destroy(error)
    reject(new NetError(name))
  })
  signal.addEventListener('abort', () => outgoing.destroy(), { once: true })
  // Chromium sends the length by itself, including 0 for methods with a body.
  if (body !== null || method === 'PUT' || method === 'POST') {
    outgoing.setHeader('content-length', body?.byteLength ?? 0)
  }
  outgoing.end(body ?? undefined)
  return promise
}
