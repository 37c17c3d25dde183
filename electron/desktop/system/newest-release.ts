import type { ClientRequest, Net, Session } from 'electron'

const ANSWER_WITHIN_MS = 15_000

/**
 * Asks for the project's newest release. GitHub answers `…/releases/latest` with a redirect to the
 * release's own page, whose address ends in its tag: docs.github.com, "Linking to releases". So one
 * request without a body is enough, and no other host is asked.
 *
 * @returns the version without its `v`; null for no answer, and for any other.
 */
export function newestRelease(
  net: Pick<Net, 'request'>,
  session: Session,
  homepage: string,
  signal: AbortSignal,
): Promise<string | null> {
  const { promise, resolve } = Promise.withResolvers<string | null>()
  const request = net.request({
    method: 'GET',
    url: `${homepage}/releases/latest`,
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
  signal.addEventListener('abort', giveUp)
  if (signal.aborted) giveUp()
  else request.end()
  return promise
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
