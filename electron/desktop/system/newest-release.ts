import type { ClientRequest, Net, Session } from 'electron'
import type { ConnectionAuth } from '../net-store-http.ts'

const ANSWER_WITHIN_MS = 15_000

export interface ReleaseQuestion {
  readonly net: Pick<Net, 'request'>
  readonly session: Session
  /** The project's page, `https://github.com/OWNER/REPOSITORY`. */
  readonly homepage: string
  readonly proxyLogin: ConnectionAuth['proxyLogin']
}

/**
 * Asks for the project's newest release. GitHub answers `…/releases/latest` with a redirect to the
 * release's own page, whose address ends in its tag: docs.github.com, "Linking to releases". So one
 * request without a body is enough, and no other host is asked.
 *
 * @returns the version without its `v`; null for no answer, and for any other.
 */
export function newestRelease(
  question: ReleaseQuestion,
  signal: AbortSignal,
): Promise<string | null> {
  const { net, session, homepage } = question
  const { promise, resolve } = Promise.withResolvers<string | null>()
  const request = net.request({
    method: 'GET',
    url: `${homepage}/releases/latest`,
    // Electron's own names the app, its version and the system.
    headers: { 'user-agent': 'Ferry' },
    session,
    credentials: 'omit',
    cache: 'no-store',
    referrerPolicy: 'no-referrer',
    redirect: 'manual',
  })
  const end = (version: string | null) => {
    clearTimeout(timer)
    signal.removeEventListener('abort', giveUp)
    resolve(version)
  }
  const giveUp = () => {
    end(null)
    request.abort()
  }
  const timer = setTimeout(giveUp, ANSWER_WITHIN_MS)
  listen(request, homepage, end)
  // The user may take a while to type a password.
  answerProxyLogin(request, question.proxyLogin, { asked: () => clearTimeout(timer), giveUp })
  signal.addEventListener('abort', giveUp)
  if (signal.aborted) giveUp()
  else request.end()
  return promise
}

type Login = Awaited<ReturnType<ConnectionAuth['proxyLogin']>>

function answerProxyLogin(
  request: ClientRequest,
  proxyLogin: ConnectionAuth['proxyLogin'],
  { asked, giveUp }: { readonly asked: () => void; readonly giveUp: () => void },
): void {
  let given: Login = null
  request.on('login', (authInfo, callback) => {
    if (!authInfo.isProxy) return callback()
    asked()
    proxyLogin(authInfo, given).then((login) => {
      given = login
      if (login === null) giveUp()
      else callback(login.username, login.password)
    }, giveUp)
  })
}

/** Whatever comes after the first answer is passed over: a promise keeps its first value. */
function listen(
  request: ClientRequest,
  homepage: string,
  end: (version: string | null) => void,
): void {
  // An error follows, as nobody follows the redirect: docs/api/client-request.md, `redirect`.
  request.on('redirect', (_status, _method, url) => end(versionIn(url, homepage)))
  request.on('response', () => {
    end(null)
    request.abort()
  })
  request.on('error', () => end(null))
}

function versionIn(url: string, homepage: string): string | null {
  const page = URL.parse(url, homepage)?.href ?? ''
  const start = `${homepage}/releases/tag/v`
  if (!page.startsWith(start)) return null
  const version = page.slice(start.length)
  return /^\d{1,6}\.\d{1,6}\.\d{1,6}$/.test(version) ? version : null
}
