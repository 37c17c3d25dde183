import { PutObjectCommand } from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import type { Failure } from '../../contract/failure.ts'
import type { Store } from '../store/store.ts'

const PATIENCE_MS = 15_000
const TYPE = 'application/octet-stream'
const TOKEN_HEADER = 'x-amz-meta-ferry-upload'

/**
 * Does what the page's browser would do before and after a PUT, and judges as it would: may the
 * page's origin send it, and may the page read the ETag of the answer? Null when it may.
 *
 * fetch.spec.whatwg.org/#http-cors-protocol
 */
export async function checkCors(
  store: Store,
  key: string,
  body: string,
  origin: string,
): Promise<Failure | null> {
  const blocked: Failure = { kind: 'cors-blocked', origin }
  const url = await signedPut(store, key)
  const preflight = await answerTo(url, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'PUT',
      'access-control-request-headers': `content-type,${TOKEN_HEADER}`,
    },
  })
  if (preflight === null) return { kind: 'no-response' }
  if (!allowsOrigin(preflight, origin) || !allowsPut(preflight)) return blocked
  const sent = { origin, 'content-type': TYPE, [TOKEN_HEADER]: 'check' }
  const answer = await answerTo(url, { method: 'PUT', body, headers: sent })
  if (answer === null) return { kind: 'no-response' }
  if (!allowsOrigin(answer, origin)) return blocked
  return lists(answer, 'access-control-expose-headers', 'etag') ? null : { kind: 'etag-hidden' }
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

function allowsPut(response: Response): boolean {
  return (
    response.ok &&
    lists(response, 'access-control-allow-methods', 'put') &&
    lists(response, 'access-control-allow-headers', 'content-type') &&
    lists(response, 'access-control-allow-headers', TOKEN_HEADER)
  )
}

function lists(response: Response, header: string, wanted: string): boolean {
  const names = (response.headers.get(header) ?? '').toLowerCase().split(',')
  return names.some((name) => name.trim() === '*' || name.trim() === wanted)
}
