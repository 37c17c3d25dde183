import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { succeeded } from '../contract/outcome.ts'
import type { SecretVault } from './ports.ts'
import { openSecretFile } from './secret-file.ts'

/** The form in which the browser's host refers to a secret in the settings: `secret-file.ts`. */
const REFERENCE = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/**
 * A vault that takes over what the browser's host kept in the clear in the same folder: a secret
 * that the vault does not know is read from that file and sealed, and goes from it as soon as the
 * sealed form is stored. The file itself goes with its last secret.
 *
 * @throws StartRefused as `openSecretFile`.
 */
export async function importingVault(
  vault: SecretVault,
  dataFolder: string,
  nowMs: number,
): Promise<SecretVault> {
  if (!existsSync(join(dataFolder, 'secrets.json'))) return vault
  const { vault: file } = await openSecretFile(dataFolder, nowMs)
  return {
    ...vault,
    isInClear: (kept) => REFERENCE.test(kept),
    reveal: async (kept) => {
      const revealed = await vault.reveal(kept)
      if (revealed.ok || revealed.failure.kind !== 'secret-missing') return revealed
      const clear = await file.reveal(kept)
      if (!clear.ok) return clear
      const { secret } = clear.value
      // A locked key store takes it another time.
      const sealed = await vault.protect(secret)
      return succeeded({ secret, renewed: sealed.ok ? sealed.value : null })
    },
    wipe: async (kept) => {
      await vault.wipe?.(kept)
      await file.wipe?.(kept)
    },
  }
}
