import { amzDateOf, epochMsOfAmzDate, isoTimeOf } from '../http/amz-time.ts'
import { S3Error } from '../http/errors.ts'
import type { RawRequest } from '../http/s3-request.ts'
import {
  ALGORITHM,
  canonicalRequest,
  isSameSignature,
  type SigningScope,
  signatureOf,
  signingKey,
  stringToSign,
} from './signature-v4.ts'

/** The one pair of keys that may use the bucket. */
export interface BucketKeys {
  readonly region: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

/** A verified signature, with the values that the body's own chunk signatures are chained to. */
export interface Authorization {
  readonly carrier: ClaimedSignature['carrier']
  /** The value of `x-amz-content-sha256`, or `UNSIGNED-PAYLOAD` in a presigned URL. */
  readonly payloadHash: string
  readonly key: Buffer
  readonly scope: SigningScope
  readonly amzDate: string
  readonly signature: string
}

const MAX_SKEW_MS = 15 * 60_000
const SERVICE = 's3'

/**
 * Accepts a request only if the bucket's keys signed its raw path and query. Throws AWS's answer to
 * every other request.
 * Source: docs.aws.amazon.com/AmazonS3/latest/API/sigv4-auth-using-authorization-header.html and
 * sigv4-query-string-auth.html
 */
export function authenticate(request: RawRequest, keys: BucketKeys, nowMs: number): Authorization {
  const presented = claimedSignatureIn(request)
  const scope = checkScope(presented, keys)
  checkTime(presented, nowMs)
  refuseUnsignedHeaders(request, presented)
  const key = signingKey(keys.secretAccessKey, scope)
  const canonical = canonicalRequest(request, presented.signedHeaders, presented.payloadHash)
  const signature = signatureOf(key, stringToSign(presented.amzDate, scope, canonical))
  if (!isSameSignature(signature, presented.signature)) throw new S3Error('SignatureDoesNotMatch')
  const { carrier, payloadHash, amzDate } = presented
  return { carrier, payloadHash, key, scope, amzDate, signature }
}

/** Checks a credential's key, day, region and service, in AWS's order. */
export function checkScope(
  presented: Pick<ClaimedSignature, 'carrier' | 'credential' | 'amzDate'>,
  keys: BucketKeys,
): SigningScope {
  const { credential, carrier } = presented
  const [accessKeyId, day, region, service, end, ...rest] = credential.split('/')
  const code =
    carrier === 'header' ? 'AuthorizationHeaderMalformed' : 'AuthorizationQueryParametersError'
  if (end !== 'aws4_request' || rest.length > 0 || day === undefined || region === undefined) {
    throw new S3Error(code, 'The credential must be "KEY/YYYYMMDD/REGION/s3/aws4_request".')
  }
  if (accessKeyId !== keys.accessKeyId) throw new S3Error('InvalidAccessKeyId')
  if (region !== keys.region) {
    const text = `the region '${region.slice(0, 100)}' is wrong; expecting '${keys.region}'`
    throw new S3Error(code, `The credential is malformed; ${text}`, { Region: keys.region })
  }
  if (service !== SERVICE) throw new S3Error(code, 'The service in the credential must be "s3".')
  if (!presented.amzDate.startsWith(`${day}T`)) {
    throw new S3Error(code, 'The day in the credential is not the day of the request.')
  }
  return { day, region, service }
}

function checkTime(presented: ClaimedSignature, nowMs: number): void {
  const signedAtMs = epochMsOfAmzDate(presented.amzDate)
  if (signedAtMs === null) {
    throw new S3Error(
      'AccessDenied',
      'AWS authentication requires a valid Date or x-amz-date header',
    )
  }
  if (presented.lifeSeconds === null) {
    if (Math.abs(nowMs - signedAtMs) <= MAX_SKEW_MS) return
    throw new S3Error('RequestTimeTooSkewed', undefined, {
      RequestTime: presented.amzDate,
      ServerTime: isoTimeOf(nowMs),
      MaxAllowedSkewMilliseconds: String(MAX_SKEW_MS),
    })
  }
  const serverTime = { ServerTime: isoTimeOf(nowMs) }
  if (signedAtMs > nowMs + MAX_SKEW_MS) {
    throw new S3Error('AccessDenied', 'Request is not yet valid', serverTime)
  }
  const endsAtMs = signedAtMs + presented.lifeSeconds * 1000
  if (endsAtMs < nowMs) {
    throw new S3Error('AccessDenied', 'Request has expired', {
      'X-Amz-Expires': String(presented.lifeSeconds),
      Expires: isoTimeOf(endsAtMs),
      ...serverTime,
    })
  }
}

/** An unsigned `x-amz-*` header could change what the request does. */
function refuseUnsignedHeaders(request: RawRequest, presented: ClaimedSignature): void {
  const signed = new Set(presented.signedHeaders)
  const unsigned = request.headers
    .map(([name]) => name.toLowerCase())
    .filter((name) => name.startsWith('x-amz-') && !signed.has(name))
  if (unsigned.length > 0) {
    throw new S3Error(
      'AccessDenied',
      'There were headers present in the request which were not signed',
      { HeadersNotSigned: [...new Set(unsigned)].join(', ') },
    )
  }
}

/** The claims in a request about its signature; nothing is verified yet. */
export interface ClaimedSignature {
  readonly carrier: 'header' | 'query'
  /** `KEY/YYYYMMDD/REGION/SERVICE/aws4_request` */
  readonly credential: string
  /** Lower case, in the signer's order. */
  readonly signedHeaders: readonly string[]
  readonly signature: string
  /** Empty when the request has no readable date. */
  readonly amzDate: string
  /** Null unless the URL is presigned. */
  readonly lifeSeconds: number | null
  readonly payloadHash: string
}

const MAX_LIFE_SECONDS = 604_800
const PAYLOAD_HASH =
  /^([0-9a-f]{64}|UNSIGNED-PAYLOAD|STREAMING-(UNSIGNED-PAYLOAD-TRAILER|AWS4-HMAC-SHA256-PAYLOAD(-TRAILER)?))$/

/** Reads one signature from the header or from the query; both at once are refused. */
function claimedSignatureIn(request: RawRequest): ClaimedSignature {
  const authorization = headerOf(request, 'authorization')
  const isPresigned = /(^|&)X-Amz-(Algorithm|Credential|Signature)=/.test(request.query)
  if (authorization !== null && isPresigned) {
    throw new S3Error('InvalidArgument', 'Only one auth mechanism allowed')
  }
  refuseToken(request)
  if (authorization !== null) return claimedInHeader(request, authorization)
  if (isPresigned) return claimedInQuery(request)
  throw new S3Error('AccessDenied')
}

/** The bucket's keys have no session, so a session token is never valid. */
function refuseToken(request: RawRequest): void {
  const hasToken =
    headerOf(request, 'x-amz-security-token') !== null ||
    /(^|&)X-Amz-Security-Token=/i.test(request.query)
  if (hasToken) throw new S3Error('InvalidToken')
}

function claimedInHeader(request: RawRequest, authorization: string): ClaimedSignature {
  if (!authorization.startsWith(`${ALGORITHM} `)) {
    throw new S3Error(
      'InvalidRequest',
      `The authorization mechanism you have provided is not supported. Please use ${ALGORITHM}.`,
    )
  }
  const fields = new Map<string, string>()
  for (const field of authorization.slice(ALGORITHM.length).split(',')) {
    const at = field.indexOf('=')
    fields.set(field.slice(0, Math.max(0, at)).trim(), field.slice(at + 1).trim())
  }
  const credential = fields.get('Credential')
  const signature = fields.get('Signature')
  if (credential === undefined || signature === undefined) {
    throw new S3Error('AuthorizationHeaderMalformed')
  }
  const payloadHash = headerOf(request, 'x-amz-content-sha256')
  if (payloadHash === null) {
    throw new S3Error(
      'InvalidRequest',
      'Missing required header for this request: x-amz-content-sha256',
    )
  }
  return {
    carrier: 'header',
    credential,
    signature,
    signedHeaders: headerNames(fields.get('SignedHeaders'), 'AuthorizationHeaderMalformed'),
    amzDate: headerOf(request, 'x-amz-date') ?? amzDateOfHttpDate(headerOf(request, 'date') ?? ''),
    lifeSeconds: null,
    payloadHash: knownPayloadHash(payloadHash),
  }
}

function claimedInQuery(request: RawRequest): ClaimedSignature {
  const fields = authFieldsOf(request.query)
  if (fields.get('X-Amz-Algorithm') !== ALGORITHM) {
    throw new S3Error(
      'AuthorizationQueryParametersError',
      `X-Amz-Algorithm only supports "${ALGORITHM}"`,
    )
  }
  const [credential, signature, amzDate] = ['Credential', 'Signature', 'Date'].map((name) =>
    fields.get(`X-Amz-${name}`),
  )
  if (credential === undefined || signature === undefined || amzDate === undefined) {
    throw new S3Error(
      'AuthorizationQueryParametersError',
      'Query-string authentication requires X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, ' +
        'X-Amz-Date, X-Amz-SignedHeaders and X-Amz-Expires.',
    )
  }
  const payloadHash =
    headerOf(request, 'x-amz-content-sha256') ?? fields.get('X-Amz-Content-Sha256')
  return {
    carrier: 'query',
    credential,
    signature,
    signedHeaders: headerNames(
      fields.get('X-Amz-SignedHeaders'),
      'AuthorizationQueryParametersError',
    ),
    amzDate,
    lifeSeconds: lifeSecondsOf(fields.get('X-Amz-Expires')),
    payloadHash: knownPayloadHash(payloadHash ?? 'UNSIGNED-PAYLOAD'),
  }
}

/** A duplicate field is refused, because choosing one would be a guess. */
function authFieldsOf(query: string): Map<string, string> {
  const fields = new Map<string, string>()
  for (const pair of query.split('&')) {
    const at = pair.indexOf('=')
    const name = at < 0 ? pair : pair.slice(0, at)
    if (!name.startsWith('X-Amz-')) continue
    if (fields.has(name)) throw new S3Error('AuthorizationQueryParametersError')
    fields.set(name, unescaped(at < 0 ? '' : pair.slice(at + 1)))
  }
  return fields
}

function unescaped(word: string): string {
  try {
    return decodeURIComponent(word)
  } catch {
    throw new S3Error('AuthorizationQueryParametersError')
  }
}

function lifeSecondsOf(text: string | undefined): number {
  if (text === undefined || !/^\d{1,9}$/.test(text) || Number(text) < 1) {
    throw new S3Error('AuthorizationQueryParametersError', 'X-Amz-Expires should be a number')
  }
  if (Number(text) > MAX_LIFE_SECONDS) {
    throw new S3Error(
      'AuthorizationQueryParametersError',
      'X-Amz-Expires must be less than a week (in seconds); that is 604800',
    )
  }
  return Number(text)
}

function headerNames(
  list: string | undefined,
  code: 'AuthorizationHeaderMalformed' | 'AuthorizationQueryParametersError',
): readonly string[] {
  const names = list?.split(';') ?? []
  if (!names.includes('host') || names.some((name) => name !== name.toLowerCase())) {
    throw new S3Error(code, 'SignedHeaders must be lower case and contain "host".')
  }
  return names
}

function knownPayloadHash(value: string): string {
  if (PAYLOAD_HASH.test(value)) return value
  throw new S3Error(
    'InvalidArgument',
    'x-amz-content-sha256 must be UNSIGNED-PAYLOAD, one of the STREAMING- values, or a SHA-256.',
  )
}

/** Supports clients that send only a `Date` header; empty when it cannot be parsed. */
function amzDateOfHttpDate(text: string): string {
  const at = Date.parse(text)
  return Number.isNaN(at) ? '' : amzDateOf(at)
}

function headerOf(request: RawRequest, name: string): string | null {
  return request.headers.find(([sent]) => sent.toLowerCase() === name)?.[1].trim() ?? null
}
