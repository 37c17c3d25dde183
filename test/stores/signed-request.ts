import { createHash } from 'node:crypto'
import type { Store } from '../local-bucket/conformance/store.ts'
import { type HandMade, signedHeaders } from '../local-bucket/hand-signed.ts'

/** Sends a signed request to an API of the store other than S3, and returns the text. */
export async function signedRequest(
  store: Store,
  made: Omit<HandMade, 'payloadHash'>,
  { service, body = '' }: { readonly service: 's3' | 'iam'; readonly body?: string },
): Promise<string> {
  const payloadHash = createHash('sha256').update(body).digest('hex')
  const headers = signedHeaders(store, { ...made, payloadHash }, { atMs: Date.now(), service })
  const url = `${store.endpoint}${made.path}${made.query === undefined ? '' : `?${made.query}`}`
  const { method } = made
  const answer = await fetch(url, { method, headers, ...(body === '' ? {} : { body }) })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${method} ${made.path} was answered ${answer.status}`)
  return text
}
