import { once } from 'node:events'
import {
  Agent,
  request as ask,
  createServer,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import { headersOf } from '../faults/headers.ts'
import { type Act, CUT, type Operation, type ZooAnswer, type ZooRequest } from './oddity.ts'

/** A request, and how much of its body has been received. */
export interface SeenZooRequest extends Pick<ZooRequest, 'operation' | 'from' | 'key'> {
  bodyBytes: number
}

export interface ZooProxy {
  /**
   * The value for Chromium's `--proxy-server` and for `behindProxy`, which sends a host's requests
   * through it.
   */
  readonly address: string
  /** From now on the act answers the requests to this address. */
  readonly serve: (endpoint: string, act: Act) => void
  /** In order, including preflights. */
  readonly seenAt: (endpoint: string) => readonly SeenZooRequest[]
  readonly close: () => Promise<void>
}

interface ZooEndpoint {
  readonly act: Act
  readonly seen: SeenZooRequest[]
}

/**
 * Stands between Ferry and the buckets, as a forward proxy for both page and host: signatures cover
 * `Host` and path, so both must arrive unchanged.
 */
export async function startZooProxy(): Promise<ZooProxy> {
  const places = new Map<string, ZooEndpoint>()
  const agent = new Agent({ keepAlive: false })
  const server = createServer((request, response) => {
    const target = URL.parse(request.url ?? '')
    const place = places.get(target?.host ?? '')
    if (target === null || place === undefined) response.writeHead(400).end()
    else void new Exchange(request, response, target, agent).carryOut(place)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new TypeError('Not a TCP server')
  return {
    address: `http://127.0.0.1:${address.port}`,
    serve: (endpoint, act) => places.set(new URL(endpoint).host, { act, seen: [] }),
    seenAt: (endpoint) => places.get(new URL(endpoint).host)?.seen ?? [],
    close: async () => {
      agent.destroy()
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

/** One request, what the act does with it, and the answer. */
class Exchange {
  readonly #request: IncomingMessage
  readonly #response: ServerResponse
  readonly #target: URL
  readonly #agent: Agent

  constructor(request: IncomingMessage, response: ServerResponse, target: URL, agent: Agent) {
    this.#request = request
    this.#response = response
    this.#target = target
    this.#agent = agent
    // A sender that gives up closes the connection; its data is lost, as it should be.
    request.on('error', () => undefined)
    request.socket.on('error', () => undefined)
  }

  async carryOut({ act, seen }: ZooEndpoint): Promise<void> {
    const asked = zooRequestOf(this.#request, this.#target)
    const { operation, from, key } = asked
    const noted: SeenZooRequest = { operation, from, key, bodyBytes: 0 }
    seen.push(noted)
    this.#request.on('data', (piece: Buffer) => {
      noted.bodyBytes += piece.byteLength
    })
    // Paused until the act decides: some oddities refuse before they have read a body.
    this.#request.pause()
    let asking: Promise<ZooAnswer> | null = null
    const store = () => {
      asking ??= this.#askStore()
      return asking
    }
    try {
      const said = await act(asked, store)
      if (said === CUT) this.#request.socket.resetAndDestroy()
      else this.#say(said)
    } catch (error) {
      // If the store or the sender is gone, the connection simply breaks.
      this.#response.destroy(error instanceof Error ? error : undefined)
    }
  }

  async #askStore(): Promise<ZooAnswer> {
    const { method, rawHeaders } = this.#request
    const body = Buffer.concat(await this.#request.toArray())
    const upstream = ask(this.#target, { method, headers: rawHeaders, agent: this.#agent })
    upstream.end(body)
    const [message] = (await once(upstream, 'response')) as [IncomingMessage]
    const kept = headersOf(message)
    const headers: Record<string, string> = {}
    for (let at = 0; at + 1 < kept.length; at += 2) {
      headers[(kept[at] ?? '').toLowerCase()] = kept[at + 1] ?? ''
    }
    return {
      status: message.statusCode ?? 502,
      headers,
      body: Buffer.concat(await message.toArray()),
    }
  }

  #say({ status, headers, body }: ZooAnswer): void {
    const isHead = this.#request.method === 'HEAD'
    const { 'content-length': announced, ...others } = headers
    const length = isHead ? announced : String(body.byteLength)
    const isBodiless = status === 204 || status === 304
    this.#response.writeHead(status, {
      ...others,
      ...(length === undefined || isBodiless ? {} : { 'content-length': length }),
      connection: 'close',
    })
    this.#response.end(isHead ? undefined : body)
    // Answering over unread bytes would reset the connection and lose the answer.
    this.#request.resume()
  }
}

/** Parses path-style addresses: the first segment is the bucket. */
function zooRequestOf(request: IncomingMessage, target: URL): ZooRequest {
  const { method = '', headers } = request
  const partNumber = target.searchParams.get('partNumber')
  return {
    operation: operationOf(method, target),
    from: headers.origin === undefined ? 'host' : 'page',
    method,
    key: decodeURIComponent(target.pathname.split('/').slice(2).join('/')),
    partNumber: partNumber === null ? null : Number(partNumber),
    query: target.searchParams,
    headers,
    contentLength: Number(headers['content-length'] ?? 0),
  }
}

function operationOf(method: string, { pathname, searchParams }: URL): Operation {
  if (method === 'OPTIONS') return 'Preflight'
  if (!/^\/[^/]+\/./.test(pathname)) return bucketOperation(method, searchParams)
  if (searchParams.has('uploadId')) return OF_UPLOAD[method] ?? 'Other'
  if (searchParams.has('uploads')) return 'CreateMultipartUpload'
  return searchParams.has('tagging') ? 'Other' : (OF_OBJECT[method] ?? 'Other')
}

function bucketOperation(method: string, searchParams: URLSearchParams): Operation {
  if (method === 'HEAD') return 'HeadBucket'
  if (method === 'GET' && searchParams.has('uploads')) return 'ListMultipartUploads'
  return method === 'GET' && searchParams.has('list-type') ? 'ListObjectsV2' : 'Other'
}

const OF_UPLOAD: Readonly<Record<string, Operation>> = {
  PUT: 'UploadPart',
  GET: 'ListParts',
  POST: 'CompleteMultipartUpload',
  DELETE: 'AbortMultipartUpload',
}

const OF_OBJECT: Readonly<Record<string, Operation>> = {
  PUT: 'PutObject',
  GET: 'GetObject',
  HEAD: 'HeadObject',
  DELETE: 'DeleteObject',
}
