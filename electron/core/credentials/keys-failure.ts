import type { Failure, FailureKind } from '../../contract/failure/kinds.ts'
import { boundsFailure } from '../s3/http/bounded-http.ts'
import { networkFailure } from '../s3/http/network-failure.ts'

type KeysUnavailable = Extract<Failure, { kind: 'keys-unavailable' }>

export function unavailable(source: string, reason: KeysUnavailable['reason']): KeysUnavailable {
  return { kind: 'keys-unavailable', source: source.slice(0, 300), reason }
}

/** docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html */
const ENDED = new Set(['ExpiredToken', 'ExpiredTokenException'])
const REJECTED = new Set([
  'InvalidClientTokenId',
  'InvalidAccessKeyId',
  'UnrecognizedClientException',
  'SignatureDoesNotMatch',
  'IncompleteSignature',
])
const THROTTLED = new Set(['Throttling', 'ThrottlingException', 'TooManyRequestsException'])
/** They keep every request from leaving, whomever it is for. */
const OF_THIS_COMPUTER: ReadonlySet<FailureKind> = new Set([
  'offline',
  'proxy-failed',
  'proxy-auth-needed',
])

/**
 * What a request to AWS for keys threw, as a failure. Nothing of its message gets through: it can
 * quote a process's output or a token.
 * @throws the error itself when it is a bug of ours.
 */
export function failureOfKeys(error: unknown, source: string): Failure {
  if (!(error instanceof Error)) throw error
  const ours = boundsFailure(error)
  if (ours !== null) return ours
  const { name } = error
  // Only Ferry itself ends such a request, when it has taken too long.
  if (name === 'AbortError') return unavailable(source, 'unreachable')
  if (ENDED.has(name)) return { kind: 'credentials-expired' }
  if (REJECTED.has(name)) return { kind: 'credentials-rejected' }
  if (THROTTLED.has(name)) return { kind: 'throttled', retryAfterMs: null }
  const status = statusOf(error)
  if (status >= 500) return { kind: 'server-error', status }
  if ('$fault' in error) {
    return isAboutCode(error)
      ? { kind: 'sign-in-needed', by: 'code' }
      : unavailable(source, 'role-refused')
  }
  const silence = networkFailure(error, { host: '', scheme: 'https' })
  if (silence !== null && OF_THIS_COMPUTER.has(silence.kind)) return silence
  if (silence !== null || status > 0) return unavailable(source, 'unreachable')
  if (name === 'CredentialsProviderError') return unavailable(source, 'incomplete')
  throw error
}

/** STS says AccessDenied for a wrong or used code, too; only its words tell. */
function isAboutCode(error: Error): boolean {
  return /MultiFactorAuthentication|MFA/.test(error.message)
}

function statusOf(error: Error): number {
  if (!('$metadata' in error)) return 0
  const { $metadata } = error
  if (typeof $metadata !== 'object' || $metadata === null) return 0
  const status = 'httpStatusCode' in $metadata ? $metadata.httpStatusCode : 0
  return typeof status === 'number' ? status : 0
}
