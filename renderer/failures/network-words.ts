import type { Failure } from '../../electron/contract/failure/kinds.ts'
import { isAboutOwnCertificate } from '../../electron/contract/failure/predicates.ts'
import { unreachable } from '../../electron/lib/unreachable.ts'
import { formatDuration } from '../design/format.ts'
import { type FailureText, text } from './words.ts'

type Of<K extends Failure['kind']> = Extract<Failure, { kind: K }>
type NetworkFailure =
  | Of<'wrong-protocol'>
  | Of<'proxy-failed'>
  | Of<'proxy-auth-needed'>
  | Of<'network-blocked'>

/** For what stands between this computer and the store. */
export function networkWords(failure: NetworkFailure): FailureText {
  switch (failure.kind) {
    case 'wrong-protocol':
      return protocolWords(failure)
    case 'proxy-failed':
      return proxyWords(failure)
    case 'proxy-auth-needed':
      if (failure.isByVariable === true) {
        return text(
          'The proxy wants a user name and password, and takes none that Ferry has.',
          'Ferry in the browser takes them from a variable: close it, set HTTPS_PROXY (or HTTP_PROXY) to http://NAME:PASSWORD@PROXY:PORT, and start it again.',
          'retry',
        )
      }
      return text(
        'The proxy asks for a password.',
        'Try again, and enter the user name and password that your network’s proxy wants.',
        'enter-proxy-password',
      )
    case 'network-blocked':
      return blockedWords(failure)
    default:
      return unreachable(failure)
  }
}

function protocolWords({ host, scheme }: Of<'wrong-protocol'>): FailureText {
  return scheme === 'https'
    ? text(
        `“${host}” does not speak HTTPS as it should.`,
        'Check the port. A server without TLS needs an endpoint that starts with http://; a proxy or virus scanner that looks into connections can cause this, too.',
        'edit-connection',
      )
    : text(
        `“${host}” does not speak plain HTTP.`,
        'Check the port, or let the endpoint start with https://.',
        'edit-connection',
      )
}

function proxyWords({ reason, code }: Of<'proxy-failed'>): FailureText {
  switch (reason) {
    case 'unreachable':
      return text(
        'The proxy that this computer is set to use cannot be reached.',
        'Check the network and the system’s proxy settings; Ferry goes on by itself when the proxy answers.',
        'retry',
      )
    case 'refused':
      return text(
        'The proxy that this computer is set to use makes no connection to the store.',
        'It may forbid the store’s address or port, or not reach it: ask whoever runs the proxy. Ferry tries again by itself.',
        'retry',
      )
    case 'misconfigured':
      return text(
        `This computer’s proxy settings cannot be used (${code}).`,
        'Check the system’s proxy settings and their script (PAC), or the variable named here; Ferry tries again by itself.',
        'retry',
      )
    case 'untrusted':
      return text(
        'The proxy that this computer is set to use has no certificate that this computer trusts.',
        'Ask whoever runs the proxy, or install its certificate; then try again.',
        'retry',
      )
    case 'unsupported':
      return text(
        `The proxy asks for a sign-in of a kind that Ferry cannot do (${code}).`,
        'Ask whoever runs the proxy to let Ferry through with a user name and password, or without.',
        'retry',
      )
    case 'script':
      return text(
        `This network sets its proxy by a script (PAC), which Ferry in the browser cannot run, and without the proxy the store is not reached (${code}).`,
        'Close Ferry, set HTTPS_PROXY to http://PROXY:PORT, and start it again; or use the desktop app, which runs the script.',
        'retry',
      )
    case 'socks':
      return text(
        `This computer is set to use a SOCKS proxy, which Ferry in the browser cannot use, and without it the store is not reached (${code}).`,
        'Close Ferry, set HTTPS_PROXY to an HTTP proxy (http://PROXY:PORT), and start it again; or use the desktop app.',
        'retry',
      )
    default:
      return unreachable(reason)
  }
}

function blockedWords({ by, host, code }: Of<'network-blocked'>): FailureText {
  switch (by) {
    case 'port':
      return text(
        `The port in “${host}” belongs to another service, and Ferry’s network never connects to it.`,
        'Let the store listen on another port, such as 9000, and enter that one.',
        'edit-connection',
      )
    case 'administrator':
      return text(
        `A policy of this computer forbids the connection to “${host}”.`,
        'Ask whoever looks after this computer to allow the store’s address.',
        'retry',
      )
    case 'program':
      return text(
        `Something on this computer stopped the request to “${host}” (${code}).`,
        'Look whether a virus scanner or filter blocks it; then try again.',
        'retry',
      )
    case 'system':
      return text(
        `This computer does not let Ferry connect to “${host}”.`,
        'Allow Ferry in the firewall, and in the system’s settings for the local network; then try again.',
        'retry',
      )
    default:
      return unreachable(by)
  }
}

type TlsFailure = Extract<Failure, { kind: 'tls-failed' }>

/** The reason why a TLS connection is not trusted, read from OpenSSL's code or Chromium's. */
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

export function certificateProblem({ reason }: TlsFailure): CertificateProblem {
  if (isAboutOwnCertificate(reason)) return 'client-certificate'
  return PROBLEMS.find(([pattern]) => pattern.test(reason))?.[1] ?? 'other'
}

export function certificateWords(failure: TlsFailure): FailureText {
  const { host, reason } = failure
  const trouble = certificateProblem(failure)
  switch (trouble) {
    case 'authority':
      return text(
        `The certificate of “${host}” is from an authority that this computer does not know${issuerIn(failure)}.`,
        'If it is your own, let this computer trust it; if not, check the address, and whether a proxy or virus scanner looks into connections.',
        'edit-connection',
      )
    case 'dates':
      return text(
        `The certificate of “${host}” has run out, or does not count yet.`,
        'Whoever runs the server has to renew it; look at this computer’s clock, too.',
        'edit-connection',
      )
    case 'name':
      return text(
        `The certificate of “${host}” is for another name.`,
        'Check the endpoint, or turn on path-style addressing: a bucket’s name with a dot is in hardly any certificate.',
        'edit-connection',
      )
    case 'revoked':
      return text(
        `The certificate of “${host}” was withdrawn, or this computer cannot find out whether it was.`,
        'Whoever runs the server has to replace it; check the address, too.',
        'edit-connection',
      )
    case 'weak':
      return text(
        `“${host}” protects its connections by means that are no longer safe (${reason}).`,
        'Whoever runs the server has to renew its certificate or its TLS settings.',
        'edit-connection',
      )
    case 'versions':
      return text(
        `“${host}” and this computer have no version of TLS in common (${reason}).`,
        'Whoever runs the server has to offer TLS 1.2 or newer.',
        'edit-connection',
      )
    case 'client-certificate':
      return text(
        `“${host}” asks this computer for a certificate of its own, and takes none that it got (${reason}).`,
        'Install the certificate that whoever runs the server gave you, with its key; then try again.',
        'retry',
      )
    case 'other':
      return text(
        `“${host}” has no certificate that this computer trusts (${reason}).`,
        'Check the address, or install the certificate of your own server.',
        'edit-connection',
      )
    default:
      return unreachable(trouble)
  }
}

function issuerIn({ reason }: TlsFailure): string {
  return / \(issuer: .+\)$/.exec(reason)?.[0] ?? ''
}

/** A whole sentence. `storeTimeMs` null: the store did not say what time it has. */
export function clockDifference(storeTimeMs: number | null, nowMs: number): string {
  if (storeTimeMs === null) return 'This computer’s clock differs too much from the store’s.'
  const difference = formatDuration(Math.abs(storeTimeMs - nowMs))
  const direction = storeTimeMs > nowMs ? 'behind' : 'ahead of'
  return `This computer’s clock is ${difference} ${direction} the store’s.`
}
