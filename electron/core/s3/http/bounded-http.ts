import { Readable } from 'node:stream'
import type { Failure } from '../../../contract/failure/kinds.ts'
import { isMetadataHost, MetadataHost, refuseMetadata } from './metadata-hosts.ts'
import type { NetworkPorts } from './network-ports.ts'
import { goesDirectly, nodeHttp, urlOf } from './node-http.ts'

/**
 * How long connecting may take, and how long the connection may be silent: Complete works for
 * minutes.
 */
export interface HttpTimeouts {
  readonly connectMs: number
  readonly idleMs: number
  /** For a whole request with its answer; absent: the default for its kind. */
  readonly wholeMs?: number
}

const MIB = 1024 * 1024
/** A list of a thousand parts has a twentieth of that. */
const MAX_ANSWER_BYTES = 16 * MIB
/** AWS accepts no longer CORS document: docs.aws.amazon.com/AmazonS3/latest/userguide/cors.html */
const MOST_SETTING_BYTES = 64 * 1024
/** Ferry reads this much of an error answer and ignores the rest, which may be a web page. */
const MOST_ERROR_BYTES = 64 * 1024
/** From the first byte of a request to the last byte of its answer, however slowly it arrives. */
const READ_MS = 2 * 60_000
/** Complete may work for minutes, and the connection check sends whole parts. */
const WRITE_MS = 30 * 60_000

/** The answer is longer than any that Ferry can use. */
export class AnswerTooLong extends Error {
  override readonly name = 'AnswerTooLong'
  readonly host: string
  readonly limitBytes: number

  constructor(host: string, limitBytes: number) {
    super(`The store answered with more than ${limitBytes} bytes`)
    this.host = host
    this.limitBytes = limitBytes
  }
}

/** Null: it is another error. */
export function boundsFailure(error: Error): Failure | null {
  if (error instanceof MetadataHost) return { kind: 'host-refused', host: error.host }
  if (!(error instanceof AnswerTooLong)) return null
  return { kind: 'answer-too-long', host: error.host, limitBytes: error.limitBytes }
}

/** The part of `@smithy/types`' `HttpRequest` that decides how large and slow an answer may be. */
export interface BoundRequest {
  readonly method: string
  readonly protocol?: string
  readonly hostname: string
  readonly port?: number
  readonly query?: Readonly<Record<string, unknown>>
  readonly headers?: Readonly<Record<string, string>>
}

interface HttpResponse {
  readonly statusCode: number
  body?: AsyncIterable<Uint8Array> & { readonly destroy?: (error?: Error) => unknown }
}

interface HandleOptions {
  readonly abortSignal?: AbortSignal
}

/** `@smithy/types`' `HttpHandler`, as far as the SDK uses it. */
interface HttpHandler {
  readonly metadata?: object
  readonly handle: (
    request: BoundRequest,
    options?: HandleOptions,
  ) => Promise<{ readonly response: HttpResponse }>
  readonly destroy?: () => void
  readonly updateHttpClientConfig: (key: never, value: never) => void
  readonly httpHandlerConfigs: () => object
}

/**
 * All requests to a store or an identity provider go through here, whatever carries them: every
 * answer is bounded in bytes and time, and none comes from a cloud's metadata service.
 */
export function boundedHttp(ways: NetworkPorts, patience: HttpTimeouts): HttpHandler {
  // The port keeps the handler opaque, so that hosts need none of the SDK's types.
  const { connectMs, idleMs } = patience
  const { storeHttp, nodeNetwork } = ways
  const opened = storeHttp?.({ connectMs, idleMs }) ?? nodeHttp(patience, nodeNetwork)
  const inner = opened as HttpHandler
  return {
    ...(inner.metadata === undefined ? {} : { metadata: inner.metadata }),
    handle: async (request, options = {}) => {
      if (isMetadataHost(request.hostname)) throw new MetadataHost(request.hostname)
      // Chromium and proxies resolve names themselves, and Node's handler has no lookup while it
      // waits for `100 Continue`.
      const isResolvedHere =
        request.headers?.expect === undefined && (await goesDirectly(ways, urlOf(request)))
      if (!isResolvedHere) await refuseMetadata(request.hostname)
      const usualMs = isRead(request) ? READ_MS : WRITE_MS
      const deadline = new Deadline(patience.wholeMs ?? usualMs, options.abortSignal)
      return handleWithin(inner, request, deadline)
    },
    destroy: () => inner.destroy?.(),
    updateHttpClientConfig: (key, value) => inner.updateHttpClientConfig(key, value),
    httpHandlerConfigs: () => inner.httpHandlerConfigs(),
  }
}

/** The maximum number of bytes in an answer to this request. */
export function maxAnswerBytes({ query = {} }: BoundRequest): number {
  return 'cors' in query || 'lifecycle' in query ? MOST_SETTING_BYTES : MAX_ANSWER_BYTES
}

async function handleWithin(
  inner: HttpHandler,
  request: BoundRequest,
  deadline: Deadline,
): Promise<{ readonly response: HttpResponse }> {
  try {
    const { response } = await inner.handle(request, { abortSignal: deadline.signal })
    const { body } = response
    if (body === undefined || body instanceof Uint8Array) deadline.stop()
    else response.body = boundedBody(body, request, response.statusCode, deadline)
    return { response }
  } catch (error) {
    deadline.stop()
    throw deadline.isOver ? deadline.error() : error
  }
}

function isRead({ method }: BoundRequest): boolean {
  return ['GET', 'HEAD', 'OPTIONS', 'DELETE'].includes(method)
}

function boundedBody(
  body: NonNullable<HttpResponse['body']>,
  request: BoundRequest,
  status: number,
  deadline: Deadline,
): Readable {
  const bounded = Readable.from(counted(body, request, status, deadline), { objectMode: false })
  bounded.once('close', () => {
    deadline.stop()
    body.destroy?.()
  })
  // The SDK leaves some bodies unread; an error of an unread body does not matter.
  bounded.on('error', () => undefined)
  return bounded
}

async function* counted(
  body: AsyncIterable<Uint8Array>,
  request: BoundRequest,
  status: number,
  deadline: Deadline,
): AsyncGenerator<Uint8Array> {
  const isGood = status >= 200 && status < 300
  const mostBytes = isGood ? maxAnswerBytes(request) : MOST_ERROR_BYTES
  let byteLength = 0
  try {
    for await (const piece of body) {
      const left = mostBytes - byteLength
      byteLength += piece.length
      if (byteLength > mostBytes && isGood) throw new AnswerTooLong(hostOf(request), mostBytes)
      yield byteLength > mostBytes ? piece.subarray(0, left) : piece
      // Leaving the loop closes the connection.
      if (byteLength > mostBytes) return
    }
  } catch (error) {
    throw deadline.isOver ? deadline.error() : error
  }
}

function hostOf({ hostname, port }: BoundRequest): string {
  return port === undefined ? hostname : `${hostname}:${port}`
}

/** Ends a request after a time, or when the caller aborts it. */
class Deadline {
  isOver = false
  readonly #controller = new AbortController()
  readonly #outer: AbortSignal | undefined
  readonly #onAbort = () => this.#controller.abort()
  readonly #timer: NodeJS.Timeout
  readonly #ms: number

  constructor(ms: number, outer: AbortSignal | undefined) {
    this.#ms = ms
    this.#outer = outer
    if (outer?.aborted) this.#controller.abort()
    outer?.addEventListener('abort', this.#onAbort, { once: true })
    this.#timer = setTimeout(() => {
      this.isOver = true
      this.#controller.abort()
    }, ms)
    this.#timer.unref()
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#outer?.removeEventListener('abort', this.#onAbort)
  }

  /** Has the name that the SDK's own handler gives to a time-out. */
  error(): Error {
    return Object.assign(new Error(`The whole answer took longer than ${this.#ms} ms`), {
      name: 'TimeoutError',
    })
  }
}
