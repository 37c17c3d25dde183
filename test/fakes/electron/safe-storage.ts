import { existsSync, readFileSync, writeFileSync } from 'node:fs'

/** The place of the encryption key: three kinds on Linux, one on macOS and Windows. */
type KeyBackend = 'hard-coded' | 'key-ring' | 'portal' | 'system'

/** Chromium's prefixes of encrypted data: components/os_crypt/async/browser/*_key_provider. */
const TAGS: Readonly<Record<KeyBackend, string>> = {
  'hard-coded': 'v10',
  'key-ring': 'v11',
  portal: 'v12',
  system: 'v10',
}
const HARD_CODED_KEY = 'peanuts'

/** The computer's key store, which outlives the process. Another `keyName` is another key. */
export interface KeyStoreState {
  readonly backend: KeyBackend
  readonly isLocked: boolean
  readonly keyName: string
}

const USUAL: KeyStoreState = { backend: 'key-ring', isLocked: false, keyName: 'key-1' }

/**
 * Keyed by prefix; null: "temporarily unavailable" when it was requested. The last one with a key
 * encrypts.
 */
type Encryptor = ReadonlyMap<string, string | null>

/**
 * Behaves like Electron's `safeStorage` (shell/browser/api/electron_api_safe_storage.cc, Chromium's
 * os_crypt_async.cc and encryptor.cc): the keys are fetched once per process, and a key ring that
 * was locked then stays so; meanwhile the hard-coded key encrypts on Linux. "Encryption" reverses
 * the text behind prefix and key, so that a test sees how it was encrypted.
 */
export class FakeSafeStorage {
  /** If set, the key ring is asking for its password. */
  unlocking: Promise<void> | null = null
  #state = USUAL
  #file: string | null = null
  #encryptor: Promise<Encryptor> | null = null

  get state(): KeyStoreState {
    if (this.#file === null || !existsSync(this.#file)) return this.#state
    return { ...USUAL, ...JSON.parse(readFileSync(this.#file, 'utf8')) }
  }

  /** Changes the state of the computer's key store. */
  change(changes: Partial<KeyStoreState>): void {
    this.#state = { ...this.state, ...changes }
    if (this.#file !== null) writeFileSync(this.#file, JSON.stringify(this.#state))
  }

  /** Saves the key store to this file from now on, so that another process finds the same state. */
  keepIn(file: string): void {
    this.#file = file
  }

  /** Ferry restarts: the next call fetches the keys. */
  restart(): void {
    this.#encryptor = null
  }

  reset(): void {
    this.unlocking = null
    this.#file = null
    this.#state = USUAL
    this.restart()
  }

  /** True for the hard-coded key, too. */
  async isAsyncEncryptionAvailable(): Promise<boolean> {
    await this.#keys()
    return true
  }

  async encryptStringAsync(text: string): Promise<Buffer> {
    const usable = [...(await this.#keys())].filter(([, key]) => key !== null).at(-1)
    if (usable === undefined) {
      throw new Error('Error while encrypting the text provided to safeStorage.encryptStringAsync.')
    }
    return Buffer.from(`${usable[0]}${usable[1]}:${turned(text)}`)
  }

  async decryptStringAsync(sealed: Buffer): Promise<{ result: string; shouldReEncrypt: boolean }> {
    const keys = await this.#keys()
    const [, tag = '', keyName, text = ''] = /^(v\d\d)([^:]*):(.*)$/s.exec(sealed.toString()) ?? []
    const key = keys.get(tag)
    if (key === null) {
      throw new Error(
        'safeStorage.decryptStringAsync is temporarily unavailable. Please try again.',
      )
    }
    if (key === undefined || key !== keyName) {
      throw new Error(
        'Error while decrypting the ciphertext provided to safeStorage.decryptStringAsync.',
      )
    }
    const preferred = [...keys].filter(([, each]) => each !== null).at(-1)?.[0]
    return { result: turned(text), shouldReEncrypt: tag !== preferred }
  }

  #keys(): Promise<Encryptor> {
    this.#encryptor ??= this.#fetchKeys()
    return this.#encryptor
  }

  async #fetchKeys(): Promise<Encryptor> {
    await this.unlocking
    const { backend, isLocked, keyName } = this.state
    const keys = new Map<string, string | null>()
    if (backend !== 'system') keys.set(TAGS['hard-coded'], HARD_CODED_KEY)
    if (backend !== 'hard-coded') keys.set(TAGS[backend], isLocked ? null : keyName)
    return keys
  }
}

function turned(text: string): string {
  return [...text].reverse().join('')
}

export const safeStorage = new FakeSafeStorage()
