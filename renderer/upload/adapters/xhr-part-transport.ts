import type { Failure } from '../../../electron/contract/failure.ts'
import { isForeignRefusal, isStoreHeader } from '../../../electron/contract/foreign-answer.ts'
import { failed, type Outcome, succeeded } from '../../../electron/contract/outcome.ts'
import { failureFromS3, readErrorDocument } from '../../../electron/contract/s3-failure.ts'
import type { SignedPart } from '../../../electron/contract/upload.ts'
import type { PartSending, PartTransport } from '../engine/ports.ts'
import { probeBlob } from './blob-probe.ts'

type PutOutcome = Outcome<{ readonly etag: string }>

/**
 * PUTs parts by XHR, since fetch tells nothing of an upload's progress. Bodies are Blobs: a bare
 * ArrayBuffer is some twenty times slower in Chromium.
 */
export const xhrPartTransport: PartTransport = {
  putPart: async (part, { payload }, sending) => {
    if (!(payload instanceof Blob)) throw new TypeError('The part is not a Blob')
    const outcome = await put(part, payload, sending)
    if (outcome.ok || outcome.failure.kind !== 'no-response') return outcome
    // Chromium reports a body that cannot be read any more as a network error.
    const failure = await probeBlob(payload, 'source-changed')
    sending.signal.throwIfAborted()
    return failure === null ? outcome : failed(failure)
  },
}

function put(part: SignedPart, body: Blob, sending: PartSending): Promise<PutOutcome> {
  const { signal, onSent } = sending
  return new Promise((resolve, reject) => {
    signal.throwIfAborted()
    const request = new XMLHttpRequest()
    const abort = () => request.abort()
    const finish = (outcome: PutOutcome) => {
      signal.removeEventListener('abort', abort)
      resolve(outcome)
    }
    request.open('PUT', part.url)
    for (const [name, value] of Object.entries(part.headers)) request.setRequestHeader(name, value)
    request.upload.onprogress = (event) => onSent(event.loaded)
    request.onload = () => finish(outcomeOf(request))
    request.onerror = () => finish(failed({ kind: 'no-response' }))
    request.onabort = () => reject(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    request.send(body)
  })
}

function outcomeOf(request: XMLHttpRequest): PutOutcome {
  if (request.status !== 200) return failed(failureOf(request))
  const etag = request.getResponseHeader('ETag')
  return etag === null || etag === '' ? failed({ kind: 'etag-hidden' }) : succeeded({ etag })
}

function failureOf(request: XMLHttpRequest): Failure {
  const { code, message, region } = readErrorDocument(request.responseText.slice(0, 10_000))
  const failure = failureFromS3({
    status: request.status,
    code,
    message,
    region: region ?? request.getResponseHeader('x-amz-bucket-region'),
    retryAfter: request.getResponseHeader('Retry-After'),
    date: request.getResponseHeader('Date'),
    bucket: '',
    nowMs: Date.now(),
  })
  const isForeign = isForeignRefusal({
    status: request.status,
    contentType: request.getResponseHeader('Content-Type') ?? '',
    hasStoreHeader: request.getAllResponseHeaders().split('\r\n').some(isStoreHeader),
    text: request.responseText.slice(0, 10_000),
  })
  if (isForeign) return { kind: 'proxy-refused', status: request.status }
  // A PUT creates what it names; what a store can miss is the multipart upload (Ceph: NoSuchKey).
  const isUploadMissing = failure.kind === 'store-refused' && failure.status === 404
  return isUploadMissing ? { kind: 'upload-gone' } : failure
}
