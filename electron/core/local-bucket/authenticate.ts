import { epochMsOfAmzDate, isoTimeOf } from '../../local-bucket/http/amz-time.ts'
import { S3Error } from '../../local-bucket/http/errors.ts'
import { canonicalRequest, type RawRequest } from './canonical-request.ts'
import { type ClaimedSignature, claimedSignatureIn } from './credential-fields.ts'
import {
  isSameSignature,
  type SigningScope,
  signatureOf,
  signingKey,
  stringToSign,
} from './signature.ts'

/** The one pair of keys that may use the bucket. */
export interface BucketKeys {
  readonly region: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

/** Proof that a request was signed, with what the body's own signatures are chained to. */
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
 * Lets a request through that was signed with the bucket's keys, over its raw path and query.
 * Throws what AWS answers to everything else.
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

/** An `x-amz-*` header that nobody signed could change what the request does. */
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
