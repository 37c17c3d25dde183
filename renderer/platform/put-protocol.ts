import type { AnswerHeaders } from '../../electron/contract/failure/store-answer.ts'

export interface PutOrder {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Transferred as a reference: the bytes are not copied. */
  readonly body: Blob
}

/** The store's answer, as far as CORS exposes it. */
export interface PutAnswer {
  readonly status: number
  /**
   * The origin that answered: it differs from the requested one if the browser followed a redirect.
   */
  readonly origin: string
  readonly headers: AnswerHeaders
  /** The beginning of the answer's body. */
  readonly text: string
}

/** How a PUT ended. */
export type PutEnd =
  | { readonly type: 'answered'; readonly answer: PutAnswer }
  /** No answer that the browser exposes. */
  | { readonly type: 'silent' }
  /** The worker's own policy blocked the request: at once, or at a redirect. */
  | { readonly type: 'blocked'; readonly isRedirect: boolean }
  /** The worker refuses such a request; `reason` quotes no value of it. */
  | { readonly type: 'refused'; readonly reason: string }

export type ToPutWorker =
  | { readonly type: 'put'; readonly jobId: number; readonly order: PutOrder }
  /** Nothing more is reported for this job. */
  | { readonly type: 'abort'; readonly jobId: number }

export type FromPutWorker =
  /** The script has been loaded. */
  | { readonly type: 'started' }
  | { readonly type: 'sent'; readonly jobId: number; readonly sentBytes: number }
  | { readonly type: 'ended'; readonly jobId: number; readonly end: PutEnd }

/**
 * Why this cannot be an order that a host signed; null: it looks like one. The worker checks this
 * itself because the page may be compromised: stores that honour unsigned headers would copy any
 * object to a part's URL, or make the new one public (CVE-2026-54330). The store checks whether the
 * signature is right.
 */
export function refusalReason(order: unknown): string | null {
  if (!isOrder(order)) return 'not an order'
  const url = URL.parse(order.url)
  if (url === null || !/^https?:$/.test(url.protocol)) return 'not a web address'
  // XHR would turn it into an Authorization header.
  if (url.username !== '' || url.password !== '') return 'an address with a user'
  const signature = onlyValue(url.searchParams, 'X-Amz-Signature')
  const names = onlyValue(url.searchParams, 'X-Amz-SignedHeaders')
  if (signature === null || signature === '' || names === null) return 'an unsigned address'
  const signed = new Set(names.toLowerCase().split(';'))
  const isSigned = Object.keys(order.headers).every((name) => signed.has(name.toLowerCase()))
  return isSigned ? null : 'a header that was not signed'
}

/** Null unless the parameter occurs exactly once: given two, a store may read the other one. */
function onlyValue(parameters: URLSearchParams, name: string): string | null {
  const lower = name.toLowerCase()
  const found = [...parameters].filter(([each]) => each.toLowerCase() === lower)
  return found.length === 1 ? (found[0]?.[1] ?? null) : null
}

interface Order {
  readonly url: string
  readonly headers: object
  readonly body: Blob
}

function isOrder(order: unknown): order is Order {
  if (typeof order !== 'object' || order === null) return false
  const { url, headers, body } = order as Partial<Record<keyof Order, unknown>>
  const isRecord = typeof headers === 'object' && headers !== null
  // XHR adds a Content-Type of its own to everything that is not a Blob.
  return typeof url === 'string' && isRecord && body instanceof Blob
}

/** XHR sends a Blob's type as Content-Type, which is signed only if it is among the headers. */
export function withoutType(body: Blob): Blob {
  return body.type === '' ? body : body.slice(0, body.size)
}
