import type { Failure } from '../../contract/failure/kinds.ts'
import { failed, type Outcome, succeeded } from '../../contract/outcome.ts'
import { isPrintable } from '../../contract/plain-text.ts'

/** What a request is signed with. */
export interface Keys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** Empty for keys that do not end. */
  readonly sessionToken: string
  /** Null: they do not end, or whoever gave them does not say when. */
  readonly expiresAtMs: number | null
}

/** Where the keys of one destination come from. Asked before every request, so it has to be cheap. */
export interface KeySource {
  /** Keys that serve now, renewed where that takes no person. */
  readonly current: () => Promise<Outcome<Keys>>
  /**
   * Other keys than `refused`, of which the store says that they have ended. Fails with
   * `credentials-expired` when there are no others.
   */
  readonly replaced: (refused: Keys) => Promise<Outcome<Keys>>
}

/** An expected failure where only an exception can pass: inside the SDK. */
export class NoKeys extends Error {
  override readonly name = 'NoKeys'
  readonly failure: Failure

  constructor(failure: Failure) {
    super(`No keys: ${failure.kind}`)
    this.failure = failure
  }
}

/**
 * The same source, which fails for keys that HTTP could not send: a line break from a file, or a
 * letter of another alphabet. The SDK would throw, and nobody could say why.
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

/** Keys that are there already and stay as they are. */
export function fixedKeys(accessKeyId: string, secrets: TypedSecrets): KeySource {
  const keys: Keys = { accessKeyId, ...secrets, expiresAtMs: null }
  return {
    current: async () => succeeded(keys),
    replaced: async () => failed({ kind: 'credentials-expired' }),
  }
}

type TypedSecrets = Pick<Keys, 'secretAccessKey' | 'sessionToken'>

/** Keys with another end are others, also where nothing else tells them apart. */
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
