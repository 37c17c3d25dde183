import * as z from 'zod/mini'
import { LOOPBACK_ROUTES, SESSION_HEADER } from '../../electron/contract/transport.ts'
import type { HostLinkState } from './host-link.ts'
import { newSessionKey, savedSessionKey } from './session-key.ts'

const Opened = z.object({ secret: z.string() })
const Challenge = z.object({ challenge: z.string() })

/**
 * This page's session with the host: a cookie that no script can read, and a secret in memory that
 * no browser sends by itself. Both end with the host's process.
 */
export class LoopbackSession {
  #secret: string | null = null

  /**
   * Goes on with the session that this browser has, or spends the token of the address for one. A
   * second session would replace the cookie, and so end the first one in every other tab.
   *
   * @param token empty where the address has none.
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
   * Whether an answer says that this page has no session: 401, or 421 where another run of Ferry,
   * below another name, listens at this port now.
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

  /** Proves by this browser's key that the page belongs to the session of the cookie. */
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
