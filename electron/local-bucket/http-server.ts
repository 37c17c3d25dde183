import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { authenticate } from './auth/authenticate.ts'
import type { Bucket, Call } from './bucket/context.ts'
import { corsHeaders, preflightReply, rulesInForce } from './bucket/cors.ts'
import { errnoOf, S3Error, s3ErrorFrom } from './http/errors.ts'
import type { Reply } from './http/reply.ts'
import { rawRequestOf, type S3Request, s3RequestOf } from './http/s3-request.ts'
import { sendError, sendReply } from './http/send-reply.ts'
import { postForm } from './objects/post-object.ts'
import { operationOf } from './router.ts'

export interface ServerLog {
  warn(event: object, text: string): void
}

export interface ServerOptions {
  readonly bucket: Bucket
  /** Origins of Ferry's page; called for every request. */
  readonly pageOrigins: () => readonly string[]
  readonly log: ServerLog
}

/** Presigned URLs with long policies or tokens exceed Node's usual 16 KiB. */
const MAX_HEADER_BYTES = 64 * 1024
const CONNECTION_IDLE_MS = 5 * 60_000

/** Creates a server that speaks S3 over HTTP and is not listening yet. */
export function createBucketServer(options: ServerOptions): Server {
  const server = createServer({
    maxHeaderSize: MAX_HEADER_BYTES,
    requestTimeout: 0,
    keepAliveTimeout: 60_000,
    requireHostHeader: false,
  })
  server.setTimeout(CONNECTION_IDLE_MS)
  const serve = (message: IncomingMessage, response: ServerResponse, isWaiting: boolean) => {
    const exchange = new RequestExchange(options, message, response, isWaiting)
    exchange.run().catch((error: unknown) => exchange.breakOff(error))
  }
  server.on('request', (message, response) => serve(message, response, false))
  server.on('checkContinue', (message, response) => serve(message, response, true))
  return server
}

class RequestExchange {
  readonly #options: ServerOptions
  readonly #message: IncomingMessage
  readonly #response: ServerResponse
  /** The client waits for `100 Continue` before it sends its body. */
  #isWaiting: boolean
  #reading: AsyncGenerator<Buffer, void, undefined> | null = null
  readonly #requestId = randomBytes(8).toString('hex').toUpperCase()
  #headers: Record<string, string>

  constructor(
    options: ServerOptions,
    message: IncomingMessage,
    response: ServerResponse,
    isWaiting: boolean,
  ) {
    this.#options = options
    this.#message = message
    this.#response = response
    this.#isWaiting = isWaiting
    this.#headers = { 'x-amz-request-id': this.#requestId, Server: 'FerryLocalBucket' }
  }

  async run(): Promise<void> {
    let request: S3Request | null = null
    try {
      const raw = rawRequestOf(this.#message)
      request = s3RequestOf(raw, this.#bucketOfHost())
      const reply = await this.#reply(request)
      await sendReply(this.#response, this.#headers, reply)
    } catch (error) {
      if (this.#response.headersSent || this.#response.destroyed) throw error
      await this.#sendError(error, request)
    }
  }

  /** Ends an answer that has started but cannot be finished, or whose client has disconnected. */
  breakOff(error: unknown): void {
    const isCut = this.#message.destroyed || this.#response.destroyed
    if (!isCut) this.#warn(error, 'an answer was broken off')
    this.#response.destroy()
  }

  async #reply(request: S3Request): Promise<Reply> {
    const { bucket, pageOrigins } = this.#options
    const rules = rulesInForce(pageOrigins(), bucket.settings.corsRules())
    if (request.method === 'OPTIONS') return preflightReply(rules, request.headers)
    const cors = corsHeaders(rules, request.headers.get('origin'), request.method)
    this.#headers = { ...this.#headers, ...cors }
    const body = this.#body()
    this.#reading = body
    if (isForm(request)) return postForm({ bucket, request, body })
    const authorization = authenticate(request.raw, bucket, bucket.now())
    if (request.bucket !== null && request.bucket !== bucket.name) {
      throw new S3Error('NoSuchBucket', undefined, { BucketName: request.bucket.slice(0, 100) })
    }
    const call: Call = { bucket, request, authorization, body }
    return operationOf(request)(call)
  }

  /** Stops reading without closing the connection, so that an error can still be sent on it. */
  async *#body(): AsyncGenerator<Buffer, void, undefined> {
    if (this.#isWaiting) this.#response.writeContinue()
    this.#isWaiting = false
    const pieces: AsyncIterable<Buffer> = this.#message.iterator({ destroyOnReturn: false })
    yield* pieces
  }

  /**
   * Null for the bare address. Any other host name is refused: with DNS rebinding, a web page
   * reaches servers on this machine through a foreign name.
   */
  #bucketOfHost(): string | null {
    const host = this.#message.headers.host ?? ''
    const port = this.#message.socket.localPort
    const { name } = this.#options.bucket
    if (['127.0.0.1', 'localhost', '[::1]'].some((each) => host === `${each}:${port}`)) return null
    if (host === `${name}.localhost:${port}`) return name
    throw new S3Error('AccessDenied', 'This server answers on its own address only.')
  }

  async #sendError(error: unknown, request: S3Request | null): Promise<void> {
    const known = s3ErrorFrom(error)
    if (known === null) {
      if (this.#message.errored !== null) {
        // The client disconnected in the middle of its body.
        this.#response.destroy()
        return
      }
      this.#warn(error, 'a request failed')
    }
    const answer = known ?? new S3Error('InternalError')
    const fields = {
      Code: answer.code,
      Message: answer.message,
      ...(answer.code === 'NoSuchKey' && request !== null ? { Key: request.key } : {}),
      ...answer.details,
      Resource: request === null ? '' : resourceOf(request),
      RequestId: this.#requestId,
    }
    await this.#restOfBody()
    sendError(this.#response, this.#headers, fields, answer, this.#message.method === 'HEAD')
  }

  /**
   * Reads and discards the rest of the body. Closing a connection with unread bytes resets it, and
   * the client would see a network error instead of the answer.
   */
  async #restOfBody(): Promise<void> {
    const message = this.#message
    if (message.complete || message.destroyed || this.#isWaiting) return
    // The operation may have stopped reading half-way, and only one reader is allowed at a time.
    await this.#reading?.return()
    if (message.readableEnded || message.destroyed) return
    const over = new Promise((resolve) => message.once('end', resolve).once('close', resolve))
    message.resume()
    await over
  }

  /** Logs the kind of failure without paths or queries. */
  #warn(error: unknown, text: string): void {
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : 'unknown'
    this.#options.log.warn({ requestId: this.#requestId, reason }, text)
  }
}

function isForm(request: S3Request): boolean {
  const type = request.headers.get('content-type') ?? ''
  return (
    request.method === 'POST' &&
    request.bucket !== null &&
    request.key === '' &&
    /^multipart\/form-data[ \t]*(?:;|$)/i.test(type)
  )
}

function resourceOf(request: S3Request): string {
  if (request.bucket === null) return '/'
  return `/${request.bucket}${request.key === '' ? '' : `/${request.key}`}`
}

const LOOPBACK = '127.0.0.1'
const CLOSE_GRACE_MS = 2_000

/** False when the port is taken; port 0 picks a free one. */
export function listenOn(server: Server, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const onError = (error: Error) => {
      server.off('listening', onListening)
      // EACCES: the system reserves the port, so it counts as taken.
      if (['EADDRINUSE', 'EACCES'].includes(errnoOf(error))) resolve(false)
      else reject(error)
    }
    const onListening = () => {
      server.off('error', onError)
      resolve(true)
    }
    server.once('error', onError)
    server.once('listening', onListening)
    server.listen(port, LOOPBACK)
  })
}

export function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new TypeError('Not listening on TCP')
  return address.port
}

/** Gives running answers a moment to finish, then closes their connections. */
export async function stopServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeIdleConnections()
  const cut = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS)
  await closed
  clearTimeout(cut)
}
