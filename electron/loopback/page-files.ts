import { createReadStream } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { extname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { COMMON_HEADERS, contentSecurityPolicy, isPutWorker } from '../core/host/page-policy.ts'

/** Segments of plain characters without a leading dot, so that no path leaves the folder. */
const PLAIN_PATH = /^(?:\/[A-Za-z0-9_-][A-Za-z0-9._-]*)+$/

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
}

/** Sent with every response, including the API's. A worker's script has its own policy. */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  ...COMMON_HEADERS,
  'content-security-policy': policyOf('/', []),
  'x-frame-options': 'DENY',
}

/**
 * Serves the built page. `pathname` is still encoded.
 *
 * @param storeOrigins the origins of the current destinations, for the policy of the worker that
 * sends parts; null for requests without a session, which do not learn them.
 */
export async function servePageFile(
  pageFolder: string,
  pathname: string,
  isHead: boolean,
  response: ServerResponse,
  storeOrigins: readonly string[] | null,
): Promise<void> {
  if (storeOrigins === null && isPutWorker(pathname)) {
    response.writeHead(401, { 'content-type': 'text/plain; charset=utf-8' }).end('No session.')
    return
  }
  const path = pathname === '/' ? '/index.html' : pathname
  const type = TYPES[extname(path)]
  const file = PLAIN_PATH.test(path) && type !== undefined ? await openFile(pageFolder, path) : null
  if (file === null || type === undefined) {
    response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' }).end('Not found.')
    return
  }
  const { size } = await file.stat()
  response.writeHead(200, {
    'content-type': type,
    'content-length': size,
    // Leaves nothing in the cache for the next program at this address.
    'cache-control': 'no-store',
    ...(path === '/index.html' ? FORGET_CACHE : {}),
    'content-security-policy': policyOf(path, storeOrigins ?? []),
  })
  if (isHead) {
    await file.close()
    response.end()
    return
  }
  await pipeline(createReadStream('', { fd: file }), response).catch(() => {
    // The browser left in the middle; nobody waits for the rest.
  })
}

const REACHABLE = '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>'

/** Sends an image that any page may load: open-page.ts requests it from a file. */
export function sendReachable(response: ServerResponse): void {
  response.writeHead(200, {
    'content-type': 'image/svg+xml',
    'content-length': REACHABLE.length,
    'cache-control': 'no-store',
    'cross-origin-resource-policy': 'cross-origin',
  })
  response.end(REACHABLE)
}

/** The page itself connects only to this host; a worker sends the bytes to the stores. */
function policyOf(path: string, storeOrigins: readonly string[]): string {
  return contentSecurityPolicy(path, { pageConnects: [], storeOrigins })
}

async function openFile(pageFolder: string, path: string): Promise<FileHandle | null> {
  try {
    const file = await open(join(pageFolder, path), 'r')
    if ((await file.stat()).isFile()) return file
    await file.close()
    return null
  } catch {
    return null
  }
}

/**
 * Another program that once used this port may have left a service worker, which would run before
 * this page. Ferry has none itself. Browsers mark the request for a service worker's script,
 * whatever its name and path (w3.org/TR/service-workers, section "Service-Worker").
 */
export function isUnregisterRequest({ headers }: IncomingMessage): boolean {
  return headers['service-worker'] === 'script'
}

/**
 * Makes the browser delete what it has cached for this address, whoever stored it:
 * w3.org/TR/clear-site-data.
 */
export const FORGET_CACHE = { 'clear-site-data': '"cache"' } as const

const SCRIPT = `self.addEventListener('install', () => self.skipWaiting())
self.addEventListener('activate', (event) => event.waitUntil(self.registration.unregister()))
`

/** Sends a service worker that replaces the other one and unregisters itself. */
export function sendUnregisterScript(response: ServerResponse): void {
  response.writeHead(200, {
    'content-type': 'text/javascript; charset=utf-8',
    'content-length': Buffer.byteLength(SCRIPT),
    'cache-control': 'no-store',
    ...FORGET_CACHE,
  })
  response.end(SCRIPT)
}
