import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'

const CORS = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'GET, PUT',
  'access-control-allow-headers': '*',
  'access-control-expose-headers': 'ETag',
}
const ETAG = '"00000000000000000000000000000000"'

/** What one upload took, from the moment it was let go to the store's last answer. */
export interface Timing {
  readonly seconds: number
  readonly byteLength: number
}

/**
 * As much of S3 as one upload needs, with bodies thrown away unread, so that the browser's end is
 * the narrow one. Each upload's first request is held until it is let go: by then nobody watches
 * the browser any more.
 */
export class DiscardStore {
  readonly endpoint: string
  readonly #server: ReturnType<typeof createServer>
  #held = Promise.withResolvers<void>()
  #letGo = Promise.withResolvers<void>()
  #ended = Promise.withResolvers<void>()
  readonly #parts = new Map<string, number>()
  #metadata: Record<string, string> = {}
  #isComplete = false
  #expectedBytes = 0

  private constructor(server: ReturnType<typeof createServer>, port: number) {
    this.#server = server
    this.endpoint = `http://127.0.0.1:${port}`
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      this.#answer(request, response).catch(() => response.destroy())
    })
  }

  static async start(): Promise<DiscardStore> {
    const server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    if (address === null || typeof address === 'string') throw new TypeError('Not a TCP server')
    return new DiscardStore(server, address.port)
  }

  /** Forgets the last upload and waits for the next. */
  expect(byteLength: number): void {
    this.#held = Promise.withResolvers()
    this.#letGo = Promise.withResolvers()
    this.#ended = Promise.withResolvers()
    this.#parts.clear()
    this.#metadata = {}
    this.#isComplete = false
    this.#expectedBytes = byteLength
  }

  /** Resolves when the upload's first request stands at the door. */
  untilHeld(): Promise<void> {
    return this.#held.promise
  }

  async time(): Promise<Timing> {
    const startedAt = performance.now()
    this.#letGo.resolve()
    await this.#ended.promise
    return { seconds: (performance.now() - startedAt) / 1000, byteLength: this.#expectedBytes }
  }

  close(): void {
    this.#server.close()
    this.#server.closeAllConnections()
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.endpoint)
    const byteLength = await drained(request)
    const reply = (status: number, body = '', headers: Record<string, string> = {}) => {
      response.writeHead(status, { ...CORS, ...headers }).end(request.method === 'HEAD' ? '' : body)
    }
    const uploadId = url.searchParams.get('uploadId')
    switch (request.method) {
      case 'OPTIONS':
        return reply(204)
      case 'PUT':
        reply(200, '', { etag: ETAG })
        return this.#landed(url.searchParams.get('partNumber') ?? '1', byteLength)
      case 'POST':
        if (uploadId !== null) return this.#complete(reply)
        await this.#hold()
        this.#metadata = metadataOf(request)
        return reply(200, CREATED)
      case 'HEAD':
        return this.#head(reply)
      case 'GET':
        if (url.pathname !== '/go') return reply(200, this.#list())
        await this.#hold()
        return reply(200)
      default:
        return reply(204)
    }
  }

  #hold(): Promise<void> {
    this.#held.resolve()
    return this.#letGo.promise
  }

  /** A page without an engine is done when every byte has come; Ferry asks once more. */
  #landed(part: string, byteLength: number): void {
    this.#parts.set(part, byteLength)
    const isBare = Object.keys(this.#metadata).length === 0
    const total = [...this.#parts.values()].reduce((sum, each) => sum + each, 0)
    if (isBare && total === this.#expectedBytes) this.#ended.resolve()
  }

  #complete(reply: Reply): void {
    this.#isComplete = true
    reply(200, COMPLETED)
  }

  #head(reply: Reply): void {
    if (!this.#isComplete) {
      reply(404)
      return
    }
    reply(200, '', { ...this.#metadata, etag: ETAG, 'content-length': `${this.#expectedBytes}` })
    this.#ended.resolve()
  }

  #list(): string {
    const parts = [...this.#parts].map(
      ([part, size]) =>
        `<Part><PartNumber>${part}</PartNumber><ETag>${ETAG}</ETag><Size>${size}</Size></Part>`,
    )
    return `<ListPartsResult><IsTruncated>false</IsTruncated>${parts.join('')}</ListPartsResult>`
  }
}

type Reply = (status: number, body?: string, headers?: Record<string, string>) => void

const CREATED =
  '<InitiateMultipartUploadResult><UploadId>bench</UploadId></InitiateMultipartUploadResult>'
const COMPLETED = `<CompleteMultipartUploadResult><ETag>${ETAG}</ETag></CompleteMultipartUploadResult>`

async function drained(request: IncomingMessage): Promise<number> {
  let byteLength = 0
  request.on('data', (chunk: Buffer) => {
    byteLength += chunk.byteLength
  })
  await once(request, 'end')
  return byteLength
}

function metadataOf({ headers }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      name.startsWith('x-amz-meta-') && typeof value === 'string' ? [[name, value]] : [],
    ),
  )
}
