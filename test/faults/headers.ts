import type { IncomingMessage } from 'node:http'

/** The headers that a store with a CORS rule for pages adds to every response. */
export const OPEN_TO_PAGES = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'ETag, Date, Retry-After',
}

/**
 * Every response closes its connection: Chromium silently repeats a request that failed on a reused
 * connection, so a test could not rely on the requests that it sees.
 */
export function headersOf(answer: IncomingMessage, without: readonly string[] = []): string[] {
  return [...endToEnd(answer.rawHeaders, without), 'connection', 'close']
}

/** RFC 9110 section 7.6.1: hop-by-hop headers are not forwarded. */
export function endToEnd(rawHeaders: readonly string[], without: readonly string[] = []): string[] {
  const kept: string[] = []
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const [name = '', value = ''] = rawHeaders.slice(at, at + 2)
    const lower = name.toLowerCase()
    if (!OF_ONE_CONNECTION.has(lower) && !without.includes(lower)) kept.push(name, value)
  }
  return kept
}

const OF_ONE_CONNECTION = new Set([
  'connection',
  'proxy-connection',
  'keep-alive',
  'transfer-encoding',
])
