import type { SafeStorage } from 'electron'
import type { SecretPlace } from '../contract/destination.ts'
import { failed, type Outcome, succeeded } from '../contract/outcome.ts'
import type { SecretVault } from '../core/ports.ts'

const FORM = 'safe-storage:'
/**
 * Chromium's tag for its hard-coded key on Linux (v11 is the key ring, v12 the secret portal).
 * `isAsyncEncryptionAvailable` says true for it as well, so only the tag tells.
 */
const LINUX_STRONG_TAGS = ['v11', 'v12']

export interface VaultParts {
  readonly safeStorage: Pick<
    SafeStorage,
    'isAsyncEncryptionAvailable' | 'encryptStringAsync' | 'decryptStringAsync'
  >
  readonly platform: NodeJS.Platform
}

/** A key ring may wait for its password; the window must not wait with it. */
const PLACE_WITHIN_MS = 3000

/** Keeps secrets by the operating system's key store, or says that there is no safe place. */
export function safeStorageVault({ safeStorage, platform }: VaultParts): SecretVault {
  let isStrong = false

  /** Null: the key store cannot be used now, or would only scramble. */
  const encrypt = async (secret: string): Promise<Buffer | null> => {
    try {
      if (!(await safeStorage.isAsyncEncryptionAvailable())) return null
      const sealed = await safeStorage.encryptStringAsync(secret)
      return isSealed(sealed, platform) ? sealed : null
    } catch {
      // A locked key ring, a denied prompt: the person may unlock it and try again.
      return null
    }
  }

  const place = async (): Promise<SecretPlace> => {
    // Only a yes is remembered: a key ring that is locked now may be open in a minute.
    if (!isStrong) {
      const probe = await within(PLACE_WITHIN_MS, encrypt('ferry'))
      isStrong = probe !== null
    }
    return isStrong ? 'system' : 'memory'
  }

  const protect = async (secret: string): Promise<Outcome<string>> => {
    const sealed = await encrypt(secret)
    if (sealed === null) {
      isStrong = false
      return failed({ kind: 'secret-store-unavailable' })
    }
    return succeeded(FORM + sealed.toString('base64'))
  }

  const reveal: SecretVault['reveal'] = async (kept) => {
    if (!kept.startsWith(FORM)) return failed({ kind: 'secret-store-unavailable' })
    try {
      const sealed = Buffer.from(kept.slice(FORM.length), 'base64')
      const { result, shouldReEncrypt } = await safeStorage.decryptStringAsync(sealed)
      const renewed = shouldReEncrypt ? await protect(result) : null
      return succeeded({ secret: result, renewed: renewed?.ok ? renewed.value : null })
    } catch {
      return failed({ kind: 'secret-store-unavailable' })
    }
  }

  return { place, protect, reveal }
}

/** Null when it takes longer. */
async function within<T>(ms: number, work: Promise<T>): Promise<T | null> {
  const { promise: tooLate, resolve } = Promise.withResolvers<null>()
  const timer = setTimeout(resolve, ms, null)
  try {
    return await Promise.race([work, tooLate])
  } finally {
    clearTimeout(timer)
  }
}

function isSealed(sealed: Buffer, platform: NodeJS.Platform): boolean {
  if (platform !== 'linux') return sealed.byteLength > 0
  return LINUX_STRONG_TAGS.includes(sealed.subarray(0, 3).toString('latin1'))
}
