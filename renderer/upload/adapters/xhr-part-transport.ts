import type { Failure } from '../../../electron/contract/failure.ts'
import type { AnswerHeaders } from '../../../electron/contract/foreign-answer.ts'
import { failed, type Outcome, succeeded } from '../../../electron/contract/outcome.ts'
import { endpointAt, failureFromHttp } from '../../../electron/contract/s3-failure.ts'
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
    request.onload = () => finish(outcomeOf(request, part))
    request.onerror = () => finish(failed({ kind: 'no-response' }))
    request.onabort = () => reject(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    request.send(body)
  })
}

function outcomeOf(request: XMLHttpRequest, part: SignedPart): PutOutcome {
  // Ceph can be told to say 201: rgw_s3_success_create_obj_status.
  const isTaken = request.status >= 200 && request.status < 300
  if (!isTaken) return failed(failureOf(request, part))
  const etag = request.getResponseHeader('ETag')
  return etag === null || etag === '' ? failed({ kind: 'etag-hidden' }) : succeeded({ etag })
}

const MAX_DOCUMENT_LENGTH = 10_000

function failureOf(request: XMLHttpRequest, part: SignedPart): Failure {
  const sent = new URL(part.url)
  const answered = new URL(request.responseURL || part.url)
  const answer = {
    status: request.status,
    headers: headersOf(request),
    text: request.responseText.slice(0, MAX_DOCUMENT_LENGTH),
  }
  const { bucket, isLocal } = part
  const { host, pathname: path } = sent
  const asked = { host, path, bucket, isLocal, action: 's3:PutObject' }
  const failure = failureFromHttp(answer, asked, Date.now())
  // The browser followed a redirect by itself, with a signature that holds for one host only.
  if (answered.host !== host) {
    return { kind: 'redirected', to: endpointAt(answered.origin, bucket), ...answerOf(failure) }
  }
  // Ceph's word for an upload that was aborted; a PUT of a whole file misses nothing.
  const isOfUpload = sent.searchParams.has('uploadId')
  const isKeyMissing = failure.kind === 'store-refused' && failure.code === 'NoSuchKey'
  return isOfUpload && isKeyMissing ? { kind: 'upload-gone', ...answerOf(failure) } : failure
}

/** Those that CORS shows; to ask for any other by its name makes Chromium complain in the console. */
function headersOf(request: XMLHttpRequest): AnswerHeaders {
  const lines = request.getAllResponseHeaders().split('\r\n')
  return Object.fromEntries(
    lines.flatMap((line) => {
      const colon = line.indexOf(': ')
      return colon === -1
        ? []
        : [[line.slice(0, colon).toLowerCase(), line.slice(colon + 2)] as const]
    }),
  )
}

function answerOf(failure: Failure) {
  return 'answer' in failure ? { answer: failure.answer } : {}
}
