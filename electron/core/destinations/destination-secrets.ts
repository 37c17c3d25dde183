import * as z from 'zod/mini'
import type { CredentialSource } from '../../contract/commands/credentials.ts'
import type { Destination, SecretPlace } from '../../contract/commands/destinations.ts'
import type { DestinationId } from '../../contract/ids.ts'
import { failed, type Outcome, succeeded } from '../../contract/outcome.ts'
import type { CredentialCache } from '../credentials/credential-cache.ts'
import type { SecretVault } from '../ports.ts'
import { fixedKeys, type KeySource } from '../s3/access-keys.ts'
import type { Secrets } from './draft.ts'
import type { StoredDestination } from './stored-destination.ts'

const SecretsJson = z.strictObject({ secretAccessKey: z.string(), sessionToken: z.string() })

export interface StoredSecret {
  readonly secretPlace: SecretPlace
  readonly keptSecret: string | null
}

type FindSecrets = () => Promise<Outcome<Secrets>>

/**
 * Secrets of destinations: in memory while Ferry runs, on disk only as the vault keeps them. Keys
 * that are not typed are in the credential cache, shared by all destinations.
 */
export class DestinationSecrets {
  readonly #vault: SecretVault
  readonly #inMemory = new Map<DestinationId, Secrets>()
  /** In memory only because the vault is locked. */
  readonly #waiting = new Set<DestinationId>()
  #isLocked = false
  readonly #ring: CredentialCache

  constructor(vault: SecretVault, ring: CredentialCache) {
    this.#vault = vault
    this.#ring = ring
  }

  /** @param secrets called only for typed keys, and again each time. */
  keysFrom(source: CredentialSource, secrets: FindSecrets): KeySource {
    return source.kind === 'keys'
      ? typedKeys(source.accessKeyId, secrets)
      : this.#ring.sourceFor(source)
  }

  /** The facts about the keys that the page may know. */
  shown({
    credentials,
    destinationId,
    keptSecret,
  }: StoredDestination): Pick<Destination, 'hasSecret' | 'keysExpireAtMs'> {
    if (credentials.kind !== 'keys') {
      return { hasSecret: true, keysExpireAtMs: this.#ring.expiresAtMs(credentials) }
    }
    const hasSecret = keptSecret !== null || this.#inMemory.has(destinationId)
    return { hasSecret, keysExpireAtMs: null }
  }

  /**
   * Keys that are not typed need no stored secret, and a secret that was typed before is dropped.
   */
  async keepFor(
    id: DestinationId,
    source: CredentialSource,
    secrets: FindSecrets,
    isKept: boolean,
  ): Promise<Outcome<StoredSecret>> {
    if (source.kind !== 'keys') {
      this.#forgetNow(id)
      return succeeded({ secretPlace: 'memory', keptSecret: null })
    }
    const found = await secrets()
    return found.ok ? this.keep(id, found.value, isKept) : found
  }

  /**
   * Answers what to store with the destination, so that Ferry finds the secret after a restart. A
   * locked vault stores it later: `takeOver`.
   */
  async keep(id: DestinationId, secrets: Secrets, isKept: boolean): Promise<Outcome<StoredSecret>> {
    const place = isKept ? await this.#vault.place() : 'memory'
    if (place === 'memory') return succeeded(this.#keepInMemory(id, secrets, isKept))
    const kept = await this.#vault.protect(JSON.stringify(secrets))
    if (kept.ok) {
      this.#inMemory.set(id, secrets)
      this.#waiting.delete(id)
      return succeeded({ secretPlace: place, keptSecret: kept.value })
    }
    if (kept.failure.kind !== 'secret-store-unavailable') return kept
    return succeeded(this.#keepInMemory(id, secrets, isKept))
  }

  #keepInMemory(id: DestinationId, secrets: Secrets, isKept: boolean): StoredSecret {
    this.#inMemory.set(id, secrets)
    if (isKept && this.#isLocked) this.#waiting.add(id)
    else this.#waiting.delete(id)
    return { secretPlace: 'memory', keptSecret: null }
  }

  lockChanged(isLocked: boolean): void {
    this.#isLocked = isLocked
  }

  /** The user wants the secret stored, but the vault is locked. */
  isWaiting(id: DestinationId): boolean {
    return this.#waiting.has(id)
  }

  /** Hands waiting secrets to the vault. A secret that the vault does not accept keeps waiting. */
  async takeOver(): Promise<ReadonlyMap<DestinationId, StoredSecret>> {
    const taken = new Map<DestinationId, StoredSecret>()
    for (const id of this.#waiting) {
      const secrets = this.#inMemory.get(id)
      const kept = secrets === undefined ? null : await this.keep(id, secrets, true)
      if (kept?.ok && kept.value.keptSecret !== null) taken.set(id, kept.value)
    }
    return taken
  }

  #forgetNow(id: DestinationId): void {
    this.#inMemory.delete(id)
    this.#waiting.delete(id)
  }

  /**
   * `renewed`: what to store in place of `keptSecret`, if the vault asks for it. Fails with
   * `secret-missing` if the secret was kept in memory only and Ferry was restarted.
   */
  async reveal(
    id: DestinationId,
    keptSecret: string | null,
  ): Promise<Outcome<{ readonly secrets: Secrets; readonly renewed: string | null }>> {
    const known = this.#inMemory.get(id)
    if (known !== undefined) return succeeded({ secrets: known, renewed: null })
    if (keptSecret === null) return failed({ kind: 'secret-missing' })
    const revealed = await this.#vault.reveal(keptSecret)
    if (!revealed.ok) return revealed
    const secrets = secretsOf(revealed.value.secret)
    if (secrets === null) return failed({ kind: 'secret-missing' })
    this.#inMemory.set(id, secrets)
    return succeeded({ secrets, renewed: revealed.value.renewed })
  }

  place(): Promise<SecretPlace> {
    return this.#vault.place()
  }

  isInClear(keptSecret: string): boolean {
    return this.#vault.isInClear?.(keptSecret) ?? false
  }

  /** Wipes memory first: if the vault then fails, the secret is at least no longer used. */
  async wipe(id: DestinationId, keptSecret: string | null): Promise<void> {
    this.#forgetNow(id)
    if (keptSecret !== null) await this.#vault.wipe?.(keptSecret)
  }

  /** Removes a stored form that was replaced by another; the secret in memory stays. */
  async discardStored(keptSecret: string): Promise<void> {
    await this.#vault.wipe?.(keptSecret)
  }
}

function typedKeys(accessKeyId: string, secrets: FindSecrets): KeySource {
  return {
    current: async () => {
      const found = await secrets()
      return found.ok ? fixedKeys(accessKeyId, found.value).current() : found
    },
    replaced: async () => failed({ kind: 'credentials-expired' }),
  }
}

function secretsOf(json: string): Secrets | null {
  try {
    const parsed = SecretsJson.safeParse(JSON.parse(json))
    return parsed.success ? parsed.data : null
  } catch {
    // If the vault returns something other than it was given, it holds no secret of ours.
    return null
  }
}
