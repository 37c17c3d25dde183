import type { EventEmitter } from 'node:events'
import type { Certificate } from 'electron'
import type { ProxyServer } from './net-wire.ts'

/** The point at which a scripted failure occurs. */
type FailAt =
  /** Before the request is sent. */
  | 'start'
  /** The request arrives, but its answer does not. */
  | 'answer'
  /** The answer starts, but its body is cut off. */
  | 'body'

interface FailOptions {
  readonly at?: FailAt
  readonly times?: number
  readonly match?: (url: string, method: string) => boolean
}

interface ScriptedFailure {
  readonly name: string
  readonly at: FailAt
  readonly match: (url: string, method: string) => boolean
  times: number
}

export interface Login {
  readonly username: string
  readonly password: string
}

/** A certificate in the system's store, with its private key. */
export interface ClientIdentity {
  readonly certificate: Certificate
  readonly cert: string
  readonly key: string
}

/** The cache of one network context of Chromium; each session has its own. */
export interface SessionMemory {
  /** HttpAuthCache, keyed by proxy, or by server and realm. */
  readonly logins: Map<string, Login>
  /** SSLClientAuthCache, keyed by host and port; null: continue without a certificate. */
  readonly identities: Map<string, ClientIdentity | null>
}

const NO_SESSION = {}

/** Sets up the network of the fake `net`, for a test or for the stand-in for Electron. */
class NetControl {
  /** The proxy of the system settings; null: none. Loopback addresses use it, too. */
  proxy: ProxyServer | null = null
  /** PEM of authorities that the system trusts, in addition to Node's. */
  authorities: string[] = []
  /** The certificates in the system's store. */
  identities: ClientIdentity[] = []
  /** Emits `select-client-certificate`; null: like an app without a listener. */
  app: EventEmitter | null = null
  #failures: ScriptedFailure[] = []
  #memories = new WeakMap<object, SessionMemory>()

  /** Fails the next request with this Chromium error, such as `ERR_NETWORK_IO_SUSPENDED`. */
  failNext(name: string, { at = 'start', times = 1, match = () => true }: FailOptions = {}): void {
    this.#failures.push({ name, at, times, match })
  }

  /** Null: the request does not fail. */
  takeFailure(url: string, method: string): { readonly name: string; readonly at: FailAt } | null {
    const found = this.#failures.find((each) => each.times > 0 && each.match(url, method))
    if (found === undefined) return null
    found.times -= 1
    return found
  }

  memoryOf(session: object = NO_SESSION): SessionMemory {
    const known = this.#memories.get(session)
    if (known !== undefined) return known
    const made = { logins: new Map(), identities: new Map() }
    this.#memories.set(session, made)
    return made
  }

  reset(): void {
    this.proxy = null
    this.authorities = []
    this.identities = []
    this.#failures = []
    this.#memories = new WeakMap()
  }
}

export const netControl = new NetControl()
