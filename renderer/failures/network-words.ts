import { isAboutOwnCertificate } from '../../electron/contract/failure/predicates.ts'
import { unreachable } from '../../electron/lib/unreachable.ts'
import { formatDuration } from '../design/format.ts'
import { type FailureOf, type Words, words } from './words.ts'

export function protocolWords({ host, scheme }: FailureOf<'wrong-protocol'>): Words {
  return scheme === 'https'
    ? words(
        `“${host}” does not speak HTTPS as it should.`,
        'Check the port. A server without TLS needs an endpoint that starts with http://; a proxy or virus scanner that inspects connections can cause this, too.',
      )
    : words(
        `“${host}” does not speak plain HTTP.`,
        'Check the port, or let the endpoint start with https://.',
      )
}

export function proxyLoginWords({ isByVariable }: FailureOf<'proxy-auth-needed'>): Words {
  if (isByVariable === true) {
    return words(
      'The proxy wants a user name and password, and takes none that Ferry has.',
      'Ferry in the browser takes them from a variable: close it, set HTTPS_PROXY (or HTTP_PROXY) to http://NAME:PASSWORD@PROXY:PORT, and start it again.',
      'retry',
    )
  }
  return words(
    'The proxy asks for a password.',
    'Try again, and enter the user name and password that your network’s proxy wants.',
  )
}

export function proxyWords({ reason, code }: FailureOf<'proxy-failed'>): Words {
  switch (reason) {
    case 'unreachable':
      return words(
        'The proxy that this computer is set to use cannot be reached.',
        'Check the network and the system’s proxy settings; Ferry goes on by itself when the proxy answers.',
      )
    case 'refused':
      return words(
        'The proxy that this computer is set to use makes no connection to the store.',
        'It may forbid the store’s address or port, or not reach it: ask whoever runs the proxy. Ferry tries again by itself.',
      )
    case 'misconfigured':
      return words(
        `This computer’s proxy settings cannot be used (${code}).`,
        'Check the system’s proxy settings and their script (PAC), or the variable named here; Ferry tries again by itself.',
      )
    case 'untrusted':
      return words(
        'The proxy that this computer is set to use has no certificate that this computer trusts.',
        'Ask whoever runs the proxy, or install its certificate; then try again.',
      )
    case 'unsupported':
      return words(
        `The proxy asks for a kind of sign-in that Ferry does not support (${code}).`,
        'Ask whoever runs the proxy to let Ferry through with a user name and password, or without.',
      )
    case 'script':
      return words(
        `This network sets its proxy by a script (PAC), which Ferry in the browser cannot run, and without the proxy it cannot reach the store (${code}).`,
        'Close Ferry, set HTTPS_PROXY to http://PROXY:PORT, and start it again; or use the desktop app, which runs the script.',
      )
    case 'socks':
      return words(
        `This computer is set to use a SOCKS proxy, which Ferry in the browser cannot use, and without it the store cannot be reached (${code}).`,
        'Close Ferry, set HTTPS_PROXY to an HTTP proxy (http://PROXY:PORT), and start it again; or use the desktop app.',
      )
    default:
      return unreachable(reason)
  }
}

export function blockedWords({ by, host, code }: FailureOf<'network-blocked'>): Words {
  switch (by) {
    case 'port':
      return words(
        `The port in “${host}” belongs to another service, and Ferry’s network never connects to it.`,
        'Let the store listen on another port, such as 9000, and enter that one.',
        'edit-connection',
      )
    case 'administrator':
      return words(
        `A policy of this computer forbids the connection to “${host}”.`,
        'Ask the administrator of this computer to allow the store’s address.',
      )
    case 'program':
      return words(
        `Something on this computer stopped the request to “${host}” (${code}).`,
        'Check whether a virus scanner or filter blocks it; then try again.',
      )
    case 'system':
      return words(
        `This computer does not let Ferry connect to “${host}”.`,
        'Allow Ferry in the firewall, and in the system’s settings for the local network; then try again.',
      )
    default:
      return unreachable(by)
  }
}

/** The reason why a TLS connection is not trusted, derived from OpenSSL's or Chromium's code. */
export type CertificateProblem =
  | 'authority'
  | 'dates'
  | 'name'
  | 'revoked'
  | 'weak'
  | 'versions'
  | 'client-certificate'
  | 'other'

const PROBLEMS: readonly (readonly [RegExp, CertificateProblem])[] = [
  [/EXPIRED|NOT_YET_VALID|DATE_INVALID|VALIDITY_TOO_LONG/, 'dates'],
  [/ALTNAME|COMMON_NAME|HOSTNAME|NAME_CONSTRAINT|NON_UNIQUE_NAME|UNRECOGNIZED_NAME/, 'name'],
  [/REVOKED|REVOCATION/, 'revoked'],
  [
    /SELF.SIGNED|UNABLE_TO|AUTHORITY|UNTRUSTED|ISSUER_CERT|ROOT_NOT_KNOWN|PINNED|INTERCEPTION/i,
    'authority',
  ],
  [/WEAK|OBSOLETE|INADEQUATE/, 'weak'],
  [/VERSION|CIPHER|ALPN|DOWNGRADE|HANDSHAKE_FAILURE/, 'versions'],
]

export function certificateProblem({ reason }: FailureOf<'tls-failed'>): CertificateProblem {
  if (isAboutOwnCertificate(reason)) return 'client-certificate'
  return PROBLEMS.find(([pattern]) => pattern.test(reason))?.[1] ?? 'other'
}

export function certificateWords(failure: FailureOf<'tls-failed'>): Words {
  const { host, reason } = failure
  const problem = certificateProblem(failure)
  switch (problem) {
    case 'authority':
      return words(
        `The certificate of “${host}” is from an authority that this computer does not know${issuerIn(failure)}.`,
        'If the server is your own, let this computer trust it; if not, check the address, and whether a proxy or virus scanner inspects connections.',
      )
    case 'dates':
      return words(
        `The certificate of “${host}” has expired or is not valid yet.`,
        'Whoever runs the server has to renew it; check this computer’s clock, too.',
      )
    case 'name':
      return words(
        `The certificate of “${host}” is for another name.`,
        'Check the endpoint, or turn on path-style addressing: hardly any certificate covers a bucket name with a dot.',
      )
    case 'revoked':
      return words(
        `The certificate of “${host}” was revoked, or this computer cannot find out whether it was.`,
        'Whoever runs the server has to replace it; check the address, too.',
      )
    case 'weak':
      return words(
        `“${host}” protects its connections in a way that is no longer safe (${reason}).`,
        'Whoever runs the server has to renew its certificate or its TLS settings.',
      )
    case 'versions':
      return words(
        `“${host}” and this computer have no version of TLS in common (${reason}).`,
        'Whoever runs the server has to offer TLS 1.2 or newer.',
      )
    case 'client-certificate':
      return words(
        `“${host}” asks this computer for a certificate of its own, and accepts none that it got (${reason}).`,
        'Install the certificate that whoever runs the server gave you, with its key; then try again.',
        'retry',
      )
    case 'other':
      return words(
        `“${host}” has no certificate that this computer trusts (${reason}).`,
        'Check the address, or install the certificate of your own server.',
      )
    default:
      return unreachable(problem)
  }
}

function issuerIn({ reason }: FailureOf<'tls-failed'>): string {
  return / \(issuer: .+\)$/.exec(reason)?.[0] ?? ''
}

/** A whole sentence. `storeTimeMs` null: the store did not report its time. */
export function clockDifference(storeTimeMs: number | null, nowMs: number): string {
  if (storeTimeMs === null) return 'This computer’s clock differs too much from the store’s.'
  const difference = formatDuration(Math.abs(storeTimeMs - nowMs))
  const direction = storeTimeMs > nowMs ? 'behind' : 'ahead of'
  return `This computer’s clock is ${difference} ${direction} the store’s.`
}
