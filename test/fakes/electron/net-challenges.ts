import type { AuthInfo } from 'electron'
import { type Login, netControl } from './net-control.ts'
import type { WireAnswer } from './net-wire.ts'

export interface Challenge {
  readonly key: string
  readonly authInfo: AuthInfo
}

/**
 * Without credentials a server's challenge is ignored (HttpNetworkTransaction,
 * ShouldApplyServerAuth); a proxy's never is.
 */
export function challengeOf(
  { incoming }: WireAnswer,
  url: URL,
  isOmitted: boolean,
): Challenge | null {
  const { proxy } = netControl
  if (incoming.statusCode === 407 && proxy !== null) {
    const { host, port } = proxy
    const asked = basicRealm(incoming.headers['proxy-authenticate'])
    if (asked === null) return null
    const authInfo = { isProxy: true, scheme: 'basic', host, port, realm: asked }
    return { key: proxyKey(host, port), authInfo }
  }
  if (incoming.statusCode !== 401 || isOmitted) return null
  const realm = basicRealm(incoming.headers['www-authenticate'])
  if (realm === null) return null
  const [host = '', port] = hostAndPort(url).split(':')
  const authInfo = { isProxy: false, scheme: 'basic', host, port: Number(port), realm }
  return { key: url.origin, authInfo }
}

export function proxyKey(host: string, port: number): string {
  return `proxy ${host}:${port}`
}

/** Null: the fake knows only Basic, RFC 7617. */
function basicRealm(header: string | string[] | undefined): string | null {
  const [first = ''] = [header].flat()
  if (!/^basic\b/i.test(first)) return null
  return /realm="([^"]*)"/i.exec(first)?.[1] ?? ''
}

export function basic({ username, password }: Login): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
}

export function hostAndPort(url: URL): string {
  return `${url.hostname}:${url.port || (url.protocol === 'https:' ? '443' : '80')}`
}
