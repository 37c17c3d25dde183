import { once } from 'node:events'
import {
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  request as requestHttp,
  type Server,
  type ServerResponse,
} from 'node:http'
import { request as requestHttps } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import { TLSSocket } from 'node:tls'
import type { HeadersReceivedResponse, OnHeadersReceivedListenerDetails } from 'electron'
import { SELF_SIGNED } from '../fakes/certificates.ts'
import { netControl } from '../fakes/electron/net-control.ts'
import type { ProxyServer } from '../fakes/electron/net-wire.ts'
import { asElectronSees, originOutward, schemeOf, valueInward } from './origins.ts'
import { type AskForLogin, sendThroughProxy } from './system-proxy.ts'

/** The part of a session that the main process sets and that affects traffic. */
export interface TrafficRules {
  readonly schemes: ReadonlyMap<string, (request: Request) => Response | Promise<Response>>
  readonly isCancelled: (url: string) => boolean
  readonly receive: (details: OnHeadersReceivedListenerDetails) => HeadersReceivedResponse
  /** Whether the page may navigate there. */
  readonly mayNavigate: (url: string) => boolean
  readonly webContentsId: () => number | undefined
  readonly askForLogin: AskForLogin
}

interface TrafficSettings {
  /** Forwards requests to stores to a fault proxy. Null: directly to the store. */
  readonly upstreamProxy: ProxyServer | null
  /** Trusted certificate authorities for https stores, in addition to the system's. */
  readonly authorities: readonly string[]
}

/**
 * The proxy for all of Chromium's requests. It is an HTTP proxy and does not use the debugger's
 * Fetch domain, which copies every body: six parts of 16 MiB took ten times as long that way.
 *
 * An https request is decrypted with a key that this Chromium trusts for every host.
 */
export class Traffic {
  /** Origins that the page reached, in order, each once. */
  readonly reached = new Set<string>()
  readonly #rules: TrafficRules
  readonly #settings: TrafficSettings
  readonly #server: Server
  /** Keyed by decrypted connection: the host that the page is talking to. */
  readonly #hosts = new WeakMap<Duplex, string>()

  constructor(rules: TrafficRules, settings: TrafficSettings) {
    this.#rules = rules
    this.#settings = settings
    this.#server = createServer((request, response) => void this.#take(request, response))
    this.#server.on('connect', ({ url = '' }, socket: Duplex) => this.#decrypt(url, socket))
  }

  /** Returns `host:port`. */
  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  #decrypt(host: string, socket: Duplex): void {
    socket.on('error', () => undefined)
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
    const decrypted = new TLSSocket(socket as never, { isServer: true, ...SELF_SIGNED })
    decrypted.on('error', () => undefined)
    this.#hosts.set(decrypted, host.replace(/:443$/, ''))
    this.#server.emit('connection', decrypted)
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    request.on('error', () => undefined)
    response.on('error', () => undefined)
    const host = this.#hosts.get(request.socket)
    const url = asElectronSees(
      host === undefined ? `${request.url}` : `https://${host}${request.url}`,
    )
    if (URL.parse(url) === null) return void response.writeHead(400).end()
    const scheme = schemeOf(url)
    if (isNavigation(request) && !this.#rules.mayNavigate(url)) {
      // Keeps the page where it is, like a prevented navigation.
      return void response.writeHead(204).end()
    }
    if (this.#rules.isCancelled(url)) return void response.destroy()
    if (scheme === null) {
      this.reached.add(new URL(url).origin)
      this.#forward(url, request, response)
      return
    }
    await this.#answer(scheme, url, request, response).catch(() => response.destroy())
  }

  /** Like lib/browser/api/protocol.ts: converts the response's body to a Node stream. */
  async #answer(
    scheme: string,
    url: string,
    incoming: IncomingMessage,
    outgoing: ServerResponse,
  ): Promise<void> {
    const handler = this.#rules.schemes.get(scheme)
    if (handler === undefined) return void outgoing.destroy()
    const headers = new Headers()
    for (const [name, value] of Object.entries(incoming.headers)) {
      if (typeof value === 'string' && !name.startsWith('proxy-')) headers.set(name, value)
    }
    const method = incoming.method ?? 'GET'
    const request = new Request(url, { method, headers })
    const { origin } = incoming.headers
    const initiator = origin === undefined ? {} : { initiatorOrigin: originOutward(origin) }
    const response = await handler(Object.assign(request, initiator))
    outgoing.writeHead(
      response.status,
      Object.fromEntries(
        [...response.headers].map(([name, value]) => [name, valueInward(name, value)]),
      ),
    )
    if (response.body === null) return void outgoing.end()
    const body = Readable.fromWeb(response.body as ReadableStream)
    body.on('error', () => outgoing.destroy())
    // `request.signal` never aborts (electron#42000 and similar); the stream is destroyed instead.
    outgoing.on('close', () => body.destroy())
    body.pipe(outgoing)
  }

  #forward(url: string, incoming: IncomingMessage, outgoing: ServerResponse): void {
    const { method = 'GET' } = incoming
    const initiatorOrigin =
      incoming.headers.origin === undefined ? undefined : originOutward(incoming.headers.origin)
    const headers: OutgoingHttpHeaders = { ...incoming.headers }
    delete headers['proxy-connection']
    if (initiatorOrigin !== undefined) headers.origin = initiatorOrigin
    const give = (answer: IncomingMessage) => {
      const responseHeaders = listsOf(answer.rawHeaders)
      const received = this.#rules.receive({
        url,
        method,
        statusCode: answer.statusCode ?? 0,
        responseHeaders,
        ...(initiatorOrigin === undefined ? {} : { initiatorOrigin }),
        // The network service sends preflights by itself, so they belong to no page.
        ...(method === 'OPTIONS' ? {} : { webContentsId: this.#rules.webContentsId() }),
      } as OnHeadersReceivedListenerDetails)
      const status = Number(received.statusLine?.split(' ')[1] ?? answer.statusCode)
      outgoing.writeHead(status, inward(received.responseHeaders ?? responseHeaders))
      answer.on('error', () => outgoing.destroy())
      answer.on('aborted', () => outgoing.destroy())
      answer.pipe(outgoing)
    }
    // A fault proxy needs no password, and must see bodies while they are sent.
    if (netControl.proxy !== null && this.#settings.upstreamProxy === null) {
      sendThroughProxy(url, incoming, headers, this.#rules.askForLogin).then(give, () =>
        outgoing.destroy(),
      )
      return
    }
    const upstream = this.#requestTo(url, method, headers)
    upstream.on('response', give)
    upstream.on('error', () => outgoing.destroy())
    outgoing.on('close', () => upstream.destroy())
    incoming.pipe(upstream)
  }

  #requestTo(url: string, method: string, headers: OutgoingHttpHeaders) {
    const target = new URL(url)
    const proxy = this.#settings.upstreamProxy
    if (target.protocol === 'https:') {
      const ca = this.#settings.authorities
      return requestHttps(target, { method, headers, ...(ca.length === 0 ? {} : { ca: [...ca] }) })
    }
    if (proxy === null) return requestHttp(target, { method, headers })
    return requestHttp({ ...proxy, path: url, method, headers })
  }
}

function isNavigation({ headers }: IncomingMessage): boolean {
  return headers['sec-fetch-mode'] === 'navigate'
}

function listsOf(rawHeaders: readonly string[]): Record<string, string[]> {
  const lists: Record<string, string[]> = {}
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const [name = '', value = ''] = rawHeaders.slice(index, index + 2)
    lists[name] = [...(lists[name] ?? []), value]
  }
  return lists
}

function inward(headers: Record<string, string | string[]>): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, values]) => [
      name,
      [values].flat().map((value) => valueInward(name, value)),
    ]),
  )
}
