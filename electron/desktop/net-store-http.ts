import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import type { ClientRequest, IncomingMessage, Net, Session } from 'electron'
import type { StoreHttp } from '../core/ports.ts'

/** What the SDK hands over: the shape of `@smithy/types`' `HttpRequest`, of which this much is read. */
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

interface SdkResponse {
  readonly statusCode: number
  readonly headers: Record<string, string>
  readonly body: Readable
}

/**
 * Chromium writes these itself from the URL and the body, with the values that were signed, and
 * refuses them from us (docs/api/client-request.md). `expect` would only wait for nothing: the
 * bodies of control calls are small.
 */
const CHROMIUM_S_OWN = new Set([
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

/**
 * The SDK's HTTP through Chromium: the system's proxy and certificates apply. `session` must be one
 * of its own, so that no cookie, cache or listener of the page's touches a signed request.
 */
export function netStoreHttp(net: Pick<Net, 'request'>, session: Session): StoreHttp {
  return ({ connectMs, idleMs }) => ({
    metadata: { handlerProtocol: 'http/1.1' },
    handle: async (request: SdkRequest, options?: { readonly abortSignal?: AbortSignal }) => {
      const body = await bodyOf(request.body)
      const outgoing = net.request({
        method: request.method,
        url: urlOf(request),
        headers: ownHeaders(request.headers),
        session,
        credentials: 'omit',
        cache: 'no-store',
        referrerPolicy: 'no-referrer',
        // A signature holds for one host; a redirect is an answer that the core reads.
        redirect: 'manual',
      })
      // Chromium does not tell when it is connected, so the first answer has both times.
      const limits = { answerMs: connectMs + idleMs, idleMs }
      return { response: await exchange(outgoing, body, limits, options?.abortSignal) }
    },
    updateHttpClientConfig: () => undefined,
    httpHandlerConfigs: () => ({}),
    destroy: () => undefined,
  })
}

interface Limits {
  readonly answerMs: number
  readonly idleMs: number
}

function exchange(
  outgoing: ClientRequest,
  body: Buffer | null,
  limits: Limits,
  signal: AbortSignal | undefined,
): Promise<SdkResponse> {
  return new Promise((resolve, reject) => {
    // Set once the answer has begun: from then on an error belongs to its body.
    let answer: Readable | null = null
    const fail = (error: Error) => {
      silence.stop()
      if (answer === null) reject(error)
      else answer.destroy(error)
    }
    const end = (error: Error) => {
      fail(error)
      outgoing.abort()
    }
    const silence = silenceAlarm((afterMs) => end(timedOut(afterMs)))
    const cancel = () => end(new DOMException('Request aborted', 'AbortError'))

    // Chromium's own name is in the message (net::ERR_…), and the core knows those.
    outgoing.on('error', fail)
    outgoing.on('redirect', (statusCode, _method, _url, headers) => {
      silence.stop()
      resolve({ statusCode, headers: joined(headers), body: Readable.from([]) })
    })
    outgoing.on('response', (incoming) => {
      answer = bodyStream(incoming, () => silence.restart(limits.idleMs), fail)
      answer.once('close', () => {
        silence.stop()
        signal?.removeEventListener('abort', cancel)
        outgoing.abort()
      })
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

/** The answers to control calls are short, so chunks may pile up until they are read. */
function bodyStream(
  incoming: IncomingMessage,
  onBytes: () => void,
  fail: (error: Error) => void,
): Readable {
  const stream = new Readable({ read: () => undefined })
  incoming.on('data', (chunk) => {
    onBytes()
    stream.push(chunk)
  })
  incoming.on('end', () => stream.push(null))
  incoming.on('aborted', () => fail(connectionLost()))
  incoming.on('error', fail)
  onBytes()
  return stream
}

function silenceAlarm(onSilence: (afterMs: number) => void) {
  let timer: NodeJS.Timeout | undefined
  return {
    restart: (ms: number) => {
      clearTimeout(timer)
      timer = setTimeout(() => onSilence(ms), ms)
    },
    stop: () => clearTimeout(timer),
  }
}

/** The SDK's own handler names it so. */
function timedOut(afterMs: number): Error {
  return Object.assign(new Error(`The store was silent for ${afterMs} ms`), {
    name: 'TimeoutError',
  })
}

function connectionLost(): Error {
  return Object.assign(new Error('The connection was cut'), { code: 'ECONNRESET' })
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
    Object.entries(headers).filter(([name]) => !CHROMIUM_S_OWN.has(name.toLowerCase())),
  )
}

function joined(headers: Record<string, string | string[]>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name.toLowerCase(),
      Array.isArray(value) ? value.join(', ') : value,
    ]),
  )
}

function urlOf({ protocol, hostname, port, path, query = {} }: SdkRequest): string {
  const pairs = Object.entries(query).flatMap(([name, value]) => {
    if (value === null) return [escaped(name)]
    const values = typeof value === 'string' ? [value] : value
    return values.map((each) => `${escaped(name)}=${escaped(each)}`)
  })
  const host = port === undefined ? hostname : `${hostname}:${port}`
  return `${protocol}//${host}${path}${pairs.length === 0 ? '' : `?${pairs.join('&')}`}`
}

/** RFC 3986's unreserved characters stay; the signature was made over exactly this form. */
function escaped(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}
