import { PutObjectCommand } from '@aws-sdk/client-s3'
import type { ChecksumAlgorithm } from '../../contract/checksum.ts'
import { allowsOrigin } from '../../contract/cors.ts'
import type { Failure } from '../../contract/failure/kinds.ts'
import type { Store } from '../destinations/open-store.ts'
import type { CorePorts } from '../ports.ts'
import { checksumHeader } from '../s3/checksum-headers.ts'
import { putHeaderNames } from '../s3/put-headers.ts'
import { failureOfAnswer, type PageAnswer, presigned, sendAsPage } from './page-request.ts'

const PREFLIGHT_TIMEOUT_MS = 15_000

/** The headers that the page will send with the bytes. */
export interface PutContents {
  readonly isWholeFile: boolean
  /** The checksum by which the store verifies the bytes; null: none is sent. */
  readonly algorithm: ChecksumAlgorithm | null
}

/** A part carries at most its checksum. */
export function headersOf(
  destination: Parameters<typeof putHeaderNames>[0],
  { isWholeFile, algorithm }: PutContents,
): readonly string[] {
  const checksum = algorithm === null ? [] : [checksumHeader(algorithm)]
  return [...(isWholeFile ? putHeaderNames(destination) : []), ...checksum]
}

/** The page as a store's CORS sees it. */
export interface CorsPage {
  readonly origin: string
  /** The origin that a rule must allow: the host's pattern if it covers the page, else `origin`. */
  readonly allowedOrigin: string
}

export function corsPageOf(ports: Pick<CorePorts, 'pageOrigin' | 'corsOrigin'>): CorsPage {
  const [origin, pattern] = [ports.pageOrigin(), ports.corsOrigin()]
  return { origin, allowedOrigin: allowsOrigin(pattern, origin) ? pattern : origin }
}

/** Sends only the preflight of the PUT and writes nothing. Null if the page may send the PUT. */
export function checkPreflight(
  store: Store,
  key: string,
  page: CorsPage,
  sent: PutContents,
): Promise<Failure | null> {
  return preflight(
    store,
    key,
    page,
    headersOf(store.destination, sent),
    AbortSignal.timeout(PREFLIGHT_TIMEOUT_MS),
  )
}

/**
 * Sends the preflight that the page's browser sends before a PUT, and judges the answer as a
 * browser does: may the page's origin send the PUT with all these headers? A missing header blocks
 * the page just as a missing origin does.
 *
 * fetch.spec.whatwg.org/#http-cors-protocol
 */
export async function preflight(
  store: Store,
  key: string,
  { origin, allowedOrigin }: CorsPage,
  headers: readonly string[],
  signal: AbortSignal,
): Promise<Failure | null> {
  const command = new PutObjectCommand({ Bucket: store.destination.bucket, Key: key })
  const url = await presigned(store, command)
  if (!url.ok) return url.failure
  const asked = headers.length === 0 ? {} : { 'access-control-request-headers': headers.join() }
  const question = { origin, 'access-control-request-method': 'PUT', ...asked }
  const answer = await sendAsPage(store, {
    ...{ method: 'OPTIONS', url: url.value, headers: question, signal },
  })
  // The store answered the SDK a moment ago, so the network is the cause.
  if (!answer.ok) return { kind: 'no-response' }
  const { status } = answer.value
  // A browser follows no redirect of a preflight, and no CORS rule would change that.
  if (status >= 300 && status < 400) return failureOfAnswer(store, answer.value)
  const isAllowed =
    status >= 200 &&
    status < 300 &&
    allowsPage(answer.value, origin) &&
    lists(answer.value, 'access-control-allow-methods', 'put') &&
    headers.every((name) => lists(answer.value, 'access-control-allow-headers', name))
  return isAllowed ? null : { kind: 'cors-blocked', origin: allowedOrigin }
}

/** Whether the page may read the answer to its PUT, including the ETag. */
export function unreadableReason(
  { origin, allowedOrigin }: CorsPage,
  answer: PageAnswer,
): Failure | null {
  if (!allowsPage(answer, origin)) return { kind: 'answer-hidden', origin: allowedOrigin }
  return lists(answer, 'access-control-expose-headers', 'etag') ? null : { kind: 'etag-hidden' }
}

/** Whether a page of that origin may read the answer. */
export function allowsPage({ headers }: PageAnswer, origin: string): boolean {
  const allowed = headers['access-control-allow-origin']
  return allowed === '*' || allowed === origin
}

/** AWS and Ceph answer `*` if the matching rule names no origin: RESTOPTIONSobject.html. */
export function allowsAnyPage({ headers }: PageAnswer): boolean {
  return headers['access-control-allow-origin'] === '*'
}

function lists({ headers }: PageAnswer, header: string, wanted: string): boolean {
  const names = (headers[header] ?? '').toLowerCase().split(',')
  return names.some((name) => name.trim() === '*' || name.trim() === wanted)
}
