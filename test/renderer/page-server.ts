import { once } from 'node:events'
import { createReadStream, existsSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { COMMON_HEADERS, contentSecurityPolicy } from '../../electron/core/host/page-policy.ts'

const PAGE_FOLDER = fileURLToPath(new URL('../../out/renderer/', import.meta.url))
const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
}

export interface PageServer {
  readonly origin: string
  /** PUTs of parts are answered only after `releaseParts`. */
  readonly holdParts: () => void
  readonly releaseParts: () => void
  /** Sets the answer to all later PUTs. */
  readonly answerPartsWith: (status: number) => void
  readonly close: () => Promise<void>
}

/** Serves the built page, and accepts PUTs as a store would. */
export async function startPageServer(): Promise<PageServer> {
  let gate = Promise.withResolvers<void>()
  gate.resolve()
  let status = 200
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://page')
    if (request.method === 'PUT' && pathname.startsWith('/store/')) {
      void takePart(request, response, gate.promise, () => status)
    } else servePage(pathname, `http://${request.headers.host}`, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${port}`,
    holdParts() {
      gate = Promise.withResolvers<void>()
    },
    releaseParts: () => gate.resolve(),
    answerPartsWith(next) {
      status = next
    },
    async close() {
      gate.resolve()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

async function takePart(
  request: IncomingMessage,
  response: ServerResponse,
  gate: Promise<void>,
  status: () => number,
): Promise<void> {
  request.resume()
  await Promise.all([once(request, 'end'), gate])
  response.writeHead(status(), { etag: '"fake"' }).end()
}

/** Applies both hosts' own policies, so that a page that needs more than they allow fails here. */
function servePage(pathname: string, storeOrigin: string, response: ServerResponse): void {
  const file = join(PAGE_FOLDER, normalize(pathname === '/' ? '/index.html' : pathname))
  if (!file.startsWith(PAGE_FOLDER) || !existsSync(file)) {
    response.writeHead(404).end()
    return
  }
  response.writeHead(200, {
    'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
    ...COMMON_HEADERS,
    'content-security-policy': contentSecurityPolicy(pathname, {
      pageConnects: [],
      storeOrigins: [storeOrigin],
    }),
    'cache-control': 'no-store',
  })
  createReadStream(file).pipe(response)
}
