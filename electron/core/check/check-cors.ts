import { PutObjectCommand } from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import type { ChecksumAlgorithm } from '../../contract/checksum.ts'
import type { Failure } from '../../contract/failure.ts'
import type { Store } from '../store/store.ts'
import { headerOfSum } from '../uploads/checksum-fields.ts'

const PATIENCE_MS = 15_000
const TYPE = 'application/octet-stream'
const TOKEN_HEADER = 'x-amz-meta-ferry-upload'
/** What Ferry's page sends with a PUT of a whole file; a part carries its checksum at most. */
const PUT_HEADERS = ['content-type', TOKEN_HEADER]

/** What the page will send along with the bytes. */
export interface Sent {
  readonly isWholeFile: boolean
  /** By which the store checks them; null: nothing travels with them. */
  readonly algorithm: ChecksumAlgorithm | null
}

/**
 * Does what the page's browser would do before and after a PUT, and judges as it would: may the
 * page's origin send it with all its headers, and may the page read the ETag of the answer? Null
 * when it may. A header that the rule leaves out keeps the page out as well as its origin does.
 *
 * fetch.spec.whatwg.org/#http-cors-protocol
 */
export async function checkCors(
  store: Store,
  key: string,
  body: string,
  origin: string,
  algorithm: ChecksumAlgorithm | null,
): Promise<Failure | null> {
  const url = await signedPut(store, key)
  const refused = await preflight(url, origin, headersOf({ isWholeFile: true, algorithm }))
  if (refused !== null) return refused
  const sent = { origin, 'content-type': TYPE, [TOKEN_HEADER]: 'check' }
  const answer = await answerTo(url, { method: 'PUT', body, headers: sent })
  if (answer === null) return { kind: 'no-response' }
  if (!allowsOrigin(answer, origin)) return { kind: 'cors-blocked', origin }
  return lists(answer, 'access-control-expose-headers', 'etag') ? null : { kind: 'etag-hidden' }
}

/** Only the question that comes before the PUT; puts nothing. Null when the page may go on. */
export async function checkPreflight(
  store: Store,
  key: string,
  origin: string,
  sent: Sent,
): Promise<Failure | null> {
  return preflight(await signedPut(store, key), origin, headersOf(sent))
}

function headersOf({ isWholeFile, algorithm }: Sent): string[] {
  const sum = algorithm === null ? [] : [headerOfSum(algorithm)]
  return [...(isWholeFile ? PUT_HEADERS : []), ...sum]
}

async function preflight(
  url: string,
  origin: string,
  headers: readonly string[],
): Promise<Failure | null> {
  const asked = headers.length === 0 ? {} : { 'access-control-request-headers': headers.join() }
  const answer = await answerTo(url, {
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': 'PUT', ...asked },
  })
  if (answer === null) return { kind: 'no-response' }
  const isAllowed =
    answer.ok &&
    allowsOrigin(answer, origin) &&
    lists(answer, 'access-control-allow-methods', 'put') &&
    headers.every((name) => lists(answer, 'access-control-allow-headers', name))
  return isAllowed ? null : { kind: 'cors-blocked', origin }
}

function signedPut(store: Store, key: string): Promise<string> {
  const command = new PutObjectCommand({
    Bucket: store.destination.bucket,
    Key: key,
    ContentType: TYPE,
    Metadata: { 'ferry-upload': 'check' },
  })
  return getSignedUrl(store.client, command, {
    expiresIn: 300,
    signingDate: new Date(store.clock.nowMs()),
    signableHeaders: new Set(['host', 'content-type']),
    unhoistableHeaders: new Set([TOKEN_HEADER]),
  })
}

/** Null when none came: it answered the SDK a moment ago, so this is the network's doing. */
async function answerTo(url: string, init: RequestInit): Promise<Response | null> {
  try {
    const signal = AbortSignal.timeout(PATIENCE_MS)
    const response = await fetch(url, { ...init, redirect: 'manual', signal })
    await response.body?.cancel()
    return response
  } catch (error) {
    // `fetch` throws these two for networks; anything else is a bug.
    if (error instanceof TypeError || error instanceof DOMException) return null
    throw error
  }
}

function allowsOrigin(response: Response, origin: string): boolean {
  const allowed = response.headers.get('access-control-allow-origin')
  return allowed === '*' || allowed === origin
}

function lists(response: Response, header: string, wanted: string): boolean {
  const names = (response.headers.get(header) ?? '').toLowerCase().split(',')
  return names.some((name) => name.trim() === '*' || name.trim() === wanted)
}
