// Runs in a worker of its own, whose content security policy names the stores and nothing else
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

/** All that is read of an answer; error documents are far shorter. */
const MAX_DOCUMENT_LENGTH = 10_000
/** A body that goes on after this is no error document, and may have no end. */
const MAX_ANSWER_BYTES = 1024 * 1024
/** Chromium tells of a redirect that the policy stopped only after the request's own error. */
const VIOLATION_GRACE_MS = 50

interface Job {
  readonly request: XMLHttpRequest
  /** As a violation of the policy names it. */
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
    // A header that XHR cannot send must not end the worker, and the other parts with it.
    end(jobId, { type: 'refused', reason: 'something that cannot be sent' })
  }
}

/**
 * By XHR, since fetch tells nothing of an upload's progress. Bodies are Blobs: a bare ArrayBuffer is
 * some twenty times slower in Chromium.
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
 * A violation names what was asked for, also when it was a redirect that was stopped: where a
 * redirect leads is not to be learnt (W3C CSP3, 5.3). One that was stopped at once was caused by a
 * line of this script, and Chromium says which.
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

function end(jobId: number, how: PutEnd): void {
  if (jobs.delete(jobId)) post({ type: 'ended', jobId, end: how })
}

function post(message: FromPutWorker): void {
  postMessage(message)
}
