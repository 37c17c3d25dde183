import type { App } from 'electron'
import type { ProxyLogin, ProxyPasswords } from './proxy-passwords.ts'

/** More requests than these are not under way at once. */
const MAX_REMEMBERED_URLS = 100

/**
 * Answers proxies that stop the page's requests. Electron gives `login` to the app for requests of
 * a page and of its workers; those of `net` in the main process get it at the request itself
 * (shell/common/api/electron_api_url_loader.cc, OnAuthRequired), for which `net-store-http.ts`
 * looks. A server's own challenge is left alone: a store never makes one that Ferry could answer.
 */
export function answerProxies(app: App, passwords: Pick<ProxyPasswords, 'answer'>): void {
  const given = new Map<string, ProxyLogin>()

  app.on('login', (event, _contents, { url, firstAuthAttempt }, authInfo, callback) => {
    if (!authInfo.isProxy) return
    event.preventDefault()
    // Chromium asks a second time for the same request when the proxy did not take the answer.
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
