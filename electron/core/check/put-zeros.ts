import { PutObjectCommand, UploadPartCommand } from '@aws-sdk/client-s3'
import type { ChecksumAlgorithm } from '../../contract/checksum.ts'
import type { Failure } from '../../contract/failure/kinds.ts'
import type { Outcome } from '../../contract/outcome.ts'
import { checksumField, checksumHeader } from '../s3/checksum-headers.ts'
import { headersOfFields, type ObjectFields } from '../s3/put-headers.ts'
import type { Store } from '../s3/request.ts'
import { type PageAnswer, presigned, sendAsPage } from './send-as-page.ts'
import { checksumOfZeros, ZeroBody } from './zero-body.ts'

/** Where the zeros go: into a part of an upload that is never completed, or into an object. */
export type ZeroTarget =
  | { readonly kind: 'part'; readonly key: string; readonly uploadId: string }
  | { readonly kind: 'object'; readonly key: string; readonly fields: ObjectFields }

export interface ZeroPut {
  readonly target: ZeroTarget
  readonly byteLength: number
  /** What the bytes are announced with; null: nothing. */
  readonly algorithm: ChecksumAlgorithm | null
  /** `headers`: the request is broken off before the first byte of its body. */
  readonly reach: 'headers' | 'whole'
  /** Null where CORS does not matter. */
  readonly origin: string | null
  /**
   * Whether the way to the store can wait for `100 Continue`, so that a refusal of the headers
   * costs no byte of the body; Electron's cannot.
   */
  readonly canExpect: boolean
  readonly signal: AbortSignal
}

export type ZeroPutEnd =
  | { readonly kind: 'answered'; readonly answer: PageAnswer; readonly sentBytes: number }
  /** Nothing refused the headers. */
  | { readonly kind: 'headers-taken' }
  | { readonly kind: 'silent'; readonly failure: Failure }

/** An answer to the headers comes at once; this much later than the line's own delay, none does. */
const HOLD_MS = 400
/** Shorter bodies are sent without asking first. */
const EXPECT_FROM_BYTES = 64 * 1024

/**
 * One PUT as the page's browser would make it, of zeros in place of a file.
 * @param delayMs how long the store took for its last short answer.
 */
export async function putZeros(store: Store, put: ZeroPut, delayMs: number): Promise<ZeroPutEnd> {
  const prepared = await prepare(store, put)
  if (!prepared.ok) return { kind: 'silent', failure: prepared.failure }
  const expects = put.canExpect && (put.byteLength >= EXPECT_FROM_BYTES || put.reach === 'headers')
  const end = await send(store, put, prepared.value, { expects, delayMs })
  // HTTP's own word for a server that cannot wait: RFC 9110, section 15.5.18.
  const cannotWait = expects && end.kind === 'answered' && end.answer.status === 417
  if (!cannotWait) return end
  if (put.reach === 'headers') return { kind: 'headers-taken' }
  return send(store, put, prepared.value, { expects: false, delayMs })
}

interface Prepared {
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
}

async function prepare(store: Store, put: ZeroPut): Promise<Outcome<Prepared>> {
  const { target, algorithm, byteLength, reach } = put
  // Nobody compares the checksum of a body that never comes.
  const summedBytes = reach === 'whole' ? byteLength : 0
  const sum = algorithm === null ? null : await checksumOfZeros(algorithm, summedBytes)
  const sumHeaders = algorithm === null || sum === null ? {} : { [checksumHeader(algorithm)]: sum }
  const fields = algorithm === null || sum === null ? {} : checksumField(algorithm, sum)
  const place = { Bucket: store.destination.bucket, Key: target.key, ...fields }
  const headers =
    target.kind === 'part' ? sumHeaders : { ...headersOfFields(target.fields), ...sumHeaders }
  const command =
    target.kind === 'part'
      ? new UploadPartCommand({ ...place, UploadId: target.uploadId, PartNumber: 1 })
      : new PutObjectCommand({ ...place, ...target.fields })
  const url = await presigned(store, command, Object.keys(headers))
  return url.ok ? { ok: true, value: { url: url.value, headers } } : url
}

async function send(
  store: Store,
  { byteLength, reach, origin, signal }: ZeroPut,
  { url, headers }: Prepared,
  { expects, delayMs }: { readonly expects: boolean; readonly delayMs: number },
): Promise<ZeroPutEnd> {
  const ending = new AbortController()
  const held = { isReached: false }
  const onHeld = () => {
    held.isReached = true
    ending.abort()
  }
  const stream = new ZeroBody({
    byteLength,
    holdMs: expects ? HOLD_MS + 2 * delayMs : 0,
    onHeld: reach === 'headers' ? onHeld : undefined,
  })
  try {
    const sent = await sendAsPage(store, {
      ...{ method: 'PUT', url, body: { byteLength, stream } },
      headers: {
        ...headers,
        ...(origin === null ? {} : { origin }),
        ...(expects ? { expect: '100-continue' } : {}),
      },
      signal: AbortSignal.any([signal, ending.signal]),
    })
    if (held.isReached) return { kind: 'headers-taken' }
    return sent.ok
      ? { kind: 'answered', answer: sent.value, sentBytes: stream.sentBytes }
      : { kind: 'silent', failure: sent.failure }
  } finally {
    // An answer may come before the body has gone out; the rest of it is not sent.
    ending.abort()
    stream.destroy()
  }
}
