import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { PageOrigin } from './page-origin.ts'

/** The answer to a request that may not come in. */
export interface Refusal {
  readonly status: number
  readonly sentence: string
}

/** Headers that decide. Node keeps the first of several, a proxy or cache may read the last. */
const SINGLE_HEADERS: ReadonlySet<string> = new Set([
  'host',
  'origin',
  'content-type',
  'content-length',
  'sec-fetch-site',
  'x-ferry-session',
])

/**
 * A name that somebody else's DNS points at 127.0.0.1 arrives with that name in `Host`, so only
 * this run's own is let in (DNS rebinding).
 */
export function isOwnHost(request: IncomingMessage, { host }: PageOrigin): boolean {
  return request.headers.host === host && !repeatsHeader(request)
}

/**
 * Lets requests of our own page into the API. Browsers send `Origin` with every POST, and
 * `Sec-Fetch-Site` with everything; a page cannot forge either. Null: come in.
 */
export function refusalOf(request: IncomingMessage, page: PageOrigin): Refusal | null {
  if (!isOwnHost(request, page)) return { status: 421, sentence: 'This is not that host.' }
  const { origin, 'sec-fetch-site': site } = request.headers
  // A same-origin GET carries no Origin.
  if (origin === undefined ? request.method !== 'GET' : origin !== page.origin) {
    return { status: 403, sentence: 'Only Ferry’s own page may ask.' }
  }
  if (site !== undefined && site !== 'same-origin') {
    return { status: 403, sentence: 'Only Ferry’s own page may ask.' }
  }
  return null
}

export function isJson(headers: IncomingHttpHeaders): boolean {
  return /^application\/json\s*(?:;|$)/i.test(headers['content-type'] ?? '')
}

function repeatsHeader({ rawHeaders }: IncomingMessage): boolean {
  const seen = new Set<string>()
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]?.toLowerCase() ?? ''
    if (SINGLE_HEADERS.has(name) && seen.has(name)) return true
    seen.add(name)
  }
  return false
}
