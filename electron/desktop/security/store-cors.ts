import type { HeadersReceivedResponse, OnHeadersReceivedListenerDetails, Session } from 'electron'
import type { Endpoints } from './endpoints.ts'

type Headers = Record<string, string[]>

/** A preflight may be remembered this long; every presigned part URL has its own anyway. */
const MAX_AGE_SECONDS = '7200'
/** What the page reads of an answer, besides `x-amz-*`: the receipt, the clock, the patience. */
const EXPOSED = new Set(['etag', 'date', 'retry-after', 'content-range', 'content-length'])

/**
 * Answers CORS in the bucket's place, so that any bucket works as it is. Only for configured
 * endpoints and only for the window's own page; error answers too, since the page could not read
 * why a part was refused otherwise. S3 answers 403 to a preflight when a bucket has no CORS rule.
 *
 * A session keeps one listener per event: nothing else may listen to `onHeadersReceived`.
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
  // The network service makes preflights by itself, and whether Chromium gives a worker's requests
  // a frame is a feature of its own (dedicated_worker_host.cc): either may carry no page.
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
        // Stands for every name, since the requests carry no credentials of the browser's.
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
