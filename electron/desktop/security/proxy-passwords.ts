import type { App, AuthInfo } from 'electron'
import { failed, type Outcome, succeeded } from '../../contract/outcome.ts'
import type { Json, ProxyPassword, SecretVault, SettingsStore } from '../../core/ports.ts'

export type ProxyChallenge = Pick<AuthInfo, 'host' | 'port' | 'realm'>

export interface ProxyLogin {
  readonly username: string
  readonly password: string
}

export interface ProxyQuestion extends ProxyChallenge {
  /** The previous user name, so that it need not be typed again. */
  readonly username: string
  /** The proxy refused the previous login. */
  readonly isWrong: boolean
  /** True when the password can be stored safely. */
  readonly mayKeep: boolean
}

export type ProxyAnswer =
  | (ProxyLogin & { readonly isToKeep: boolean })
  | 'declined'
  /** There is no window yet, or no longer. */
  | 'nobody-there'

export type AskForProxyPassword = (question: ProxyQuestion) => Promise<ProxyAnswer>

export interface ProxyPasswordsDeps {
  readonly settings: SettingsStore
  readonly vault: SecretVault
  readonly ask: AskForProxyPassword
}

interface ProxyState {
  readonly challenge: ProxyChallenge
  current: ProxyLogin | null
  /** Shared by all requests that wait for the same proxy. */
  asking: Promise<ProxyLogin | null> | null
  /** True until the user acts, so that they are not asked again. */
  isDeclined: boolean
  isWrong: boolean
}

/** Settings key: passwords by proxy, protected by `SecretVault.protect`. */
const KEPT = 'proxyPasswords'

/**
 * Proxy passwords. Chromium emits `login` for each request and session that meets a challenge; the
 * user is asked once. A password is sent to the proxy, stored in the system's key store if the user
 * wishes, and goes nowhere else.
 */
export class ProxyPasswords implements ProxyPassword {
  readonly #deps: ProxyPasswordsDeps
  readonly #proxies = new Map<string, ProxyState>()
  #latest: ProxyState | null = null

  constructor(deps: ProxyPasswordsDeps) {
    this.#deps = deps
  }

  /**
   * Null when no login is available.
   *
   * @param refused the login that the proxy refused for the same request.
   */
  answer(challenge: ProxyChallenge, refused: ProxyLogin | null): Promise<ProxyLogin | null> {
    const proxy = this.#stateOf(challenge)
    this.#latest = proxy
    // Another request may have obtained a newer login in the meantime.
    if (refused !== null && proxy.current === refused) {
      proxy.current = null
      proxy.isWrong = true
      this.#forget(keyOf(challenge))
    }
    if (proxy.current !== null) return Promise.resolve(proxy.current)
    if (proxy.asking !== null) return proxy.asking
    if (proxy.isDeclined) return Promise.resolve(null)
    return this.#find(proxy, refused?.username ?? '')
  }

  /** Asks the user now. Fails with `wrong-state` when no proxy has asked for a password. */
  async enter(): Promise<Outcome<Record<string, never>>> {
    const proxy = this.#latest
    if (proxy === null) return failed({ kind: 'wrong-state' })
    proxy.isDeclined = false
    const login = await (proxy.asking ?? proxy.current ?? this.#find(proxy, ''))
    return login === null ? failed({ kind: 'not-confirmed' }) : succeeded({})
  }

  /** Called when the user does something that needs the network; they may be asked once more. */
  mayAskAgain(): void {
    for (const proxy of this.#proxies.values()) proxy.isDeclined = false
  }

  #stateOf(challenge: ProxyChallenge): ProxyState {
    const key = keyOf(challenge)
    const known = this.#proxies.get(key)
    if (known !== undefined) return known
    const made = { challenge, current: null, asking: null, isDeclined: false, isWrong: false }
    this.#proxies.set(key, made)
    return made
  }

  #find(proxy: ProxyState, username: string): Promise<ProxyLogin | null> {
    const asking = this.#keptOrAsked(proxy, username)
      .then((login) => {
        proxy.current = login
        return login
      })
      .finally(() => {
        proxy.asking = null
      })
    proxy.asking = asking
    return asking
  }

  async #keptOrAsked(proxy: ProxyState, username: string): Promise<ProxyLogin | null> {
    const { settings, vault, ask } = this.#deps
    const key = keyOf(proxy.challenge)
    const kept = keptIn(settings.get(KEPT), key)
    if (kept !== null) {
      const revealed = await vault.reveal(kept.password)
      if (revealed.ok) return { username: kept.username, password: revealed.value.secret }
    }
    const mayKeep = (await vault.place()) === 'system'
    const answered = await ask({
      ...proxy.challenge,
      username: username || kept?.username || '',
      isWrong: proxy.isWrong,
      mayKeep,
    })
    if (answered === 'nobody-there') return null
    proxy.isWrong = false
    proxy.isDeclined = answered === 'declined'
    if (answered === 'declined') return null
    const { isToKeep, ...login } = answered
    if (isToKeep && mayKeep) await this.#keep(key, login)
    return login
  }

  async #keep(key: string, { username, password }: ProxyLogin): Promise<void> {
    const { settings, vault } = this.#deps
    const kept = await vault.protect(password)
    if (!kept.ok) return
    this.#write({ ...entriesIn(settings.get(KEPT)), [key]: { username, password: kept.value } })
  }

  #forget(key: string): void {
    const { [key]: wrong, ...others } = entriesIn(this.#deps.settings.get(KEPT))
    if (wrong !== undefined) this.#write(others)
  }

  #write(entries: Readonly<Record<string, Json>>): void {
    try {
      this.#deps.settings.set(KEPT, entries)
    } catch {
      // A full disk: the password serves until Ferry closes.
    }
  }
}

function keyOf({ host, port, realm }: ProxyChallenge): string {
  return `${host}:${port} ${realm}`
}

function entriesIn(value: Json | undefined): Readonly<Record<string, Json>> {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isObject ? (value as Readonly<Record<string, Json>>) : {}
}

function keptIn(value: Json | undefined, key: string): ProxyLogin | null {
  const { username, password } = entriesIn(entriesIn(value)[key])
  return typeof username === 'string' && typeof password === 'string'
    ? { username, password }
    : null
}

/** There are never more requests at once. */
const MAX_REMEMBERED_URLS = 100

/**
 * Answers proxies that block the page's requests. Electron emits `login` on the app for requests of
 * a page and its workers; requests of `net` in the main process get it themselves
 * (shell/common/api/electron_api_url_loader.cc, OnAuthRequired), which `net-store-http.ts` handles.
 * A server's own challenge is ignored: a store never sends one that Ferry could answer.
 */
export function answerProxies(app: App, passwords: Pick<ProxyPasswords, 'answer'>): void {
  const given = new Map<string, ProxyLogin>()

  app.on('login', (event, _contents, { url, firstAuthAttempt }, authInfo, callback) => {
    if (!authInfo.isProxy) return
    event.preventDefault()
    // Chromium asks again for the same request when the proxy refused the login.
    const refused = firstAuthAttempt ? null : (given.get(url) ?? null)
    passwords.answer(authInfo, refused).then(
      (login) => {
        if (login === null) return callback()
        remember(given, url, login)
        callback(login.username, login.password)
      },
      () => callback(),
    )
  })
}

function remember(given: Map<string, ProxyLogin>, url: string, login: ProxyLogin): void {
  given.delete(url)
  given.set(url, login)
  const [oldest] = given.keys()
  if (given.size > MAX_REMEMBERED_URLS && oldest !== undefined) given.delete(oldest)
}
