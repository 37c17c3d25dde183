import type { Failure } from '../../contract/failure/kinds.ts'
import { failed, type Outcome, succeeded } from '../../contract/outcome.ts'
import { isPrintable } from '../../contract/plain-text.ts'

/** The access keys that sign a request. */
export interface Keys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** Empty for access keys that do not expire. */
  readonly sessionToken: string
  /** Null: they do not expire, or their source does not say when. */
  readonly expiresAtMs: number | null
}

/**
 * The source of one destination's access keys. Asked before every request, so it has to be cheap.
 */
export interface KeySource {
  /** Access keys that are valid now, renewed if that needs no user. */
  readonly current: () => Promise<Outcome<Keys>>
  /**
   * Other access keys than `refused`, which the store says have expired. Fails with
   * `credentials-expired` when there are no others.
   */
  readonly replaced: (refused: Keys) => Promise<Outcome<Keys>>
}

/** An expected failure that has to travel as an exception: inside the SDK. */
export class NoKeys extends Error {
  override readonly name = 'NoKeys'
  readonly failure: Failure

  constructor(failure: Failure) {
    super(`No keys: ${failure.kind}`)
    this.failure = failure
  }
}

/**
 * The same source, but it fails for access keys that HTTP could not send: a line break from a file,
 * or a letter of another alphabet. The SDK would throw without a useful reason.
 */
export function sendableKeys(source: KeySource): KeySource {
  const judged = (keys: Outcome<Keys>): Outcome<Keys> =>
    keys.ok && !isSendable(keys.value) ? failed(MALFORMED) : keys
  return {
    current: async () => judged(await source.current()),
    replaced: async (refused) => judged(await source.replaced(refused)),
  }
}

export const MALFORMED: Failure = { kind: 'keys-unavailable', source: '', reason: 'malformed' }

export function isSendable({ accessKeyId, secretAccessKey, sessionToken }: Keys): boolean {
  return isPrintable(accessKeyId) && isPrintable(sessionToken) && !/\p{Cc}/u.test(secretAccessKey)
}

/** Access keys that are known already and do not change. */
export function fixedKeys(accessKeyId: string, secrets: TypedSecrets): KeySource {
  const keys: Keys = { accessKeyId, ...secrets, expiresAtMs: null }
  return {
    current: async () => succeeded(keys),
    replaced: async () => failed({ kind: 'credentials-expired' }),
  }
}

type TypedSecrets = Pick<Keys, 'secretAccessKey' | 'sessionToken'>

/** Access keys with another expiry are different ones, even if nothing else differs. */
export function isSameKeys(one: Keys, other: Keys): boolean {
  return (
    one.accessKeyId === other.accessKeyId &&
    one.secretAccessKey === other.secretAccessKey &&
    one.sessionToken === other.sessionToken &&
    one.expiresAtMs === other.expiresAtMs
  )
}

/** Structurally the SDK's `AwsCredentialIdentity`. */
export interface Identity {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
  readonly expiration?: Date
}

export function identityOf({ accessKeyId, secretAccessKey, sessionToken }: Keys): Identity {
  return { accessKeyId, secretAccessKey, ...(sessionToken === '' ? {} : { sessionToken }) }
}

export function keysOf(identity: Identity): Keys {
  const { accessKeyId, secretAccessKey, sessionToken = '', expiration } = identity
  return { accessKeyId, secretAccessKey, sessionToken, expiresAtMs: expiration?.getTime() ?? null }
}
