// Electron patches the default export of `fs` to read inside app.asar.
import fs from 'node:fs'
import { extname, join, sep } from 'node:path'
import type { Session } from 'electron'
import { APP_HOST, APP_SCHEME, SOURCE_SCHEME } from '../../contract/transport.ts'
import { COMMON_HEADERS, contentSecurityPolicy, isPutWorker } from '../../core/host/page-policy.ts'

const MIME_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
}

/** Serves the built page from `folder` and nothing else. */
export function serveApp(
  session: Session,
  folder: string,
  storeOrigins: () => readonly string[],
): void {
  session.protocol.handle(APP_SCHEME, (request) => answerApp(request, folder, storeOrigins()))
}

export async function answerApp(
  request: Request,
  folder: string,
  storeOrigins: readonly string[],
): Promise<Response> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return plain(405)
  const path = pageFile(request.url, folder)
  const contentType = path === null ? undefined : MIME_TYPES[extname(path).toLowerCase()]
  if (path === null || contentType === undefined) return plain(404)
  try {
    const bytes = await fs.promises.readFile(path)
    const headers = {
      ...pageHeaders(new URL(request.url).pathname, storeOrigins),
      'content-type': contentType,
      'content-length': String(bytes.byteLength),
    }
    return new Response(request.method === 'HEAD' ? null : new Uint8Array(bytes), { headers })
  } catch {
    // The path is missing or a folder.
    return plain(404)
  }
}

/** The file for a URL inside `folder`; null for any path that could lead outside. */
export function pageFile(url: string, folder: string): string | null {
  const parsed = URL.parse(url)
  if (parsed === null || parsed.protocol !== `${APP_SCHEME}:` || parsed.host !== APP_HOST) {
    return null
  }
  const segments = decoded(parsed.pathname)?.split('/').slice(1)
  if (segments === undefined) return null
  if (segments.length === 1 && segments[0] === '') return join(folder, 'index.html')
  // Refusing a leading dot excludes `.` and `..`; a colon would be a drive or an NTFS stream.
  const isSafe = segments.every((segment) => /^[\w@+=,~-][\w@+=,~.-]*$/.test(segment))
  if (!isSafe) return null
  const path = join(folder, ...segments)
  return path.startsWith(folder.endsWith(sep) ? folder : folder + sep) ? path : null
}

function decoded(pathname: string): string | null {
  try {
    return decodeURIComponent(pathname)
  } catch {
    return null
  }
}

function plain(status: number): Response {
  return new Response(null, { status, headers: pageHeaders('/', []) })
}

/**
 * The headers for a file of the page. The page reads the files of restored uploads over `source:`;
 * the request guard also decides which stores can be reached
 * (docs/decisions/0007-network-of-the-page.md).
 */
function pageHeaders(
  pathname: string,
  storeOrigins: readonly string[],
): Readonly<Record<string, string>> {
  const pageConnects = [`${SOURCE_SCHEME}:`]
  return {
    ...COMMON_HEADERS,
    'content-security-policy': contentSecurityPolicy(pathname, { pageConnects, storeOrigins }),
    // The worker's policy depends on the destinations, so it must be requested every time.
    ...(isPutWorker(pathname) ? { 'cache-control': 'no-store' } : {}),
  }
}
