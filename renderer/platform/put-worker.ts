// Runs in its own worker, whose content security policy allows the stores and nothing else
// (docs/decisions/0014-parts-are-sent-by-a-worker.md).
import type { AnswerHeaders } from '../../electron/contract/failure/store-answer.ts'
import {
  type FromPutWorker,
  type PutEnd,
  type PutOrder,
  refusalReason,
  type ToPutWorker,
  withoutType,
} from './put-protocol.ts'

/** The part of an answer that is kept; error documents are far shorter. */
const MAX_DOCUMENT_LENGTH = 10_000
/** A longer body is not an error document, and may never end. */
const MAX_ANSWER_BYTES = 1024 * 1024
/** Chromium reports a redirect that the policy blocked only after the request's own error. */
const VIOLATION_GRACE_MS = 50

interface Job {
  readonly request: XMLHttpRequest
  /** The URL as a policy violation reports it. */
  readonly url: string
  violation: 'none' | 'at-once' | 'redirect'
}

const jobs = new Map<number, Job>()

addEventListener('message', ({ data }: MessageEvent<ToPutWorker>) => {
  if (data.type === 'put') take(data.jobId, data.order)
  else abort(data.jobId)
})
addEventListener('securitypolicyviolation', noteViolation)
post({ type: 'started' })

function take(jobId: number, order: PutOrder): void {
  const reason = refusalReason(order)
  if (reason !== null) {
    post({ type: 'ended', jobId, end: { type: 'refused', reason } })
    return
  }
  try {
    put(jobId, order)
  } catch {
    // A header that XHR cannot send must not end the worker and its other parts.
    end(jobId, { type: 'refused', reason: 'something that cannot be sent' })
  }
}

/**
 * Uses XHR because fetch reports no upload progress. Bodies are Blobs: a bare ArrayBuffer is about
 * twenty times slower in Chromium.
 */
function put(jobId: number, { url, headers, body }: PutOrder): void {
  const request = new XMLHttpRequest()
  const job: Job = { request, url: new URL(url).href, violation: 'none' }
  jobs.set(jobId, job)
  request.open('PUT', url)
  for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value)
  request.upload.onprogress = ({ loaded }) => post({ type: 'sent', jobId, sentBytes: loaded })
  request.onprogress = ({ loaded }) => {
    if (loaded <= MAX_ANSWER_BYTES) return
    end(jobId, answerOf(request))
    request.abort()
  }
  request.onload = () => end(jobId, answerOf(request))
  request.onerror = () => {
    setTimeout(() => end(jobId, endOfSilence(job)), VIOLATION_GRACE_MS)
  }
  request.send(withoutType(body))
}

function abort(jobId: number): void {
  const job = jobs.get(jobId)
  jobs.delete(jobId)
  job?.request.abort()
}

/**
 * A violation names the requested URL even if a redirect was blocked, because the page must not
 * learn where a redirect leads (W3C CSP3, 5.3). If the request was blocked at once, Chromium names
 * the script's own line as the cause.
 */
function noteViolation({ blockedURI, sourceFile }: SecurityPolicyViolationEvent): void {
  for (const job of jobs.values()) {
    if (job.url === blockedURI) job.violation = sourceFile ? 'at-once' : 'redirect'
  }
}

function endOfSilence({ violation }: Job): PutEnd {
  return violation === 'none'
    ? { type: 'silent' }
    : { type: 'blocked', isRedirect: violation === 'redirect' }
}

function answerOf(request: XMLHttpRequest): PutEnd {
  const { status, responseURL, responseText } = request
  const answer = {
    status,
    origin: new URL(responseURL).origin,
    headers: headersOf(request),
    text: responseText.slice(0, MAX_DOCUMENT_LENGTH),
  }
  return { type: 'answered', answer }
}

/** The headers that CORS exposes; asking for any other by name makes Chromium log a complaint. */
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

function end(jobId: number, how: PutEnd): void {
  if (jobs.delete(jobId)) post({ type: 'ended', jobId, end: how })
}

function post(message: FromPutWorker): void {
  postMessage(message)
}
