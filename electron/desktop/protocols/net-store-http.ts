import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import type { AuthInfo, ClientRequest, IncomingMessage, Net, Session } from 'electron'
import type { StoreHttp } from '../../core/s3/http/network-ports.ts'
import type { ProxyLogin } from '../security/proxy-passwords.ts'

interface SdkResponse {
  readonly statusCode: number
  readonly headers: Record<string, string>
  readonly body: Readable
}

/** Answers authentication challenges of proxies and servers on the user's behalf. */
export interface ConnectionAuth {
  /** Null when no password is available. */
  readonly proxyLogin: (proxy: AuthInfo, refused: ProxyLogin | null) => Promise<ProxyLogin | null>
  /** The server refused the chosen certificate, or requires one. */
  readonly certificateRefused: (host: string) => void
  /** Receives Chromium's error name for the log. */
  readonly failed: (netError: string) => void
}

/**
 * Sends the SDK's requests through Chromium, with the system's proxy and certificates. `session`
 * must not be the page's, so that no cookie, cache or listener affects a signed request.
 */
export function netStoreHttp(
  net: Pick<Net, 'request'>,
  session: Session,
  onTheWay: ConnectionAuth,
): StoreHttp {
  return ({ connectMs, idleMs }) => ({
    metadata: { handlerProtocol: 'http/1.1' },
    handle: async (request: SdkRequest, options?: { readonly abortSignal?: AbortSignal }) => {
      const body = await bodyOf(request.body)
      const url = urlOf(request)
      const outgoing = net.request({
        method: request.method,
        url,
        headers: ownHeaders(request.headers),
        session,
        credentials: 'omit',
        cache: 'no-store',
        referrerPolicy: 'no-referrer',
        // A signature is valid for one host; the core handles redirects itself.
        redirect: 'manual',
      })
      // Chromium does not report when it is connected, so the first response gets both timeouts.
      const limits = { answerMs: connectMs + idleMs, idleMs }
      const exchanged = exchange(outgoing, body, limits, onTheWay, options?.abortSignal)
      return { response: await noteCertificates(exchanged, url, onTheWay) }
    },
    updateHttpClientConfig: () => undefined,
    httpHandlerConfigs: () => ({}),
    destroy: () => undefined,
  })
}

/** Chromium's errors for a handshake without the right client certificate. */
const CERTIFICATE_REFUSED = /net::ERR_(BAD_SSL_CLIENT_AUTH|SSL_CLIENT_AUTH)_/

async function noteCertificates<T>(exchanged: Promise<T>, url: string, onTheWay: ConnectionAuth) {
  try {
    return await exchanged
  } catch (error) {
    const isRefused = error instanceof Error && CERTIFICATE_REFUSED.test(error.message)
    const { hostname, port } = new URL(url)
    if (isRefused) onTheWay.certificateRefused(`${hostname}:${port || '443'}`)
    throw error
  }
}

interface Limits {
  readonly answerMs: number
  readonly idleMs: number
}

function exchange(
  outgoing: ClientRequest,
  body: Buffer | null,
  limits: Limits,
  onTheWay: ConnectionAuth,
  signal: AbortSignal | undefined,
): Promise<SdkResponse> {
  return new Promise((resolve, reject) => {
    // Set once the response has started: later errors belong to its body.
    let answer: Readable | null = null
    const finish = () => {
      silence.stop()
      signal?.removeEventListener('abort', cancel)
    }
    const fail = (error: Error) => {
      finish()
      const netError = /net::(ERR_\w+)/.exec(error.message)?.[1]
      if (netError !== undefined) onTheWay.failed(netError)
      if (answer === null) reject(error)
      else answer.destroy(error)
    }
    const end = (error: Error) => {
      fail(error)
      outgoing.abort()
    }
    const silence = silenceTimer((afterMs) => end(timedOut(afterMs)))
    const cancel = () => end(new DOMException('Request aborted', 'AbortError'))

    // The message contains Chromium's error name (net::ERR_…), which the core knows.
    outgoing.on('error', fail)
    let given: ProxyLogin | null = null
    outgoing.on('login', (authInfo, callback) => {
      // Stores never ask for a password.
      if (!authInfo.isProxy) return callback()
      // The user needs time to type.
      silence.stop()
      onTheWay.proxyLogin(authInfo, given).then((login) => {
        if (login === null) return end(new Error('net::ERR_PROXY_AUTH_REQUESTED'))
        given = login
        silence.restart(limits.answerMs)
        callback(login.username, login.password)
      }, end)
    })
    outgoing.on('redirect', (statusCode, _method, _url, headers) => {
      finish()
      resolve({ statusCode, headers: joined(headers), body: Readable.from([]) })
    })
    outgoing.on('response', (incoming) => {
      silence.restart(limits.idleMs)
      answer = bodyStream(incoming, () => silence.restart(limits.idleMs), fail)
      incoming.on('end', finish)
      // Stop the request when the reader stops reading.
      answer.once('close', () => outgoing.abort())
      resolve({
        statusCode: incoming.statusCode,
        headers: joined(incoming.headers),
        body: answer,
      })
    })
    if (signal?.aborted) return cancel()
    signal?.addEventListener('abort', cancel, { once: true })
    silence.restart(limits.answerMs)
    if (body === null) outgoing.end()
    else outgoing.end(body)
  })
}

/** Twice the longest response that the core accepts; the reader has given up by then. */
const MAX_UNREAD_BYTES = 32 * 1024 * 1024

/** Responses to control calls are short, so chunks are buffered until they are read. */
function bodyStream(
  incoming: IncomingMessage,
  onBytes: () => void,
  fail: (error: Error) => void,
): Readable {
  const stream = new Readable({ read: () => undefined })
  incoming.on('data', (chunk) => {
    onBytes()
    stream.push(chunk)
    if (stream.readableLength > MAX_UNREAD_BYTES) fail(unread())
  })
  incoming.on('end', () => stream.push(null))
  incoming.on('aborted', () => fail(connectionLost()))
  incoming.on('error', fail)
  // The SDK leaves some bodies unread, so their errors are ignored.
  stream.on('error', () => undefined)
  return stream
}

function silenceTimer(onSilence: (afterMs: number) => void) {
  let timer: NodeJS.Timeout | undefined
  return {
    restart: (ms: number) => {
      clearTimeout(timer)
      timer = setTimeout(() => onSilence(ms), ms)
    },
    stop: () => clearTimeout(timer),
  }
}

/** The name that the SDK's own handler uses. */
function timedOut(afterMs: number): Error {
  return Object.assign(new Error(`The store was silent for ${afterMs} ms`), {
    name: 'TimeoutError',
  })
}

function unread(): Error {
  return Object.assign(new Error('Nobody reads the answer'), { code: 'ECONNABORTED' })
}

function connectionLost(): Error {
  return Object.assign(new Error('The connection was cut'), { code: 'ECONNRESET' })
}

function joined(headers: Record<string, string | string[]>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name.toLowerCase(),
      Array.isArray(value) ? value.join(', ') : value,
    ]),
  )
}

/** The fields that are used of `HttpRequest` in `@smithy/types`. */
interface SdkRequest {
  readonly method: string
  readonly protocol: string
  readonly hostname: string
  readonly port?: number
  readonly path: string
  readonly query?: Readonly<Record<string, string | readonly string[] | null>>
  readonly headers: Readonly<Record<string, string>>
  readonly body?: unknown
}

/**
 * Chromium derives these headers from the URL and the body, with the signed values, and refuses to
 * let callers set them (docs/api/client-request.md). `expect` is useless here: the bodies of
 * control calls are small.
 */
const CHROMIUM_HEADERS = new Set([
  'host',
  'content-length',
  'connection',
  'keep-alive',
  'transfer-encoding',
  'te',
  'trailer',
  'upgrade',
  'expect',
])

function urlOf({ protocol, hostname, port, path, query = {} }: SdkRequest): string {
  const pairs = Object.entries(query).flatMap(([name, value]) => {
    if (value === null) return [escaped(name)]
    const values = typeof value === 'string' ? [value] : value
    return values.map((each) => `${escaped(name)}=${escaped(each)}`)
  })
  const host = port === undefined ? hostname : `${hostname}:${port}`
  return `${protocol}//${host}${path}${pairs.length === 0 ? '' : `?${pairs.join('&')}`}`
}

/** Keeps RFC 3986's unreserved characters, because the signature covers exactly this form. */
function escaped(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

async function bodyOf(body: unknown): Promise<Buffer | null> {
  if (body === undefined || body === null) return null
  if (typeof body === 'string') return Buffer.from(body)
  if (ArrayBuffer.isView(body)) return Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  if (body instanceof ArrayBuffer) return Buffer.from(body)
  if (body instanceof Readable) return buffer(body)
  throw new TypeError('A body of an unknown kind')
}

function ownHeaders(headers: SdkRequest['headers']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !CHROMIUM_HEADERS.has(name.toLowerCase())),
  )
}
