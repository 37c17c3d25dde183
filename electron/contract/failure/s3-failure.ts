import { isRegion, storeCode } from '../plain-text.ts'
import type { Failure } from './kinds.ts'
import { actionIn, type KnownRefusal, knownRefusal } from './known-refusals.ts'
import {
  type AnswerHeaders,
  answerDetails,
  type ErrorDocument,
  isForeignAnswer,
  readErrorDocument,
} from './store-answer.ts'

/** The request that was answered. */
export interface StoreRequest {
  /** Name and port, as in the request's URL. */
  readonly host: string
  /** As sent; null where only the SDK knows it. */
  readonly path: string | null
  readonly bucket: string
  /** The bucket on this computer, which Ferry itself serves. */
  readonly isLocal: boolean
  /** The permission that the request needs, as S3 names it; null: not known. */
  readonly action: string | null
}

/** A store's answer, as far as it is known. */
export interface S3Answer {
  /** 0 when no answer came. */
  readonly status: number
  /** S3's `<Code>`, empty when the body had none (every HEAD, and stores behind a proxy). */
  readonly code: string
  /** S3's `<Message>`; decides where the code is vague. Kept only as `store-answer.ts` cleans it. */
  readonly message: string
  readonly requestId: string
  readonly server: string
  /** The `Retry-After` header, as sent. */
  readonly retryAfter: string | null
  /** The `Date` header, as sent. */
  readonly date: string | null
  /** The `x-amz-bucket-region` header or the body's `<Region>`. */
  readonly region: string | null
  /** Where a redirect leads: the `Location` header, else the body's `<Endpoint>`. */
  readonly location: string | null
  /** The body's `<MaxSizeAllowed>`. */
  readonly limitBytes: number | null
  /** The body's `<CanonicalRequest>`: what reached the store, for signatures that do not match. */
  readonly canonicalRequest: string
  /** A web page or plain text instead of S3's document. */
  readonly isForeign: boolean
  readonly request: StoreRequest
  readonly nowMs: number
}

/**
 * The only place that reads an S3 status or code, for the page's PUTs and the host's control calls
 * alike. The code decides, or the message if the code is vague; the store's own words stay with the
 * failure. Stores differ: an expired URL is 403 on AWS and 400 ExpiredRequest on Cloudflare R2.
 */
export function failureFromS3(answer: S3Answer): Failure {
  if (answer.status === 0) return { kind: 'no-response' }
  const { status, code, message, requestId, server } = answer
  const atMs = epochMsOf(answer.date) ?? answer.nowMs
  const details = answerDetails({ status, code, message, requestId, server, atMs })
  return { ...reasonOf(answer), answer: details }
}

/** The failures that carry a store's answer. */
type Reason = Extract<Failure, { answer?: unknown }>

function reasonOf(answer: S3Answer): Reason {
  const { code, message, request } = answer
  switch (code) {
    case 'RequestTimeTooSkewed':
    case 'RequestInTheFuture':
      return { kind: 'clock-skewed', serverTimeMs: epochMsOf(answer.date) }
    case 'ExpiredRequest':
      return { kind: 'url-expired' }
    case 'ExpiredToken':
    case 'ExpiredTokenException':
    case 'TokenRefreshRequired':
      return { kind: 'credentials-expired' }
    case 'SignatureDoesNotMatch':
      return isRewritten(answer)
        ? { kind: 'request-rewritten', host: request.host }
        : { kind: 'credentials-rejected' }
    case 'InvalidAccessKeyId':
    case 'InvalidToken':
    case 'InvalidSecurity':
    case 'Unauthorized':
      return { kind: 'credentials-rejected' }
    case 'NoSuchBucket':
      return { kind: 'bucket-missing', bucket: request.bucket }
    case 'NoSuchUpload':
      return { kind: 'upload-gone' }
    case 'PermanentRedirect':
    case 'TemporaryRedirect':
    case 'Redirect':
      return redirect(answer)
    case 'AuthorizationHeaderMalformed':
    case 'IllegalLocationConstraintException':
      return { kind: 'region-wrong', region: answer.region }
    case 'BadDigest':
    case 'XAmzContentChecksumMismatch':
    case 'XAmzContentSHA256Mismatch':
    case 'IncompleteBody':
      return { kind: 'body-corrupted' }
    case 'RequestTimeout':
      return { kind: 'stalled' }
    case 'SlowDown':
    case 'TooManyRequests':
    case 'Throttling':
    case 'ThrottlingException':
    case 'RequestLimitExceeded':
      return throttled(answer)
    case 'EntityTooLarge':
    case 'RequestEntityTooLarge':
    case 'MaxMessageLengthExceeded':
      return { kind: 'too-large', limitBytes: answer.limitBytes }
    // The destination's rules request something that the store does not support.
    case 'InvalidStorageClass':
    case 'MetadataTooLarge':
    case 'InvalidTag':
      return refused(answer)
    case 'KeyTooLongError':
    case 'KeyTooLong':
      return { kind: 'name-unusable', reason: 'too-long' }
    default:
      return knownReason(answer, knownRefusal(code, message)) ?? vagueReason(answer)
  }
}

function knownReason(answer: S3Answer, known: KnownRefusal | null): Reason | null {
  if (known?.kind === 'throttled') return throttled(answer)
  // Only the bucket on this computer is on this computer's disk.
  return known?.kind === 'store-full' && answer.request.isLocal ? OWN_DISK_FULL : known
}

const OWN_DISK_FULL = { kind: 'disk-full', where: 'local-bucket' } as const

function vagueReason(answer: S3Answer): Reason {
  const { code, message } = answer
  // The code also occurs inside a 200, which the SDK passes on as a 503; a server error does not
  // mean a busy store.
  if (code === 'InternalError') return { kind: 'server-error', status: 500 }
  if (!DENIALS.test(code)) return reasonOfStatus(answer)
  if (/headers present in the request which were not signed/i.test(message)) {
    // Ferry signs every header that it sends.
    return { kind: 'request-rewritten', host: answer.request.host }
  }
  if (/not valid yet/i.test(message)) {
    return { kind: 'clock-skewed', serverTimeMs: epochMsOf(answer.date) }
  }
  // AWS says "Request has expired" under AccessDenied; only the message tells.
  return /expired/i.test(message) ? { kind: 'url-expired' } : denied(answer)
}

/** Stores use many codes for a denial. */
const DENIALS = /denied|forbidden|not_?authori[sz]ed|not_?permitted|permission/i

function reasonOfStatus(answer: S3Answer): Reason {
  const { status, code, isForeign } = answer
  if (status === 429 || status === 503) return throttled(answer)
  if (status === 408) return { kind: 'stalled' }
  if (status === 507) return answer.request.isLocal ? OWN_DISK_FULL : { kind: 'store-full' }
  // Permanent: the store, or a proxy, does not support the request.
  if (status === 501 || status === 505 || status === 510) return refused(answer)
  if (status >= 500) return { kind: 'server-error', status }
  if (status >= 300 && status < 400) return redirect(answer)
  if (status === 400 && answer.region !== null) {
    return { kind: 'region-wrong', region: answer.region }
  }
  if (status === 413) return { kind: 'request-too-large', limitBytes: null }
  if (status === 402) return { kind: 'account-problem' }
  // RFC 9110 section 15.5.8: only a proxy sends this status, whatever else its answer says.
  if (status === 407) return { kind: 'proxy-auth-needed' }
  if (isForeign) return { kind: 'proxy-refused', status }
  if ((status === 401 || status === 403) && code === '') return denied(answer)
  // A 404 without a code is the answer to a HEAD; the caller knows what was missing.
  return refused(answer)
}

function refused({ status, code }: S3Answer): Reason {
  return { kind: 'store-refused', status, code: storeCode(code) }
}

function denied({ message, request }: S3Answer): Reason {
  const action = actionIn(message) ?? request.action
  return { kind: 'access-denied', ...(action === null ? {} : { action }) }
}

/** These keys may not do this; other requests with them may pass. */
export function isDenied(failure: Failure): boolean {
  return failure.kind === 'access-denied' || failure.kind === 'explicitly-denied'
}

function redirect(answer: S3Answer): Reason {
  const { region, location, request } = answer
  if (region !== null) return { kind: 'region-wrong', region }
  const to = location === null ? null : endpointAt(location, request.bucket)
  return { kind: 'redirected', to }
}

/**
 * Scheme and host without the bucket in front, which an endpoint does not have. AWS names a bare
 * host. Null: it leads to another path of the same host.
 */
export function endpointAt(location: string, bucket: string): string | null {
  const found = ABSOLUTE.exec(location)?.groups ?? BARE_HOST.exec(location)?.groups
  if (found?.host === undefined) return null
  const { scheme = 'https', host } = found
  const isOfBucket = bucket !== '' && host.startsWith(`${bucket}.`)
  const endpoint = isOfBucket ? host.slice(bucket.length + 1) : host
  return `${scheme}://${endpoint}`.toLowerCase().slice(0, 1100)
}

const ABSOLUTE = /^(?:(?<scheme>https?):)?\/\/(?:[^/?#@]*@)?(?<host>[\w.-]+(?::\d+)?)(?:[/?#]|$)/i
const BARE_HOST = /^(?<host>[\w-]+(?:\.[\w-]+)+(?::\d+)?)$/

/**
 * AWS shows the request whose signature it checked. If its host or path differs from the one that was
 * sent, something on the way changed it.
 * docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
function isRewritten({ canonicalRequest, request }: S3Answer): boolean {
  const { host, bucket, path } = request
  const [, seenPath = ''] = canonicalRequest.split(/\r?\n/)
  const seenHost = /^host:(.*)$/m.exec(canonicalRequest)?.[1]?.trim()
  if (seenHost === undefined) return false
  if (![host, `${bucket}.${host}`].includes(seenHost)) return true
  return path !== null && unescaped(seenPath) !== unescaped(path)
}

/** Stores escape more or fewer characters than URLs do. */
function unescaped(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

/** An HTTP answer; a page sees only the headers that CORS exposes. */
export interface HttpAnswer {
  readonly status: number
  readonly headers: AnswerHeaders
  readonly text: string
}

/** The failure that an unsuccessful answer to one of Ferry's own requests means. */
export function failureFromHttp(answer: HttpAnswer, request: StoreRequest, nowMs: number): Failure {
  return failureFromS3(s3AnswerOf(answer, readErrorDocument(answer.text), request, nowMs))
}

export function s3AnswerOf(
  { status, headers, text }: HttpAnswer,
  document: ErrorDocument,
  request: StoreRequest,
  nowMs: number,
): S3Answer {
  const { code, message, canonicalRequest, limitBytes } = document
  return {
    ...{ status, code, message, canonicalRequest, limitBytes, request, nowMs },
    requestId: requestIdIn(headers) || document.requestId,
    server: headers.server ?? '',
    retryAfter: headers['retry-after'] ?? null,
    date: headers.date ?? null,
    region: regionIn(headers['x-amz-bucket-region'] ?? document.region),
    location: headers.location ?? document.endpoint,
    isForeign: code === '' && isForeignAnswer(headers, text),
  }
}

/** Null for a value that cannot be a region. */
function regionIn(said: string | null): string | null {
  return said !== null && isRegion(said) ? said : null
}

/** The ID in the store's own logs; the ID of a network in front only if there is no other. */
const REQUEST_IDS = [
  ...['x-amz-request-id', 'x-amz-id-2', 'x-openstack-request-id', 'x-trans-id'],
  ...['x-obs-request-id', 'x-oss-request-id', 'x-cos-request-id', 'x-guploader-uploadid'],
]

function requestIdIn(headers: AnswerHeaders): string {
  const ids = REQUEST_IDS.flatMap((name) => headers[name] ?? [])
  return ids.slice(0, 2).join(' / ') || (headers['x-request-id'] ?? headers['cf-ray'] ?? '')
}

/** The result of our conditional write if somebody else's object already has the key. */
export const PRECONDITION_FAILED: Failure = {
  kind: 'store-refused',
  status: 412,
  code: 'PreconditionFailed',
}

/**
 * Our condition did not hold, or another write happened at the same moment: preparing the upload
 * again finds out whose object it is.
 *
 * docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html#conditional-error-response
 */
export function isConditionalWriteRefused(failure: Failure): boolean {
  if (failure.kind !== 'store-refused') return false
  return failure.status === 412 || failure.code === 'ConditionalRequestConflict'
}

function throttled(answer: S3Answer): Reason {
  return { kind: 'throttled', retryAfterMs: retryAfterMs(answer.retryAfter, answer.nowMs) }
}

/** Reads both forms of RFC 9110 section 10.2.3; null when absent or unreadable. */
export function retryAfterMs(header: string | null, nowMs: number): number | null {
  if (header === null) return null
  const trimmed = header.trim()
  if (/^\d{1,9}$/.test(trimmed)) return Number(trimmed) * 1000
  const at = epochMsOf(trimmed)
  return at === null ? null : Math.max(0, at - nowMs)
}

function epochMsOf(date: string | null): number | null {
  // HTTP's dates all name GMT; `Date.parse` alone would take "-1" for one.
  if (date === null || !/gmt/i.test(date)) return null
  const at = Date.parse(date)
  return Number.isNaN(at) ? null : at
}
