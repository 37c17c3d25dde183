import type { CredentialKind } from '../../electron/contract/commands/credentials.ts'
import type { Failure } from '../../electron/contract/failure/kinds.ts'
import { providerOf } from '../../electron/contract/providers/lookup.ts'
import type { Provider, ProviderId } from '../../electron/contract/providers/provider.ts'

/**
 * Where a failure happened, as far as words depend on it: a store without policies has none to be
 * changed, and keys that nobody typed cannot be typed again. A `Destination` is one.
 */
export interface FailureDestination {
  readonly name: string
  /** `local`: the bucket on this computer. */
  readonly kind: 'local' | 's3'
  readonly provider: ProviderId
  readonly credentials: { readonly kind: CredentialKind; readonly profile?: string }
}

/** What the window can do about a failure with one press. */
export type FailureAction =
  | 'retry'
  | 'edit-connection'
  | 'edit-rules'
  | 'enter-keys'
  /** At IAM Identity Center, or with a device's code. */
  | 'sign-in'
  /** The host asks for it, outside the page. */
  | 'enter-proxy-password'
  | 'choose-file'
  | 'upload-again'
  | 'open-data-folder'
  | 'open-bucket-folder'
  | 'reload'

export interface FailureText {
  /** What is wrong, naming the thing. A whole sentence. */
  readonly problem: string
  /** What to do about it, or what Ferry does by itself. A whole sentence. */
  readonly wayOut: string
  readonly action: FailureAction | null
}

export const text = (
  problem: string,
  wayOut: string,
  action: FailureAction | null = null,
): FailureText => ({ problem, wayOut, action })

/** Ferry waits for these, or tries again, before it says anything. */
type WaitingKind =
  | 'offline'
  | 'stalled'
  | 'server-error'
  | 'throttled'
  | 'no-response'
  | 'body-corrupted'
  | 'url-expired'
  | 'clock-skewed'
  | 'upload-gone'
  | 'object-missing'
  | 'source-in-cloud'

/** The person must act. */
export type ActingFailure = Exclude<Failure, { kind: WaitingKind }>

/** About the store and the way to it. */
type ConnectionKind =
  | 'form-invalid'
  | 'host-not-found'
  | 'host-unreachable'
  | 'tls-failed'
  | 'wrong-protocol'
  | 'proxy-failed'
  | 'proxy-auth-needed'
  | 'network-blocked'
  | 'not-s3'
  | 'answer-unreadable'
  | 'answer-too-long'
  | 'host-refused'
  | 'request-rewritten'
  | 'explicitly-denied'
  | 'encryption-key-denied'
  | 'acl-refused'
  | 'quota-exceeded'
  | 'store-full'
  | 'account-problem'
  | 'request-too-large'
  | 'proxy-refused'
  | 'redirected'
  | 'answer-hidden'
  | 'credentials-rejected'
  | 'credentials-expired'
  | 'sign-in-needed'
  | 'keys-unavailable'
  | 'access-denied'
  | 'bucket-missing'
  | 'region-wrong'
  | 'cors-blocked'
  | 'etag-hidden'
  | 'store-refused'
  | 'object-differs'

/** About a file, this computer, or Ferry itself. */
export type ComputerFailure = Exclude<ActingFailure, { kind: ConnectionKind }>

/** A service that somebody runs for others, and that customers sign in to; null: a server of one's own. */
export function serviceAt(at: FailureDestination | null): Provider | null {
  if (at === null || at.kind === 'local') return null
  const provider = providerOf(at.provider)
  return provider.hosts.length > 0 ? provider : null
}

/** Within a sentence: `the console of Wasabi`. */
export function consoleAt(at: FailureDestination | null): string {
  const service = serviceAt(at)
  return service === null ? 'the store’s console' : `the console of ${service.label}`
}
