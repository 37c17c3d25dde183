import type { AnswerHeaders } from '../../electron/contract/failure/store-answer.ts'

export interface PutOrder {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Crosses as a reference: its bytes stay where they are. */
  readonly body: Blob
}

/** What the store said, as far as CORS shows it. */
export interface PutAnswer {
  readonly status: number
  /** Of whoever answered: another one than was asked, if the browser followed a redirect. */
  readonly origin: string
  readonly headers: AnswerHeaders
  /** The beginning of the answer's body. */
  readonly text: string
}

/** How a PUT ended. */
export type PutEnd =
  | { readonly type: 'answered'; readonly answer: PutAnswer }
  /** No answer that the browser would show. */
  | { readonly type: 'silent' }
  /** The worker's own policy let it go no further: at once, or where a redirect led. */
  | { readonly type: 'blocked'; readonly isRedirect: boolean }
  /** The worker does not send such a thing; `reason` names no value of it. */
  | { readonly type: 'refused'; readonly reason: string }

export type ToPutWorker =
  | { readonly type: 'put'; readonly jobId: number; readonly order: PutOrder }
  /** No more is heard of it. */
  | { readonly type: 'abort'; readonly jobId: number }

export type FromPutWorker =
  /** Its script has been loaded. */
  | { readonly type: 'started' }
  | { readonly type: 'sent'; readonly jobId: number; readonly sentBytes: number }
  | { readonly type: 'ended'; readonly jobId: number; readonly end: PutEnd }

/**
 * Why an order is none that a host signed; null: it looks like one. The worker asks this itself,
 * since the page may have been taken over: stores that honour headers which nobody signed would
 * copy any object for a part's URL, or make the new one public (CVE-2026-54330). Whether the
 * signature is right, the store sees.
 */
export function refusalReason(order: unknown): string | null {
  if (!isOrder(order)) return 'not an order'
  const url = URL.parse(order.url)
  if (url === null || !/^https?:$/.test(url.protocol)) return 'not a web address'
  // XHR would make an Authorization header of it.
  if (url.username !== '' || url.password !== '') return 'an address with a user'
  const signature = onlyValue(url.searchParams, 'X-Amz-Signature')
  const names = onlyValue(url.searchParams, 'X-Amz-SignedHeaders')
  if (signature === null || signature === '' || names === null) return 'an unsigned address'
  const signed = new Set(names.toLowerCase().split(';'))
  const isSigned = Object.keys(order.headers).every((name) => signed.has(name.toLowerCase()))
  return isSigned ? null : 'a header that was not signed'
}

/** Null unless it is there exactly once: a store may read another one of two than we do. */
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
  // XHR gives a Content-Type of its own to everything that is not a Blob.
  return typeof url === 'string' && isRecord && body instanceof Blob
}

/** XHR sends a Blob's type as Content-Type, which was signed only where it is among the headers. */
export function withoutType(body: Blob): Blob {
  return body.type === '' ? body : body.slice(0, body.size)
}
