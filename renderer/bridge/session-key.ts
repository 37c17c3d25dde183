/**
 * A key pair of this browser, kept in IndexedDB. No script, not even Ferry's own, can read the
 * private half: it can only be used to sign (w3.org/TR/WebCryptoAPI, `extractable`). It lets a page
 * that was loaded again prove that it belongs to the session, without a secret in its storage.
 */
const DATABASE = 'ferry'
const STORE = 'session'
const KEY = 'key-pair'
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256' } as const

export interface SessionKey {
  /** The point on P-256, uncompressed, in base64url. */
  readonly publicKey: () => Promise<string>
  /** In base64url. */
  readonly sign: (text: string) => Promise<string>
  /** In place of the one before. A browser without IndexedDB has it for this page only. */
  readonly save: () => Promise<void>
}

export async function newSessionKey(): Promise<SessionKey> {
  return keyOf(await crypto.subtle.generateKey(ALGORITHM, false, ['sign', 'verify']))
}

/** The pair of an earlier page of this browser; null when there is none. */
export async function savedSessionKey(): Promise<SessionKey | null> {
  const pair = await inStore('readonly', (store) => store.get(KEY)).catch(() => undefined)
  return isPair(pair) ? keyOf(pair) : null
}

function keyOf(pair: CryptoKeyPair): SessionKey {
  const { publicKey, privateKey } = pair
  return {
    publicKey: async () => base64Url(await crypto.subtle.exportKey('raw', publicKey)),
    sign: async (text) => {
      const bytes = new TextEncoder().encode(text)
      const algorithm = { name: ALGORITHM.name, hash: 'SHA-256' }
      return base64Url(await crypto.subtle.sign(algorithm, privateKey, bytes))
    },
    save: async () => {
      await inStore('readwrite', (store) => store.put(pair, KEY)).catch(() => undefined)
    },
  }
}

async function inStore<T>(
  mode: IDBTransactionMode,
  act: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const opening = indexedDB.open(DATABASE, 1)
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE)
  const database = await resultOf(opening)
  try {
    return await resultOf(act(database.transaction(STORE, mode).objectStore(STORE)))
  } finally {
    database.close()
  }
}

function resultOf<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}

function isPair(value: unknown): value is CryptoKeyPair {
  return typeof value === 'object' && value !== null && 'privateKey' in value
}

function base64Url(bytes: ArrayBuffer): string {
  const base64 = btoa(String.fromCharCode(...new Uint8Array(bytes)))
  return base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}
