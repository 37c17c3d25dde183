import type { CredentialSource } from '../../contract/commands/credentials.ts'
import type { CommandOutput } from '../../contract/commands.ts'
import { failed, type Outcome } from '../../contract/outcome.ts'
import { unreachable } from '../../lib/unreachable.ts'
import { isSameKeys, type KeySource, type Keys } from '../s3/access-keys.ts'
import type { CredentialPorts } from './aws-clients.ts'
import { listedProfiles, readAwsFiles } from './aws-profiles.ts'
import {
  type CredentialResult,
  cacheableKeys,
  keysUnavailable,
  keysWithoutPrompt,
  localKeys,
  noKeysBecause,
  type OneTimeCode,
} from './credential-result.ts'
import { environmentKeys, profileKeys } from './profile-keys.ts'
import { roleKeys } from './sso-portal.ts'
import { type SsoSession, SsoTokens, sessionOfUrl } from './sso-tokens.ts'

/** A source of keys that the user does not type. */
export type FoundSource = Exclude<CredentialSource, { kind: 'keys' }>

/** The AWS SDKs renew just as early. */
const RENEW_EARLY_MS = 5 * 60_000
/** If keys seem to have expired already when they arrive, the clock is wrong. */
const MIN_FRESH_MS = 10_000
/** The pause after a failed renewal while the keys are still valid. */
const RETRY_RENEWAL_MS = 60_000

interface CachedKeys {
  readonly keys: Keys
  readonly freshUntilMs: number
}

/** Caches keys from other sources: one set for all destinations that name the same source. */
export class CredentialCache {
  readonly tokens: SsoTokens
  readonly #ports: CredentialPorts
  readonly #changed: () => void
  readonly #held = new Map<string, CachedKeys>()
  readonly #running = new Map<string, Promise<CredentialResult>>()

  /** @param changed called when other keys are in use. */
  constructor(ports: CredentialPorts, changed: () => void) {
    this.#ports = ports
    this.#changed = changed
    this.tokens = new SsoTokens(ports)
  }

  sourceFor(source: FoundSource): KeySource {
    return {
      current: async () => keysWithoutPrompt(await this.#serving(source, null)),
      replaced: (refused) => this.#replaced(source, refused),
    }
  }

  /** When the current keys expire; null before any were needed. */
  expiresAtMs(source: FoundSource): number | null {
    return this.#held.get(nameOf(source))?.keys.expiresAtMs ?? null
  }

  /** Answers keys with time left, or the reason why there are none. */
  async obtain(source: FoundSource, code: OneTimeCode | null): Promise<CredentialResult> {
    const name = nameOf(source)
    const held = this.#held.get(name)
    if (held !== undefined && held.freshUntilMs > this.#ports.now()) return cacheableKeys(held.keys)
    const running = this.#running.get(name)
    // The running request may be asking for a code.
    if (running !== undefined && code === null) return running
    const begun = this.#fetchAfter(running, source, code).finally(() => {
      if (this.#running.get(name) === begun) this.#running.delete(name)
    })
    this.#running.set(name, begun)
    return begun
  }

  async #fetchAfter(
    running: Promise<CredentialResult> | undefined,
    source: FoundSource,
    code: OneTimeCode | null,
  ): Promise<CredentialResult> {
    // Its result is reported to those who started it.
    await running?.catch(() => undefined)
    const obtained = await this.#fetch(source, code)
    if (obtained.got === 'keys' && !obtained.isReadAnew) this.#hold(nameOf(source), obtained.keys)
    return obtained
  }

  /** Answers keys that are still valid, even if there are no newer ones. */
  async #serving(source: FoundSource, code: OneTimeCode | null): Promise<CredentialResult> {
    const obtained = await this.obtain(source, code)
    if (obtained.got === 'keys') return obtained
    const name = nameOf(source)
    const held = this.#held.get(name)
    const nowMs = this.#ports.now()
    if (held === undefined || (held.keys.expiresAtMs ?? 0) <= nowMs) return obtained
    const freshUntilMs = Math.min(nowMs + RETRY_RENEWAL_MS, held.keys.expiresAtMs ?? nowMs)
    this.#held.set(name, { ...held, freshUntilMs })
    return cacheableKeys(held.keys)
  }

  async #replaced(source: FoundSource, refused: Keys): Promise<Outcome<Keys>> {
    const name = nameOf(source)
    const held = this.#held.get(name)
    if (held !== undefined && isSameKeys(held.keys, refused)) this.#held.delete(name)
    const other = keysWithoutPrompt(await this.obtain(source, null))
    if (!other.ok) return other
    return isSameKeys(other.value, refused) ? failed({ kind: 'credentials-expired' }) : other
  }

  async #fetch(source: FoundSource, code: OneTimeCode | null): Promise<CredentialResult> {
    const ports = this.#ports
    const shell = await ports.readShell?.()
    const keysOfSso = (session: SsoSession, accountId: string, roleName: string) =>
      this.#ofSso(session, accountId, roleName)
    switch (source.kind) {
      case 'environment':
        return localKeys(environmentKeys(ports.environment, ports.now(), shell))
      case 'profile': {
        const keysOfProfile = (profile: string, forRole: OneTimeCode | null) =>
          this.#serving({ kind: 'profile', profile }, forRole)
        return profileKeys({ ports, keysOfProfile, keysOfSso }, source.profile, code)
      }
      case 'sso':
        return this.#ofUrl(source)
      default:
        return unreachable(source)
    }
  }

  async #ofUrl(source: Extract<FoundSource, { kind: 'sso' }>): Promise<CredentialResult> {
    const files = await readAwsFiles(this.#ports.environment)
    const session = sessionOfUrl(files, source.startUrl, source.ssoRegion)
    if (session === null) return noKeysBecause(keysUnavailable(source.startUrl, 'incomplete'))
    return this.#ofSso(session, source.accountId, source.roleName)
  }

  async #ofSso(
    session: SsoSession,
    accountId: string,
    roleName: string,
  ): Promise<CredentialResult> {
    const token = await this.tokens.current(session)
    const keys = token.ok
      ? await roleKeys(this.#ports, session, token.value, { accountId, roleName })
      : token
    if (keys.ok) return cacheableKeys(keys.value)
    const isSignIn = keys.failure.kind === 'sign-in-needed'
    return isSignIn ? { got: 'browser-needed', session } : noKeysBecause(keys.failure)
  }

  #hold(name: string, keys: Keys): void {
    const before = this.#held.get(name)
    this.#held.set(name, { keys, freshUntilMs: freshUntilMs(keys, this.#ports.now()) })
    if (before?.keys.expiresAtMs !== keys.expiresAtMs) this.#changed()
  }
}

function freshUntilMs({ expiresAtMs }: Keys, nowMs: number): number {
  if (expiresAtMs === null) return Number.POSITIVE_INFINITY
  const lifeMs = Math.max(0, expiresAtMs - nowMs)
  return Math.max(expiresAtMs - Math.min(RENEW_EARLY_MS, lifeMs / 4), nowMs + MIN_FRESH_MS)
}

function nameOf(source: FoundSource): string {
  return JSON.stringify(Object.entries(source).sort())
}

/** Lists the profiles, and whether the environment has keys. */
export async function listProfiles(ports: CredentialPorts): Promise<CommandOutput<'listProfiles'>> {
  await ports.readShell?.()
  const { environment } = ports
  const profiles = listedProfiles(await readAwsFiles(environment))
  return { profiles, hasEnvironment: environmentKeys(environment, ports.now()).ok }
}
