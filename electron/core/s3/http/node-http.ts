import { NodeHttpHandler } from '@smithy/node-http-handler'
import { guardedLookup } from './metadata-hosts.ts'
import { networkFailure, ProxyError } from './network-failure.ts'
import type { NetworkPorts, NodeNetwork, Route } from './network-ports.ts'

interface ConnectionTimeouts {
  readonly connectMs: number
  readonly idleMs: number
}

type NodeRequest = Parameters<NodeHttpHandler['handle']>[0]
interface Options {
  readonly abortSignal?: AbortSignal
}
type Answer = Awaited<ReturnType<NodeHttpHandler['handle']>>

/**
 * Whether a request to this address uses a socket of Node's own, straight to the host. If not, this
 * process cannot resolve the name or check the certificate as the request does, and nothing waits
 * for `100 Continue`.
 */
export async function goesDirectly(
  { storeHttp, nodeNetwork }: NetworkPorts,
  url: URL,
): Promise<boolean> {
  if (storeHttp !== undefined) return false
  const route = await nodeNetwork?.routeTo(url)
  return route === undefined || route.kind === 'direct'
}

/** Node carries the SDK's requests: by the route and with the trusted authorities of `network`. */
export function nodeHttp(patience: ConnectionTimeouts, network: NodeNetwork | undefined): object {
  const direct = new NodeHttpHandler({
    ...timesOf(patience),
    httpAgent: { lookup: guardedLookup },
    httpsAgent: { lookup: guardedLookup },
  })
  return network === undefined ? direct : new RoutedHttp(patience, network, direct)
}

class RoutedHttp {
  readonly metadata = { handlerProtocol: 'http/1.1' }
  readonly #patience: ConnectionTimeouts
  readonly #network: NodeNetwork
  readonly #direct: NodeHttpHandler
  /** One handler per proxy address, to keep their connections alive. */
  readonly #proxied = new Map<string, NodeHttpHandler>()

  constructor(patience: ConnectionTimeouts, network: NodeNetwork, direct: NodeHttpHandler) {
    this.#patience = patience
    this.#network = network
    this.#direct = direct
  }

  async handle(request: NodeRequest, options?: Options): Promise<Answer> {
    const route = await this.#network.routeTo(urlOf(request))
    const sinceMs = performance.now()
    try {
      try {
        return await this.#send(route, request, options)
      } catch (error) {
        if (!isUnknownAuthority(error)) throw error
        const isWorthAnother = await this.#trustSystem(sinceMs, options?.abortSignal)
        if (!isWorthAnother || !isWhole(request)) throw error
        return await this.#send(route, request, options)
      }
    } catch (error) {
      throw proxyErrorOf(error, route)
    }
  }

  destroy(): void {
    for (const handler of [this.#direct, ...this.#proxied.values()]) handler.destroy()
  }

  updateHttpClientConfig(): void {
    // Ferry sets its own timeouts and agents.
  }

  httpHandlerConfigs(): object {
    return {}
  }

  /** An aborted request does not wait for the system. */
  async #trustSystem(sinceMs: number, signal: AbortSignal | undefined): Promise<boolean> {
    const { promise: isAborted, resolve } = Promise.withResolvers<boolean>()
    const onAbort = () => resolve(false)
    if (signal?.aborted === true) onAbort()
    signal?.addEventListener('abort', onAbort)
    try {
      return await Promise.race([this.#network.trustSystem(sinceMs), isAborted])
    } finally {
      signal?.removeEventListener('abort', onAbort)
    }
  }

  async #send(route: Route, request: NodeRequest, options?: Options): Promise<Answer> {
    if (route.kind === 'unusable') throw new ProxyError('proxy-misconfigured', route.setting)
    if (route.kind === 'direct') return this.#direct.handle(request, options)
    // If a request waits for `100 Continue`, the SDK's handler makes its own agent, without the
    // proxy. Dropping the header is safe: `expect` is never signed (smithy's
    // `ALWAYS_UNSIGNABLE_HEADERS`).
    const { expect: _waits, Expect: _too, ...headers } = request.headers
    const sent: NodeRequest = Object.create(request, { headers: { value: headers } })
    const answer = await this.#through(route.url).handle(sent, options)
    // A proxy answers plain HTTP itself; for TLS it refuses the tunnel. Only a proxy sends 407.
    if (answer.response.statusCode === 407) {
      answer.response.body?.destroy?.()
      throw new ProxyError('proxy-auth-by-variable', 'HTTP 407')
    }
    return answer
  }

  #through(proxy: string): NodeHttpHandler {
    const known = this.#proxied.get(proxy)
    if (known !== undefined) return known
    // `proxyEnv` takes the names of variables: nodejs.org/api/http.html#built-in-proxy-support.
    // Which hosts bypass the proxy has been decided by now.
    const handler = new NodeHttpHandler({
      ...timesOf(this.#patience),
      httpAgent: { proxyEnv: { HTTP_PROXY: proxy } },
      httpsAgent: { proxyEnv: { HTTPS_PROXY: proxy } },
    })
    this.#proxied.set(proxy, handler)
    return handler
  }
}

function timesOf({ connectMs, idleMs }: ConnectionTimeouts) {
  return { connectionTimeout: connectMs, socketTimeout: idleMs }
}

/** The request's scheme, host and port alone. */
export function urlOf(request: {
  readonly protocol?: string
  readonly hostname: string
  readonly port?: number | undefined
}): URL {
  const { protocol = 'https:', hostname, port } = request
  return new URL(`${protocol}//${hostname}${port === undefined ? '' : `:${port}`}`)
}

/** After the first try, a stream has lost its beginning. */
function isWhole({ body }: NodeRequest): boolean {
  return body === undefined || body === null || typeof body === 'string' || ArrayBuffer.isView(body)
}

/** OpenSSL's names for a chain that ends with an authority that Node does not know. */
const UNKNOWN_AUTHORITY: ReadonlySet<unknown> = new Set([
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'CERT_UNTRUSTED',
])

/** @param error the value that a request threw, or a code from OpenSSL. */
export function isUnknownAuthority(error: unknown): boolean {
  return UNKNOWN_AUTHORITY.has(error instanceof Error && 'code' in error ? error.code : error)
}

/**
 * Rewrites a failure according to the route that the request took; other failures stay as they are.
 */
function proxyErrorOf(error: unknown, route: Route): unknown {
  if (!(error instanceof Error) || error instanceof ProxyError) return error
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name
  if (code === 'ERR_PROXY_TUNNEL') return tunnelError(error)
  // The socket goes to the proxy, which alone resolves the host; and a script or SOCKS may lead to
  // hosts that a direct connection cannot reach.
  const kind = networkFailure(error, { host: '', scheme: 'https' })?.kind
  const isUnreached = kind === 'host-not-found' || kind === 'host-unreachable'
  if (!isUnreached || route.kind === 'unusable') return error
  if (route.kind === 'proxy') return new ProxyError('proxy-unreachable', code)
  return route.besides === null ? error : new ProxyError(`proxy-${route.besides}`, code)
}

/** Node reports the proxy's status in addition to its message, which names the proxy. */
function tunnelError(error: Error): ProxyError {
  const status = 'statusCode' in error ? error.statusCode : null
  if (status === 407) return new ProxyError('proxy-auth-by-variable', 'HTTP 407')
  const detail = typeof status === 'number' ? `HTTP ${status}` : 'ERR_PROXY_TUNNEL'
  return new ProxyError('proxy-refused', detail)
}
