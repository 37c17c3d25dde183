import { once } from 'node:events'
import http, {
  createServer,
  request as forward,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http'
import { syncBuiltinESMExports } from 'node:module'
import type { AddressInfo } from 'node:net'
import { endToEnd } from '../faults/headers.ts'

export interface ProxiedRequest {
  readonly method: string
  readonly key: string
  readonly query: URLSearchParams
  readonly headers: IncomingMessage['headers']
  /** As announced by Content-Length. */
  readonly contentLength: number
  /** Whether it belongs to one of the host's probes. */
  readonly isTrial: boolean
  /** The bytes of the body received so far. */
  bodyBytes: number
  /** The status that was returned; null until then. */
  status: number | null
}

export interface ProxyAnswer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** The proxy's action for a request. */
type ProxyVerdict =
  | { readonly kind: 'pass' }
  /** The body is not read, and no answer is sent. */
  | { readonly kind: 'stall' }
  /** The store handles the request; these headers are removed from its answer. */
  | { readonly kind: 'strip'; readonly headers: RegExp }
  /** Answered at once, before any of the body is read; the body is then discarded. */
  | { readonly kind: 'answer'; readonly answer: ProxyAnswer }
  /** The same, but after `100 Continue`. */
  | { readonly kind: 'answer-after-continue'; readonly answer: ProxyAnswer }
  /** Answered as soon as this many bytes of the body were exceeded. */
  | { readonly kind: 'answer-after'; readonly bytes: number; readonly answer: ProxyAnswer }
  /** The connection is reset once this many bytes of the body have arrived. */
  | { readonly kind: 'cut'; readonly afterBytes: number }

export type ProxyRule = (request: ProxiedRequest) => ProxyVerdict

/** The time that an answer takes. */
const THINKING_MS = 100

const PASS: ProxyVerdict = { kind: 'pass' }

/**
 * A web server in front of a store, like nginx: its own answers have none of the store's headers.
 * It is a forward proxy, because signatures cover `Host`, and the local bucket answers only on its
 * own address.
 */
export class ReverseProxy {
  /** All requests, in order, including preflights. */
  readonly seen: ProxiedRequest[] = []
  rule: ProxyRule = () => PASS
  readonly #server: Server

  private constructor() {
    this.#server = createServer((request, response) => this.#take(request, response, () => {}))
    // nginx checks the length before it asks for the body.
    this.#server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) =>
      this.#take(request, response, () => response.writeContinue()),
    )
  }

  static async start(): Promise<ReverseProxy> {
    const proxy = new ReverseProxy()
    proxy.#server.listen(0, '127.0.0.1')
    await once(proxy.#server, 'listening')
    return proxy
  }

  get address(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  puts(isTrial: boolean): readonly ProxiedRequest[] {
    return this.seen.filter((each) => each.method === 'PUT' && each.isTrial === isTrial)
  }

  bytesOf(requests: readonly ProxiedRequest[]): number {
    return requests.reduce((bytes, { bodyBytes }) => bytes + bodyBytes, 0)
  }

  clear(): void {
    this.seen.splice(0)
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.#server.closeAllConnections()
    await closed
  }

  #take(request: IncomingMessage, response: ServerResponse, askForBody: () => void): void {
    const seen = seenOf(request)
    this.seen.push(seen)
    request.on('error', () => undefined)
    request.socket.on('error', () => undefined)
    response.on('error', () => undefined)
    const verdict = this.rule(seen)
    const count = (piece: Buffer) => {
      seen.bodyBytes += piece.byteLength
    }
    switch (verdict.kind) {
      case 'answer':
        say(seen, response, verdict.answer)
        request.on('data', count)
        return
      case 'answer-after-continue':
        askForBody()
        setTimeout(() => say(seen, response, verdict.answer), THINKING_MS)
        request.on('data', count)
        return
      case 'stall':
        askForBody()
        request.pause()
        return
      case 'answer-after':
        askForBody()
        request.on('data', (piece: Buffer) => {
          count(piece)
          if (seen.bodyBytes > verdict.bytes && !response.headersSent) {
            say(seen, response, verdict.answer)
          }
        })
        request.on('end', () => {
          if (!response.headersSent) response.destroy(new Error('Shorter than the limit'))
        })
        return
      case 'cut':
        if (verdict.afterBytes === 0) {
          request.socket.resetAndDestroy()
          return
        }
        askForBody()
        request.on('data', (piece: Buffer) => {
          count(piece)
          if (seen.bodyBytes >= verdict.afterBytes) request.socket.resetAndDestroy()
        })
        return
      case 'pass':
      case 'strip':
        askForBody()
        request.on('data', count)
        this.#passOn(seen, request, response, verdict.kind === 'strip' ? verdict.headers : null)
    }
  }

  #passOn(
    seen: ProxiedRequest,
    request: IncomingMessage,
    response: ServerResponse,
    stripped: RegExp | null,
  ): void {
    const { method } = request
    const headers = endToEnd(request.rawHeaders, ['expect'])
    const upstream = forward(request.url ?? '', { method, headers, agent: false })
    upstream.on('response', (answer) => {
      seen.status = answer.statusCode ?? 502
      const kept = Object.entries(answer.headers).filter(
        ([name]) => stripped === null || !stripped.test(name),
      )
      response.writeHead(seen.status, { ...Object.fromEntries(kept), connection: 'close' })
      answer.pipe(response)
    })
    upstream.on('error', () => response.destroy())
    response.on('close', () => upstream.destroy())
    request.pipe(upstream)
  }
}

/**
 * From now on the AWS SDK's HTTP in this process uses the proxy. Returns a function that undoes it.
 *
 * nodejs.org/api/http.html#built-in-proxy-support
 */
export function leadThrough({ address }: ReverseProxy): () => void {
  const { Agent } = http
  http.Agent = class extends Agent {
    constructor(options?: http.AgentOptions) {
      super({ ...options, proxyEnv: { HTTP_PROXY: address } })
    }
  }
  syncBuiltinESMExports()
  return () => {
    http.Agent = Agent
    syncBuiltinESMExports()
  }
}

/** Like nginx's limit: checks the announced length, without a byte of the body. */
export function limitedTo(limitBytes: number): ProxyRule {
  return ({ contentLength }) =>
    contentLength > limitBytes ? { kind: 'answer', answer: TOO_LARGE } : PASS
}

export const TOO_LARGE: ProxyAnswer = {
  status: 413,
  headers: { server: 'nginx/1.22.1', 'content-type': 'text/html' },
  body: '<html><head><title>413 Request Entity Too Large</title></head><body></body></html>',
}

export const FORBIDDEN_PAGE: ProxyAnswer = {
  status: 403,
  headers: { server: 'awselb/2.0', 'content-type': 'text/html' },
  body: '<html><head><title>403 Forbidden</title></head><body></body></html>',
}

function say(seen: ProxiedRequest, response: ServerResponse, answer: ProxyAnswer): void {
  const { status, headers = {}, body = '' } = answer
  seen.status = status
  response.writeHead(status, { ...headers, connection: 'close' })
  response.end(body)
}

/** Parses path-style addresses: the first segment is the bucket. */
function seenOf(request: IncomingMessage): ProxiedRequest {
  const { pathname, searchParams: query } = new URL(request.url ?? '', 'http://any')
  const key = decodeURIComponent(pathname.split('/').slice(2).join('/'))
  const { method = '', headers } = request
  return {
    ...{ method, key, query, headers, bodyBytes: 0, status: null },
    contentLength: Number(headers['content-length'] ?? 0),
    isTrial: key.includes('.ferry-check-'),
  }
}
