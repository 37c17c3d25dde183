import type { SafeStorage } from 'electron'
import type { SecretPlace } from '../../contract/commands/destinations.ts'
import { failed, type Outcome, succeeded } from '../../contract/outcome.ts'
import type { SecretVault } from '../../core/ports.ts'

const FORM = 'safe-storage:'
/**
 * Chromium's tags for real keys on Linux: v11 is the key ring, v12 the secret portal.
 * `isAsyncEncryptionAvailable` is true even for Chromium's hard-coded key, so only the tag tells
 * them apart.
 */
const LINUX_STRONG_TAGS = ['v11', 'v12']
/** Electron's message for an existing but locked key (electron_api_safe_storage.cc). */
const LOCKED = /temporarily unavailable/

export interface VaultDeps {
  readonly safeStorage: Pick<
    SafeStorage,
    'isAsyncEncryptionAvailable' | 'encryptStringAsync' | 'decryptStringAsync'
  >
  readonly platform: NodeJS.Platform
}

/** A key ring may wait for its password; the window must not wait for it. */
const ENCRYPT_WITHIN_MS = 3000
/** Electron 45 fetches the keys once per process, so later attempts are cheap. */
const TRY_LOCKED_EVERY_MS = 30_000

/** Stores secrets with the operating system's key store, or reports that there is no safe place. */
export function safeStorageVault({ safeStorage, platform }: VaultDeps): SecretVault {
  let isStrong = false
  const lock = lockState(async () => isStored(await encrypt('ferry')))

  /** Null when the key store is unavailable or would only obfuscate. */
  const encrypt = async (secret: string): Promise<Buffer | null> => {
    try {
      if (!(await safeStorage.isAsyncEncryptionAvailable())) return null
      const sealed = await safeStorage.encryptStringAsync(secret)
      return isSealed(sealed, platform) ? sealed : null
    } catch {
      // After a locked key ring or a denied prompt, the user may unlock it and try again.
      return null
    }
  }

  const isStored = (sealed: Buffer | null): sealed is Buffer => {
    isStrong = sealed !== null
    if (isStrong) lock.opened()
    return isStrong
  }

  const place = async (): Promise<SecretPlace> => {
    // Only a positive result is cached: a locked key ring may be open in a minute.
    if (isStrong) return 'system'
    const probe = encrypt('ferry').then(isStored)
    const answer = await withTimeout(ENCRYPT_WITHIN_MS, probe)
    // The key ring asks for its password and may respond at any time. A response without a key may
    // also come from a computer without a key ring, whose services are slow.
    if (answer === null) {
      lock.asks()
      probe.then((isStrong) => isStrong || lock.isWithoutKey()).catch(() => undefined)
    }
    return answer === true ? 'system' : 'memory'
  }

  const protect = async (secret: string): Promise<Outcome<string>> => {
    const sealed = await encrypt(secret)
    if (isStored(sealed)) return succeeded(FORM + sealed.toString('base64'))
    lock.locked()
    return failed({ kind: 'secret-store-unavailable' })
  }

  const reveal: SecretVault['reveal'] = async (kept) => {
    // Another kind of vault stored it.
    if (!kept.startsWith(FORM)) return failed({ kind: 'secret-missing' })
    try {
      const sealed = Buffer.from(kept.slice(FORM.length), 'base64')
      const { result, shouldReEncrypt } = await safeStorage.decryptStringAsync(sealed)
      const renewed = shouldReEncrypt ? await encrypt(result) : null
      return succeeded({
        secret: result,
        renewed: renewed === null ? null : FORM + renewed.toString('base64'),
      })
    } catch (error) {
      // For any other rejection, the encryption key is lost and unlocking does not help.
      if (!(error instanceof Error && LOCKED.test(error.message))) {
        return failed({ kind: 'secret-missing' })
      }
      lock.locked()
      return failed({ kind: 'secret-store-unavailable' })
    }
  }

  return { place, protect, reveal, watchLock: lock.watch }
}

/** Tracks whether the key store is locked, and retries from time to time while it is. */
function lockState(tryAgain: () => Promise<boolean>) {
  let timer: NodeJS.Timeout | null = null
  /** True after a refusal; false while it only takes long. */
  let hasRefused = false
  let changed: (isLocked: boolean) => void = () => undefined

  const begin = () => {
    if (timer !== null) return
    // The failure is already known; the next attempt reports the same.
    timer = setInterval(() => void tryAgain().catch(() => undefined), TRY_LOCKED_EVERY_MS)
    timer.unref()
    changed(true)
  }
  const end = () => {
    if (timer === null) return
    clearInterval(timer)
    timer = null
    hasRefused = false
    changed(false)
  }
  return {
    watch: (listener: (isLocked: boolean) => void) => {
      changed = listener
      if (timer !== null) changed(true)
    },
    asks: begin,
    isWithoutKey: () => {
      if (!hasRefused) end()
    },
    locked: () => {
      hasRefused = true
      begin()
    },
    opened: end,
  }
}

/** Resolves to null after the time limit. */
async function withTimeout<T>(ms: number, work: Promise<T>): Promise<T | null> {
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
