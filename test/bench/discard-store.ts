import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { type Answer, DiscardedUpload } from './discarded-upload.ts'
import { type Link, LinkBucket } from './link.ts'

const CORS = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'GET, PUT',
  'access-control-allow-headers': '*',
  'access-control-expose-headers': 'ETag',
}
const PREFLIGHTED: Answer = { status: 204 }

/** The duration of one upload, from its release to the store's last answer. */
export interface Timing {
  readonly seconds: number
  readonly byteLength: number
  readonly isSummed: boolean
}

/**
 * As much of S3 as one upload needs. Bodies are discarded unread, so that the browser is the
 * bottleneck. Each upload's first request is held until it is released: by then DevTools is
 * detached.
 */
export class DiscardStore {
  readonly endpoint: string
  readonly #server: ReturnType<typeof createServer>
  readonly #hasSums: boolean
  #held = Promise.withResolvers<void>()
  #letGo = Promise.withResolvers<void>()
  #upload: DiscardedUpload
  #link: Link | null = null
  #bucket: LinkBucket | null = null

  private constructor(server: ReturnType<typeof createServer>, port: number, hasSums: boolean) {
    this.#server = server
    this.#hasSums = hasSums
    this.#upload = new DiscardedUpload(0, hasSums)
    this.endpoint = `http://127.0.0.1:${port}`
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      this.#answer(request, response).catch(() => response.destroy())
    })
  }

  /**
   * @param hasSums the store behaves as if it verified CRC64NVME: it tells wrong checksums from
   * right ones in the integrity probe, and accepts and returns the parts' checksums unverified.
   * Otherwise it behaves like a store that checks nothing.
   */
  static async start(hasSums: boolean): Promise<DiscardStore> {
    const server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    if (address === null || typeof address === 'string') throw new TypeError('Not a TCP server')
    return new DiscardStore(server, address.port, hasSums)
  }

  /** Forgets the last upload and waits for the next; null: no limit on the link's speed. */
  expect(byteLength: number, link: Link | null): void {
    this.#held = Promise.withResolvers()
    this.#letGo = Promise.withResolvers()
    this.#upload = new DiscardedUpload(byteLength, this.#hasSums)
    this.#link = link
    this.#bucket = link === null ? null : new LinkBucket(link)
  }

  /** Resolves when the upload's first request has arrived. */
  untilHeld(): Promise<void> {
    return this.#held.promise
  }

  async time(): Promise<Timing> {
    const upload = this.#upload
    const startedAt = performance.now()
    this.#letGo.resolve()
    await upload.ended
    const seconds = (performance.now() - startedAt) / 1000
    return { seconds, byteLength: upload.byteLength, isSummed: upload.isSummed }
  }

  close(): void {
    this.#server.close()
    this.#server.closeAllConnections()
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.endpoint)
    const byteLength = await drained(request, this.#bucket)
    if (this.#link !== null && this.#link.latencyMs > 0) await delay(this.#link.latencyMs)
    const upload = this.#upload
    if (upload.isBegunBy(request.method, url)) await this.#hold()
    const isPreflight = request.method === 'OPTIONS'
    const answer = isPreflight ? PREFLIGHTED : upload.answerTo(request, url, byteLength)
    response.writeHead(answer.status, { ...CORS, ...answer.headers })
    response.end(request.method === 'HEAD' ? '' : answer.body)
  }

  #hold(): Promise<void> {
    this.#held.resolve()
    return this.#letGo.promise
  }
}

/** Reads no faster than the link; the rest waits in the buffers of the system and the browser. */
async function drained(request: IncomingMessage, bucket: LinkBucket | null): Promise<number> {
  let byteLength = 0
  request.on('data', (chunk: Buffer) => {
    byteLength += chunk.byteLength
    const waitMs = bucket?.waitAfter(chunk.byteLength, performance.now()) ?? 0
    if (waitMs === 0) return
    request.pause()
    setTimeout(() => request.resume(), waitMs)
  })
  await once(request, 'end')
  return byteLength
}
