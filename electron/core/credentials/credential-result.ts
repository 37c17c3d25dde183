import type { Failure, FailureKind } from '../../contract/failure/kinds.ts'
import { failed, type Outcome, succeeded } from '../../contract/outcome.ts'
import { unreachable } from '../../lib/unreachable.ts'
import { isSendable, type Keys, MALFORMED } from '../s3/access-keys.ts'
import { boundsFailure } from '../s3/http/bounded-http.ts'
import { networkFailure } from '../s3/http/network-failure.ts'
import type { SsoSession } from './sso-tokens.ts'

/** The result of asking a source for keys. */
export type CredentialResult =
  /**
   * `isReadAnew`: the keys are in a file or variable and cost nothing to read, so they are not
   * cached.
   */
  | { readonly got: 'keys'; readonly keys: Keys; readonly isReadAnew: boolean }
  /** The role asks for the digits of this device. */
  | { readonly got: 'code-needed'; readonly serial: string }
  | { readonly got: 'browser-needed'; readonly session: SsoSession }
  | { readonly got: 'failure'; readonly failure: Failure }

export function cacheableKeys(keys: Keys): CredentialResult {
  return sendableResult(keys, false)
}

/** Keys that expire are cached until then. */
export function localKeys(outcome: Outcome<Keys>): CredentialResult {
  if (!outcome.ok) return noKeysBecause(outcome.failure)
  const keys = outcome.value
  return sendableResult(keys, keys.expiresAtMs === null)
}

/** Checks the keys before they sign anything, including the request that assumes a role. */
function sendableResult(keys: Keys, isReadAnew: boolean): CredentialResult {
  return isSendable(keys) ? { got: 'keys', keys, isReadAnew } : noKeysBecause(MALFORMED)
}

export function noKeysBecause(failure: Failure): CredentialResult {
  return { got: 'failure', failure }
}

/** For callers that cannot prompt the user. */
export function keysWithoutPrompt(obtained: CredentialResult): Outcome<Keys> {
  switch (obtained.got) {
    case 'keys':
      return succeeded(obtained.keys)
    case 'code-needed':
      return failed({ kind: 'sign-in-needed', by: 'code' })
    case 'browser-needed':
      return failed({ kind: 'sign-in-needed', by: 'browser' })
    case 'failure':
      return failed(obtained.failure)
    default:
      return unreachable(obtained)
  }
}

/** The digits that the user typed from a device; STS accepts each code once. */
export class OneTimeCode {
  #code: string | null

  constructor(code: string) {
    this.#code = code
  }

  take(): string | null {
    const code = this.#code
    this.#code = null
    return code
  }
}

type KeysUnavailable = Extract<Failure, { kind: 'keys-unavailable' }>

export function keysUnavailable(
  source: string,
  reason: KeysUnavailable['reason'],
): KeysUnavailable {
  return { kind: 'keys-unavailable', source: source.slice(0, 300), reason }
}

/** docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html */
const EXPIRED = new Set(['ExpiredToken', 'ExpiredTokenException'])
const REJECTED = new Set([
  'InvalidClientTokenId',
  'InvalidAccessKeyId',
  'UnrecognizedClientException',
  'SignatureDoesNotMatch',
  'IncompleteSignature',
])
const THROTTLED = new Set(['Throttling', 'ThrottlingException', 'TooManyRequestsException'])
/** With these failures no request leaves this computer, to whatever service. */
const LOCAL_NETWORK_FAILURES: ReadonlySet<FailureKind> = new Set([
  'offline',
  'proxy-failed',
  'proxy-auth-needed',
])

/**
 * Converts an error from a request to AWS for keys into a failure. Drops its message, which can
 * quote a process's output or a token.
 * @throws the error itself if it is a bug of ours.
 */
export function credentialFailure(error: unknown, source: string): Failure {
  if (!(error instanceof Error)) throw error
  const ours = boundsFailure(error)
  if (ours !== null) return ours
  const { name } = error
  // Only Ferry itself aborts such a request, when it has taken too long.
  if (name === 'AbortError') return keysUnavailable(source, 'unreachable')
  if (EXPIRED.has(name)) return { kind: 'credentials-expired' }
  if (REJECTED.has(name)) return { kind: 'credentials-rejected' }
  if (THROTTLED.has(name)) return { kind: 'throttled', retryAfterMs: null }
  const status = statusOf(error)
  if (status >= 500) return { kind: 'server-error', status }
  if ('$fault' in error) {
    return isAboutCode(error)
      ? { kind: 'sign-in-needed', by: 'code' }
      : keysUnavailable(source, 'role-refused')
  }
  const silence = networkFailure(error, { host: '', scheme: 'https' })
  if (silence !== null && LOCAL_NETWORK_FAILURES.has(silence.kind)) return silence
  if (silence !== null || status > 0) return keysUnavailable(source, 'unreachable')
  if (name === 'CredentialsProviderError') return keysUnavailable(source, 'incomplete')
  throw error
}

/** STS also answers AccessDenied for a wrong or used code; only the message tells them apart. */
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
