import type { IncomingHttpHeaders } from 'node:http'

/** The answer to a request that may not come in. */
export interface Refusal {
  readonly status: number
  readonly sentence: string
}

/**
 * A name that somebody else's DNS points at 127.0.0.1 arrives with that name in `Host`, so only
 * our own is let in (DNS rebinding).
 */
export function isOwnHost(headers: IncomingHttpHeaders, port: number): boolean {
  return headers.host === `127.0.0.1:${port}`
}

/** People type it; pages live on one origin only, so it is redirected, never served. */
export function isLocalhostAlias(headers: IncomingHttpHeaders, port: number): boolean {
  return headers.host === `localhost:${port}`
}

/**
 * Lets requests of our own page into the API. Browsers send `Origin` with every POST, and
 * `Sec-Fetch-Site` with everything; a page cannot forge either. Null: come in.
 */
export function refusalOf(
  method: string,
  headers: IncomingHttpHeaders,
  port: number,
): Refusal | null {
  if (!isOwnHost(headers, port)) return { status: 421, sentence: 'This is not that host.' }
  const origin = headers.origin
  const isOwnOrigin = origin === `http://127.0.0.1:${port}`
  // A same-origin GET carries no Origin.
  if (origin === undefined ? method !== 'GET' : !isOwnOrigin) {
    return { status: 403, sentence: 'Only Ferry’s own page may ask.' }
  }
  const site = headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin') {
    return { status: 403, sentence: 'Only Ferry’s own page may ask.' }
  }
  return null
}

export function isJson(headers: IncomingHttpHeaders): boolean {
  return /^application\/json\s*(?:;|$)/i.test(headers['content-type'] ?? '')
}
