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

/** What the page will send along with the bytes. */
export interface PutContents {
  readonly isWholeFile: boolean
  /** By which the store checks them; null: nothing travels with them. */
  readonly algorithm: ChecksumAlgorithm | null
}

/** A part carries its checksum at most. */
export function headersOf(
  destination: Parameters<typeof putHeaderNames>[0],
  { isWholeFile, algorithm }: PutContents,
): readonly string[] {
  const sum = algorithm === null ? [] : [checksumHeader(algorithm)]
  return [...(isWholeFile ? putHeaderNames(destination) : []), ...sum]
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

/** Only the question that comes before the PUT; puts nothing. Null when the page may go on. */
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
 * Asks as the page's browser does before a PUT, and judges as it would: may the page's origin send
 * it with all these headers? A header that the rule leaves out keeps the page out as well as its
 * origin does.
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
  // It answered the SDK a moment ago, so this is the network's doing.
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

/** Whether the page may look at the answer to a PUT that it may send, and find the ETag in it. */
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

/** AWS and Ceph answer `*` where the rule that fits names no origin: RESTOPTIONSobject.html. */
export function allowsAnyPage({ headers }: PageAnswer): boolean {
  return headers['access-control-allow-origin'] === '*'
}

function lists({ headers }: PageAnswer, header: string, wanted: string): boolean {
  const names = (headers[header] ?? '').toLowerCase().split(',')
  return names.some((name) => name.trim() === '*' || name.trim() === wanted)
}
