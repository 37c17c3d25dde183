import { EventEmitter } from 'node:events'
import type { IncomingMessage as NodeMessage } from 'node:http'
import { Readable } from 'node:stream'
import type { AuthInfo, ClientRequestConstructorOptions } from 'electron'
import { basic, challengeOf, hostAndPort, proxyKey } from './net-challenges.ts'
import { type ClientIdentity, type Login, netControl, type SessionMemory } from './net-control.ts'
import { bodyNetName, NetError } from './net-errors.ts'
import { sendOnWire, type WireAnswer } from './net-wire.ts'

export { netControl } from './net-control.ts'

/** Headers that Electron refuses: docs/api/client-request.md. */
const RESTRICTED =
  /^(content-length|host|trailer|te|upgrade|cookie2|keep-alive|transfer-encoding)$/i

/** Chromium's limit: net/url_request/url_request.cc (kMaxRedirects). */
const MOST_REDIRECTS = 20

type Headers = Record<string, string | string[]>

/**
 * Electron's response: a stream that is destroyed with the error when the connection ends early
 * (lib/common/api/net-client-request.ts). It never emits `aborted`.
 */
class FakeIncomingMessage extends Readable {
  readonly statusCode: number
  readonly statusMessage: string
  readonly headers: Headers
  readonly rawHeaders: string[]
  readonly httpVersion = '1.1'
  readonly #incoming: NodeMessage

  constructor(incoming: NodeMessage) {
    super()
    this.#incoming = incoming
    this.statusCode = incoming.statusCode ?? 0
    this.statusMessage = incoming.statusMessage ?? ''
    this.rawHeaders = incoming.rawHeaders
    this.headers = Object.fromEntries(
      Object.entries(incoming.headers).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, value]],
      ),
    )
    incoming.pause()
  }

  /** Starts the data; emits `end` when the body is complete. */
  follow(onError: (error: NetError) => void): void {
    const incoming = this.#incoming
    incoming.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) incoming.pause()
    })
    incoming.on('end', () => this.push(null))
    incoming.on('error', (error) => onError(new NetError(bodyNetName(error, incoming.headers))))
  }

  override _read(): void {
    this.#incoming.resume()
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.#incoming.destroy()
    callback(error)
  }
}

/** Electron's request according to its source, with Node's HTTP and Chromium's error names. */
export class FakeClientRequest extends EventEmitter {
  readonly #options: ClientRequestConstructorOptions
  readonly #url: string
  readonly #memory: SessionMemory
  readonly #stop = new AbortController()
  readonly #chunks: Buffer[] = []
  #headers: Headers
  #response: FakeIncomingMessage | null = null
  #isStarted = false
  #isOver = false
  #isFollowing = false

  constructor(options: ClientRequestConstructorOptions) {
    super()
    const headers = options.headers ?? {}
    const refused = Object.keys(headers).find((name) => RESTRICTED.test(name))
    if (refused !== undefined) throw new Error(`net::ERR_INVALID_ARGUMENT: ${refused}`)
    const url = urlOf(options)
    if (!/^https?:/.test(url)) {
      throw new Error('ClientRequest only supports http: and https: protocols')
    }
    this.#options = options
    this.#url = url
    this.#headers = { ...headers }
    this.#memory = netControl.memoryOf(options.session)
  }

  setHeader(name: string, value: string): void {
    if (this.#isStarted) throw new Error("Can't set headers after they are sent")
    this.#headers = { ...this.#headers, [name]: value }
  }

  write(chunk: Buffer | string): boolean {
    this.#chunks.push(Buffer.from(chunk))
    return true
  }

  end(chunk?: Buffer | string): this {
    if (this.#isStarted) return this
    if (chunk !== undefined) this.write(chunk)
    this.#isStarted = true
    const body = this.#chunks.length === 0 ? null : Buffer.concat(this.#chunks)
    const method = (this.#options.method ?? 'GET').toUpperCase()
    this.#run(new URL(this.#url), method, body).catch((error) => this.#die(error))
    return this
  }

  /** Emits `abort` in the next tick, together with `close`, and no error. */
  abort(): void {
    if (this.#isOver) return
    process.nextTick(() => this.emit('abort'))
    this.#close()
  }

  followRedirect(): void {
    this.#isFollowing = true
  }

  async #run(start: URL, startMethod: string, startBody: Buffer | null): Promise<void> {
    let [url, method, body] = [start, startMethod, startBody]
    for (let count = 0; ; count += 1) {
      const answer = await this.#answerTo(url, method, body)
      if (answer === null || this.#isOver) return
      const to = redirectOf(answer.incoming, url)
      if (to === null) return this.#receive(answer)
      if (count >= MOST_REDIRECTS) throw new NetError('ERR_TOO_MANY_REDIRECTS')
      const next = methodAfter(answer.incoming.statusCode ?? 0, method)
      if (!this.#redirects(answer.incoming, next, to)) return
      if (next !== method) body = null
      ;[url, method] = [to, next]
    }
  }

  /** Answers the challenges of proxies and servers as long as there are credentials. */
  async #answerTo(url: URL, method: string, body: Buffer | null): Promise<WireAnswer | null> {
    const failure = netControl.takeFailure(url.href, method)
    if (failure?.at === 'start') throw new NetError(failure.name)
    for (;;) {
      const answer = await this.#send(url, method, body)
      if (this.#isOver) return null
      if (failure?.at === 'answer') throw new NetError(failure.name)
      if (failure?.at === 'body') breakBody(answer.incoming, failure.name)
      const challenge = challengeOf(answer, url, this.#options.credentials === 'omit')
      if (challenge === null) return answer
      const login = await this.#askForLogin(challenge.authInfo)
      if (this.#isOver) return null
      if (login === null) {
        this.#memory.logins.delete(challenge.key)
        return answer
      }
      answer.incoming.destroy()
      this.#memory.logins.set(challenge.key, login)
    }
  }

  async #send(url: URL, method: string, body: Buffer | null): Promise<WireAnswer> {
    const { proxy, authorities } = netControl
    const { logins, identities } = this.#memory
    const proxyLogin = proxy === null ? undefined : logins.get(proxyKey(proxy.host, proxy.port))
    const serverLogin = logins.get(url.origin)
    const identity = identities.get(hostAndPort(url))
    const wire = {
      ...{ url, method, body, proxy, authorities, signal: this.#stop.signal },
      headers: serverLogin === undefined ? this.#headers : withLogin(this.#headers, serverLogin),
      proxyAuthorization: proxyLogin === undefined ? null : basic(proxyLogin),
      clientCertificate: identity ?? null,
    }
    try {
      return await sendOnWire(wire)
    } catch (error) {
      const isAsked = error instanceof NetError && error.netName === 'ERR_BAD_SSL_CLIENT_AUTH_CERT'
      if (!isAsked || identity !== undefined || netControl.identities.length === 0) throw error
      identities.set(hostAndPort(url), await selectIdentity(hostAndPort(url)))
      return this.#send(url, method, body)
    }
  }

  /** Without a listener the challenge is refused (`login` in net-client-request.ts). */
  #askForLogin(authInfo: AuthInfo): Promise<Login | null> {
    const { promise, resolve } = Promise.withResolvers<Login | null>()
    const callback = (username?: string, password?: string) =>
      resolve(username === undefined || password === undefined ? null : { username, password })
    if (!this.emit('login', authInfo, callback)) callback()
    return promise
  }

  /** Whether the request follows the redirect. */
  #redirects(incoming: NodeMessage, method: string, to: URL): boolean {
    const policy = this.#options.redirect ?? 'follow'
    if (policy === 'error') {
      throw new Error("Attempted to redirect, but redirect policy was 'error'")
    }
    const headers = Object.fromEntries(
      Object.entries(incoming.headers).map(([name, value]) => [name, [value].flat()]),
    )
    this.#isFollowing = policy === 'follow'
    incoming.destroy()
    this.emit('redirect', incoming.statusCode, method, to.href, headers)
    if (!this.#isFollowing && !this.#isOver) throw new Error('Redirect was cancelled')
    return !this.#isOver
  }

  #receive({ incoming, isOfTunnel }: WireAnswer): void {
    const response = new FakeIncomingMessage(incoming)
    this.#response = response
    // A proxy's answer instead of a tunnel is hidden: HttpNetworkTransaction::Read.
    if (isOfTunnel) process.nextTick(() => this.#die(new NetError('ERR_TUNNEL_CONNECTION_FAILED')))
    else response.follow((error) => this.#die(error))
    response.once('end', () => this.#finish())
    this.emit('response', response)
  }

  #die(error: Error): void {
    if (this.#isOver) return
    this.#response?.destroy(error)
    this.emit('error', error)
    this.#close()
  }

  #finish(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.emit('close')
  }

  #close(): void {
    if (this.#isOver) return
    this.#stop.abort()
    this.#response?.destroy()
    this.#finish()
  }
}

/** Without a `url` it is built from Node's option names: parseOptions in net-client-request.ts. */
function urlOf(options: ClientRequestConstructorOptions): string {
  const { url, protocol = 'http:', hostname, port, path = '/' } = options
  if (url !== undefined) return url
  const host = options.host ?? `${hostname ?? 'localhost'}${port === undefined ? '' : `:${port}`}`
  return `${protocol}//${host}${path}`
}

function breakBody(incoming: NodeMessage, name: string): void {
  incoming.once('data', () => incoming.destroy(new NetError(name)))
}

/** Null if it is not a redirect. */
function redirectOf({ statusCode = 0, headers }: NodeMessage, url: URL): URL | null {
  const isRedirect = [301, 302, 303, 307, 308].includes(statusCode)
  return isRedirect && headers.location !== undefined ? new URL(headers.location, url) : null
}

/** net/url_request/redirect_info.cc (ComputeMethodForRedirect). */
function methodAfter(status: number, method: string): string {
  if (status === 303 && method !== 'HEAD') return 'GET'
  return (status === 301 || status === 302) && method === 'POST' ? 'GET' : method
}

function withLogin(headers: Headers, login: Login): Headers {
  return { ...headers, authorization: basic(login) }
}

/**
 * shell/browser/api/electron_api_app.cc (App::SelectClientCertificate): the first one by default.
 */
function selectIdentity(host: string): Promise<ClientIdentity | null> {
  const { promise, resolve } = Promise.withResolvers<ClientIdentity | null>()
  const { identities, app } = netControl
  let isPrevented = false
  const event = {
    preventDefault: () => {
      isPrevented = true
    },
  }
  const list = identities.map(({ certificate }) => certificate)
  app?.emit('select-client-certificate', event, null, host, list, (chosen?: object) =>
    resolve(identities.find(({ certificate }) => certificate === chosen) ?? null),
  )
  if (!isPrevented) resolve(identities[0] ?? null)
  return promise
}

export const net = {
  requests: [] as ClientRequestConstructorOptions[],
  request(options: ClientRequestConstructorOptions): FakeClientRequest {
    net.requests.push(options)
    return new FakeClientRequest(options)
  },
}
