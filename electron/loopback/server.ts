import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import type { Core } from '../core/core.ts'
import { bugFailure } from '../core/dispatch.ts'
import { StartRefused } from '../core/host/start-refused.ts'
import type { CorePorts, Log } from '../core/ports.ts'
import { type ApiParts, answerApi } from './api.ts'
import { isLocalhostAlias, isOwnHost } from './gate.ts'
import { createNoticeStream } from './notice-stream.ts'
import { SECURITY_HEADERS, servePageFile } from './page-files.ts'
import type { Sessions } from './sessions.ts'

/** What requests under way get to finish, and what the core gets to close, at a shutdown. */
const REQUESTS_GRACE_MS = 400
const CORE_GRACE_MS = 1_400

export interface ServeOptions {
  readonly ports: readonly number[]
  readonly pageFolder: string
  readonly sessions: Sessions
  readonly log: Log
  /** Called once the address is known, since the core must know the page's origin. */
  readonly openCore: (seam: Pick<CorePorts, 'pageOrigin' | 'notify'>) => Promise<Core>
}

export interface LoopbackServer {
  readonly port: number
  readonly origin: string
  readonly core: Core
  /** Within 2 s, whatever pages and uploads do. Idempotent. */
  readonly close: () => Promise<void>
}

/**
 * Serves the page and its commands on 127.0.0.1, on the first of `ports` that is free (0: any).
 *
 * @throws StartRefused when no port is free.
 */
export async function serveLoopback(options: ServeOptions): Promise<LoopbackServer> {
  const server = createServer()
  const port = await listen(server, options.ports)
  const origin = `http://127.0.0.1:${port}`
  const notices = createNoticeStream()
  const opening = Promise.withResolvers<Core>()
  // Whoever waits for the core is told when it cannot be; this host tells the person itself.
  opening.promise.catch(() => undefined)
  const parts: ApiParts = { ...options, port, notices, core: opening.promise }
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    answer(parts, options.pageFolder, request, response).catch((error: unknown) => {
      bugFailure(options.log, error, 'loopback')
      response.destroy()
    })
  })
  try {
    const core = await options.openCore({ pageOrigin: () => origin, notify: notices.send })
    opening.resolve(core)
    return { port, origin, core, close: onlyOnce(() => closeAll(server, notices.close, core)) }
  } catch (error) {
    opening.reject(error)
    notices.close()
    server.close()
    server.closeAllConnections()
    throw error
  }
}

async function answer(
  parts: ApiParts,
  pageFolder: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value)
  const [pathname = '/'] = (request.url ?? '/').split('?')
  if (pathname.startsWith('/api/')) return answerApi(parts, request, pathname, response)

  const isRead = request.method === 'GET' || request.method === 'HEAD'
  if (isRead && isLocalhostAlias(request.headers, parts.port)) {
    // One origin for all pages: the session, the bucket's CORS and the page's lock belong to it.
    response.writeHead(308, { location: `http://127.0.0.1:${parts.port}/` }).end()
  } else if (!isOwnHost(request.headers, parts.port)) {
    response.writeHead(421, { connection: 'close' }).end()
  } else if (!isRead) {
    response.writeHead(405, { allow: 'GET, HEAD', connection: 'close' }).end()
  } else {
    await servePageFile(pageFolder, pathname, request.method === 'HEAD', response)
  }
}

async function listen(server: Server, ports: readonly number[]): Promise<number> {
  let refused: unknown
  for (const port of ports) {
    try {
      server.listen({ port, host: '127.0.0.1', exclusive: true })
      await once(server, 'listening')
      return portOf(server)
    } catch (error) {
      refused = error
    }
  }
  const code = refused instanceof Error && 'code' in refused ? refused.code : undefined
  const why = code === 'EACCES' ? 'is reserved by the system' : 'is taken by another program'
  throw new StartRefused(
    `Port ${ports.join(', ')} ${why}. Choose another with --port, or --port 0 for any free one.`,
    { cause: refused },
  )
}

function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new TypeError('Not a TCP server')
  return address.port
}

async function closeAll(server: Server, closeNotices: () => void, core: Core): Promise<void> {
  closeNotices()
  const closed = once(server, 'close')
  server.close()
  await Promise.race([closed, delay(REQUESTS_GRACE_MS)])
  server.closeAllConnections()
  await Promise.race([core.close(), delay(CORE_GRACE_MS)])
}

function onlyOnce(close: () => Promise<void>): () => Promise<void> {
  let closing: Promise<void> | null = null
  return () => {
    closing ??= close()
    return closing
  }
}
