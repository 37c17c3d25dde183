import type { EventEmitter } from 'node:events'
import type { Certificate } from 'electron'
import type { ProxyServer } from './net-wire.ts'

/** When a scripted failure strikes. */
type FailAt =
  /** Nothing of the request leaves. */
  | 'start'
  /** The request arrives, its answer does not. */
  | 'answer'
  /** The answer begins, and its body does not come to its end. */
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

/** A certificate in the system's store, with its key. */
export interface ClientIdentity {
  readonly certificate: Certificate
  readonly cert: string
  readonly key: string
}

/** The memory of one network context of Chromium; each session has its own. */
export interface SessionMemory {
  /** HttpAuthCache, by proxy or by server and realm. */
  readonly logins: Map<string, Login>
  /** SSLClientAuthCache, by host and port; null: go on without one. */
  readonly identities: Map<string, ClientIdentity | null>
}

const NO_SESSION = {}

/** How a test, or the stand-in for Electron, sets up the network that the fake `net` sees. */
class NetControl {
  /** As the system's settings name it; null: none. Loopback addresses go through it as well. */
  proxy: ProxyServer | null = null
  /** PEM of authorities that the system trusts, beside those that Node knows. */
  authorities: string[] = []
  /** The certificates in the system's store. */
  identities: ClientIdentity[] = []
  /** Hears `select-client-certificate`; null: as an app without a listener. */
  app: EventEmitter | null = null
  #failures: ScriptedFailure[] = []
  #memories = new WeakMap<object, SessionMemory>()

  /** The next request meets this error of Chromium's: `ERR_NETWORK_IO_SUSPENDED`. */
  failNext(name: string, { at = 'start', times = 1, match = () => true }: FailOptions = {}): void {
    this.#failures.push({ name, at, times, match })
  }

  /** Null: the request goes its way. */
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
