import type { IncomingMessage, ServerResponse } from 'node:http'

/**
 * Another program that once listened at this port may have left a service worker, which would run
 * before anything of this page. Ferry has none itself. Browsers mark the request for its script
 * (w3.org/TR/service-workers, section "Service-Worker"), at whatever name and path.
 */
export function isUnregisterRequest({ headers }: IncomingMessage): boolean {
  return headers['service-worker'] === 'script'
}

/**
 * Makes the browser drop what it keeps of this address, whoever put it there:
 * w3.org/TR/clear-site-data.
 */
export const FORGET_CACHE = { 'clear-site-data': '"cache"' } as const

const SCRIPT = `self.addEventListener('install', () => self.skipWaiting())
self.addEventListener('activate', (event) => event.waitUntil(self.registration.unregister()))
`

/** Answers with a service worker that takes the place of the other one and removes itself. */
export function sendUnregisterScript(response: ServerResponse): void {
  response.writeHead(200, {
    'content-type': 'text/javascript; charset=utf-8',
    'content-length': Buffer.byteLength(SCRIPT),
    'cache-control': 'no-store',
    ...FORGET_CACHE,
  })
  response.end(SCRIPT)
}
