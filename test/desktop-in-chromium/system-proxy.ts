import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http'
import { buffer } from 'node:stream/consumers'
import type { AuthInfo } from 'electron'
import { basic, challengeOf } from '../fakes/electron/net-challenges.ts'
import { type Login, netControl } from '../fakes/electron/net-control.ts'
import { NetError } from '../fakes/electron/net-errors.ts'
import { sendOnWire } from '../fakes/electron/net-wire.ts'
import { session } from '../fakes/electron.ts'

/** Null: nobody answers the challenge. */
export type AskForLogin = (details: object, authInfo: AuthInfo) => Promise<Login | null>

/**
 * Sends a request of the page through the proxy of the system settings (`netControl.proxy`). The
 * body is kept until the proxy has accepted the request, because it may have to be sent again.
 *
 * @throws NetError where the page gets a network error.
 */
export async function sendThroughProxy(
  url: string,
  incoming: IncomingMessage,
  { 'transfer-encoding': _chunked, ...headers }: OutgoingHttpHeaders,
  askForLogin: AskForLogin,
): Promise<IncomingMessage> {
  const { proxy, authorities } = netControl
  const { logins } = netControl.memoryOf(session.defaultSession)
  const method = incoming.method ?? 'GET'
  const body = await buffer(incoming)
  for (let attempt = 0; ; attempt += 1) {
    const login = logins.get(`proxy ${proxy?.host}:${proxy?.port}`)
    const answer = await sendOnWire({
      ...{ url: new URL(url), method, proxy, authorities, clientCertificate: null },
      headers: headers as Record<string, string | string[]>,
      body: body.byteLength === 0 ? null : body,
      proxyAuthorization: login === undefined ? null : basic(login),
      signal: new AbortController().signal,
    })
    // The page's requests have no credentials, so only challenges of proxies are answered.
    const challenge = challengeOf(answer, new URL(url), true)
    if (challenge === null) return answer.incoming
    const details = { url, firstAuthAttempt: attempt === 0, pid: 0, isRequestForNavigation: false }
    const given = await askForLogin(details, challenge.authInfo)
    if (given !== null) {
      logins.set(challenge.key, given)
      continue
    }
    logins.delete(challenge.key)
    if (answer.isOfTunnel) throw new NetError('ERR_TUNNEL_CONNECTION_FAILED')
    return answer.incoming
  }
}
