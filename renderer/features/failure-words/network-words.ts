import type { Failure } from '../../../electron/contract/failure/kinds.ts'
import { unreachable } from '../../../electron/lib/unreachable.ts'
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
