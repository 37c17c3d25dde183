import type { Failure } from './failure.ts'

/** What an S3 store answered, as far as it is known. */
export interface S3Answer {
  /** 0 when no answer came. */
  readonly status: number
  /** S3's `<Code>`, empty when the body had none (every HEAD, and stores behind a proxy). */
  readonly code: string
  /** S3's `<Message>`; read to tell the reasons of a 403 apart, never shown or logged. */
  readonly message: string
  /** The `Retry-After` header, as sent. */
  readonly retryAfter: string | null
  /** The `Date` header, as sent. */
  readonly date: string | null
  /** The `x-amz-bucket-region` header or the body's `<Region>`. */
  readonly region: string | null
  readonly bucket: string
  readonly nowMs: number
}

/**
 * The only place that reads an S3 status or code, for the page's PUTs and the host's control calls
 * alike. Codes: docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html; where stores differ:
 * an expired URL is 403 on AWS and 400 ExpiredRequest on Cloudflare R2.
 */
export function failureFromS3(answer: S3Answer): Failure {
  const { status, code } = answer
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
    case 'InvalidAccessKeyId':
    case 'SignatureDoesNotMatch':
    case 'InvalidToken':
    case 'InvalidSecurity':
    case 'NotSignedUp':
    case 'AccountProblem':
      return { kind: 'credentials-rejected' }
    case 'NoSuchBucket':
      return { kind: 'bucket-missing', bucket: answer.bucket }
    case 'NoSuchUpload':
      return { kind: 'upload-gone' }
    case 'PermanentRedirect':
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
    case 'InternalError':
      // Also inside a 200, which the SDK hands on as a 503; a store that is ill is not a busy one.
      return { kind: 'server-error', status: 500 }
    case 'SlowDown':
    case 'TooManyRequests':
    case 'Throttling':
    case 'ThrottlingException':
    case 'RequestLimitExceeded':
      return throttled(answer)
    case 'EntityTooLarge':
    // What the destination's rules ask for and the store does not do.
    case 'InvalidStorageClass':
    case 'AccessControlListNotSupported':
    case 'MetadataTooLarge':
    case 'InvalidTag':
      return { kind: 'store-refused', status, code }
    case 'InsufficientStorage':
      // Said by Ferry's own bucket on this computer and by no other store.
      return { kind: 'disk-full', where: 'local-bucket' }
    case 'KeyTooLongError':
    case 'KeyTooLong':
      return { kind: 'name-unusable', reason: 'too-long' }
    case 'AccessDenied':
    case 'Forbidden':
    case 'AllAccessDisabled':
    case 'AccountSuspended':
      // AWS says "Request has expired" under AccessDenied; only the message tells.
      return /expired/i.test(answer.message) ? { kind: 'url-expired' } : { kind: 'access-denied' }
    default:
      return failureFromStatus(answer)
  }
}

function failureFromStatus(answer: S3Answer): Failure {
  const { status, code } = answer
  if (status === 0) return { kind: 'no-response' }
  if (status === 429) return throttled(answer)
  if (status === 503) return throttled(answer)
  if (status === 408) return { kind: 'stalled' }
  // 501 is for good: this store does not know what was asked of it.
  if (status === 501) return { kind: 'store-refused', status, code: code.slice(0, 300) }
  if (status >= 500) return { kind: 'server-error', status }
  if ((status === 301 || status === 307 || status === 400) && answer.region !== null) {
    return { kind: 'region-wrong', region: answer.region }
  }
  if (status === 401 || status === 403) return { kind: 'access-denied' }
  // A 404 without a code is the answer to HEAD; what was missing is the caller's to know.
  return { kind: 'store-refused', status, code: code.slice(0, 300) }
}

/** What a conditional write of ours ends with when somebody else's object is in the place. */
export const PLACE_TAKEN: Failure = {
  kind: 'store-refused',
  status: 412,
  code: 'PreconditionFailed',
}

/**
 * A condition of ours did not hold, or met another write at that very moment: preparing again finds
 * out whose object is there.
 *
 * docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html#conditional-error-response
 */
export function isPlaceTaken(failure: Failure): boolean {
  if (failure.kind !== 'store-refused') return false
  return failure.status === 412 || failure.code === 'ConditionalRequestConflict'
}

function throttled(answer: S3Answer): Failure {
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

/** Takes `<Code>`, `<Message>` and `<Region>` out of S3's error document. */
export function readErrorDocument(xml: string) {
  return {
    code: elementText(xml, 'Code'),
    message: elementText(xml, 'Message'),
    region: elementText(xml, 'Region') || null,
  }
}

/** The document is flat and its values are plain words, so no XML parser is needed in the page. */
function elementText(xml: string, name: 'Code' | 'Message' | 'Region'): string {
  return new RegExp(`<${name}>([^<]{0,1000})</${name}>`).exec(xml)?.[1]?.trim() ?? ''
}
