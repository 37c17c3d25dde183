/** Error responses of stores, with AWS's wording where AWS has one. */
export interface Answer {
  /** The name under which it is counted. */
  readonly name: string
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export const internalError = document('internal-error', 500, 'InternalError')
/** Sent by a proxy in front of the store. */
export const badGateway: Answer = {
  name: 'bad-gateway',
  status: 502,
  headers: { 'content-type': 'text/html' },
  body: '<html><body><h1>502 Bad Gateway</h1></body></html>',
}
export const accessDenied = document('access-denied', 403, 'AccessDenied', 'Access Denied')
/** Only the message distinguishes an expired URL from missing permissions. */
export const urlExpired = document('url-expired', 403, 'AccessDenied', 'Request has expired')
export const signatureMismatch = document('signature-mismatch', 403, 'SignatureDoesNotMatch')
export const keysUnknown = document('keys-unknown', 403, 'InvalidAccessKeyId')
export const tokenExpired = document('token-expired', 400, 'ExpiredToken')
export const uploadGone = document('upload-gone', 404, 'NoSuchUpload')
export const badDigest = document('bad-digest', 400, 'BadDigest')
/** CompleteMultipartUpload starts its answer before it knows the result. */
export const errorInside200 = document('error-inside-200', 200, 'InternalError')

export function slowDown(retryAfterSeconds: number | null = null): Answer {
  return patient(document('slow-down', 503, 'SlowDown', 'Reduce your rate.'), retryAfterSeconds)
}

export function tooManyRequests(retryAfterSeconds: number | null = null): Answer {
  return patient(document('too-many-requests', 429, 'TooManyRequests'), retryAfterSeconds)
}

/** The response contains the store's own time, for the client to measure the difference. */
export function clockSkewed(serverTimeMs: number): Answer {
  const answer = document('clock-skewed', 403, 'RequestTimeTooSkewed')
  return { ...answer, headers: { ...answer.headers, date: new Date(serverTimeMs).toUTCString() } }
}

function patient(answer: Answer, retryAfterSeconds: number | null): Answer {
  if (retryAfterSeconds === null) return answer
  return { ...answer, headers: { ...answer.headers, 'retry-after': String(retryAfterSeconds) } }
}

function document(name: string, status: number, code: string, message: string = code): Answer {
  return {
    name,
    status,
    headers: { 'content-type': 'application/xml' },
    body: `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`,
  }
}
