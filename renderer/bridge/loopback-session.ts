import * as z from 'zod/mini'
import { LOOPBACK_ROUTES, SESSION_HEADER } from '../../electron/contract/transport.ts'
import type { HostLinkState } from './host-link.ts'

const Opened = z.object({ secret: z.string() })
const Challenge = z.object({ challenge: z.string() })

/**
 * This page's session with the host: a cookie that no script can read, and a secret in memory that
 * no browser sends by itself. Both expire with the host's process.
 */
export class LoopbackSession {
  #secret: string | null = null

  /**
   * Continues the session of this browser, or exchanges the address's token for a new one. A second
   * session would replace the cookie, and so end the first session in every other tab.
   *
   * @param token empty if the address has none.
   */
  async open(token: string): Promise<HostLinkState> {
    const renewed = await this.#renew(token)
    return renewed === 'signed-out' && token !== '' ? this.#exchange(token) : renewed
  }

  /** Null: the host did not answer. */
  async post(path: string, message: unknown): Promise<Response | null> {
    return this.#send(path, {
      method: 'POST',
      headers: { ...this.#headers(), 'Content-Type': 'application/json' },
      body: JSON.stringify(message),
    })
  }

  /** The stream of notices. Null: the host did not answer. */
  async get(path: string, signal: AbortSignal): Promise<Response | null> {
    return this.#send(path, { headers: this.#headers(), signal })
  }

  /**
   * Whether an answer says that this page has no session: 401, or 421 when another run of Ferry,
   * with another host name, now listens at this port.
   */
  hasEnded({ status }: Response): boolean {
    return status === 401 || status === 421
  }

  async #exchange(token: string): Promise<HostLinkState> {
    const key = await newSessionKey()
    const message = { token, publicKey: await key.publicKey() }
    const state = await this.#take(LOOPBACK_ROUTES.exchange, message)
    if (state === 'connected') await key.save()
    return state
  }

  /** Proves with this browser's key that the page belongs to the cookie's session. */
  async #renew(token: string): Promise<HostLinkState> {
    const key = await savedSessionKey()
    if (key === null) return 'signed-out'
    const asked = await this.post(LOOPBACK_ROUTES.challenge, {})
    if (asked === null) return 'gone'
    if (!asked.ok) return 'signed-out'
    const { challenge } = Challenge.parse(await asked.json())
    const signature = await key.sign(challenge)
    return this.#take(LOOPBACK_ROUTES.renew, { challenge, signature, token })
  }

  async #take(path: string, message: unknown): Promise<HostLinkState> {
    const response = await this.post(path, message)
    if (response === null) return 'gone'
    if (!response.ok) return 'signed-out'
    this.#secret = Opened.parse(await response.json()).secret
    return 'connected'
  }

  #headers(): Record<string, string> {
    return this.#secret === null ? {} : { [SESSION_HEADER]: this.#secret }
  }

  async #send(path: string, request: RequestInit): Promise<Response | null> {
    try {
      return await fetch(path, { ...request, cache: 'no-store', redirect: 'error' })
    } catch (error) {
      if (error instanceof TypeError || isAbort(error)) return null
      throw error
    }
  }
}

function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError'
}

/**
 * A key pair of this browser, stored in IndexedDB. No script, not even Ferry's own, can read the
 * private key: it can only be used to sign (w3.org/TR/WebCryptoAPI, `extractable`). It lets a
 * reloaded page prove that it belongs to the session, without a secret in its storage.
 */
const DATABASE = 'ferry'
const STORE = 'session'
const KEY = 'key-pair'
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256' } as const

interface SessionKey {
  /** The point on P-256, uncompressed, in base64url. */
  readonly publicKey: () => Promise<string>
  /** In base64url. */
  readonly sign: (text: string) => Promise<string>
  /** Replaces the previous pair. Without IndexedDB, the pair lives as long as this page. */
  readonly save: () => Promise<void>
}

async function newSessionKey(): Promise<SessionKey> {
  return keyOf(await crypto.subtle.generateKey(ALGORITHM, false, ['sign', 'verify']))
}

/** The pair of an earlier page of this browser; null if there is none. */
async function savedSessionKey(): Promise<SessionKey | null> {
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
