import * as z from 'zod/mini'
import type { SecretPlace } from '../../contract/destination.ts'
import type { DestinationId } from '../../contract/ids.ts'
import { failed, type Outcome, succeeded } from '../../contract/outcome.ts'
import type { SecretVault } from '../ports.ts'
import type { Secrets } from './draft.ts'

const SecretsJson = z.strictObject({ secretAccessKey: z.string(), sessionToken: z.string() })

export interface Kept {
  readonly secretPlace: SecretPlace
  readonly keptSecret: string | null
}

/** Secrets of destinations: in memory while Ferry runs, at rest only as the vault keeps them. */
export class Credentials {
  readonly #vault: SecretVault
  readonly #inMemory = new Map<DestinationId, Secrets>()

  constructor(vault: SecretVault) {
    this.#vault = vault
  }

  has(destinationId: DestinationId): boolean {
    return this.#inMemory.has(destinationId)
  }

  /** Answers what to store beside the destination, so that a restart finds the secret again. */
  async keep(id: DestinationId, secrets: Secrets, isKept: boolean): Promise<Outcome<Kept>> {
    const place = isKept ? await this.#vault.place() : 'memory'
    if (place === 'memory') {
      this.#inMemory.set(id, secrets)
      return succeeded({ secretPlace: 'memory', keptSecret: null })
    }
    const kept = await this.#vault.protect(JSON.stringify(secrets))
    if (!kept.ok) return kept
    this.#inMemory.set(id, secrets)
    return succeeded({ secretPlace: place, keptSecret: kept.value })
  }

  /**
   * `renewed`: what to store in place of `keptSecret`, when the vault asks for it.
   * Fails with `secret-missing` when it was kept in memory only and Ferry was restarted.
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

  /** Memory first: what follows may fail, and the secret is then at least no longer used. */
  async wipe(id: DestinationId, keptSecret: string | null): Promise<void> {
    this.#inMemory.delete(id)
    if (keptSecret !== null) await this.#vault.wipe?.(keptSecret)
  }

  /** The stored form was replaced by another: the old one goes, the secret in memory stays. */
  async discardStored(keptSecret: string): Promise<void> {
    await this.#vault.wipe?.(keptSecret)
  }
}

function secretsOf(json: string): Secrets | null {
  try {
    const parsed = SecretsJson.safeParse(JSON.parse(json))
    return parsed.success ? parsed.data : null
  } catch {
    // A vault that answers something else than what it was given holds no secret of ours.
    return null
  }
}
