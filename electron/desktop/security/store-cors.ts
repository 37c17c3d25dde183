import type { HeadersReceivedResponse, OnHeadersReceivedListenerDetails, Session } from 'electron'
import type { Endpoints } from './endpoints.ts'

type Headers = Record<string, string[]>

/** Preflights may be cached this long, although every presigned part URL needs its own. */
const MAX_AGE_SECONDS = '7200'
/** Response headers that the page reads, in addition to `x-amz-*`. */
const EXPOSED = new Set(['etag', 'date', 'retry-after', 'content-range', 'content-length'])

/**
 * Adds CORS headers on the bucket's behalf, so that every bucket works without configuration. This
 * applies only to configured endpoints and to the window's own page, and includes error responses,
 * because the page could not read otherwise why a part was refused. S3 answers a preflight with 403
 * when a bucket has no CORS rule.
 *
 * A session has only one listener per event: nothing else may listen to `onHeadersReceived`.
 */
export function answerCors(
  session: Session,
  endpoints: Endpoints,
  pageOrigin: string,
  pageId: () => number | undefined,
): void {
  session.webRequest.onHeadersReceived(
    { urls: ['http://*/*', 'https://*/*'] },
    (details, callback) => {
      const isOurs = endpoints.includes(details.url) && comesFromPage(details, pageOrigin, pageId())
      callback(isOurs ? corsAnswer(details, pageOrigin) : {})
    },
  )
}

function comesFromPage(
  details: OnHeadersReceivedListenerDetails,
  pageOrigin: string,
  pageId: number | undefined,
): boolean {
  if (details.initiatorOrigin !== undefined && details.initiatorOrigin !== pageOrigin) return false
  if (details.webContentsId !== undefined) return details.webContentsId === pageId
  // Preflights come from the network service, and Chromium gives a worker's requests a frame only
  // behind a feature flag (dedicated_worker_host.cc), so either may have no page.
  return details.method === 'OPTIONS' || details.initiatorOrigin === pageOrigin
}

function corsAnswer(
  details: OnHeadersReceivedListenerDetails,
  pageOrigin: string,
): HeadersReceivedResponse {
  const kept = Object.entries(details.responseHeaders ?? {}).filter(
    ([name]) => !name.toLowerCase().startsWith('access-control-'),
  )
  const responseHeaders: Headers = {
    ...Object.fromEntries(kept),
    'Access-Control-Allow-Origin': [pageOrigin],
  }
  if (details.method === 'OPTIONS') {
    return {
      statusLine: 'HTTP/1.1 200 OK',
      responseHeaders: {
        ...responseHeaders,
        'Access-Control-Allow-Methods': ['PUT, GET, HEAD'],
        // `*` covers every name, because these requests carry no browser credentials.
        'Access-Control-Allow-Headers': ['*'],
        'Access-Control-Max-Age': [MAX_AGE_SECONDS],
      },
    }
  }
  const exposed = kept.map(([name]) => name).filter(isExposed)
  return {
    responseHeaders: { ...responseHeaders, 'Access-Control-Expose-Headers': [exposed.join(', ')] },
  }
}

function isExposed(name: string): boolean {
  const lower = name.toLowerCase()
  return EXPOSED.has(lower) || lower.startsWith('x-amz-')
}
