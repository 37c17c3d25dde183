import type { Failure } from '../../../contract/failure/kinds.ts'
import { unreachable } from '../../../lib/unreachable.ts'

/** The reason why a request got no answer, whichever network stack names it. */
export type NetworkProblem =
  | 'offline'
  /** Sleep, a network change or a time-out: the connection stood still. */
  | 'stalled'
  /** The connection ended for an unknown reason: worth another try. */
  | 'silent'
  | 'not-found'
  | 'unreachable'
  | 'tls'
  | 'wrong-protocol'
  | 'unreadable'
  | 'redirected'
  | 'proxy-unreachable'
  | 'proxy-refused'
  | 'proxy-misconfigured'
  | 'proxy-untrusted'
  | 'proxy-unsupported'
  | 'proxy-auth'
  /** This host takes the proxy password from an environment variable and asks nobody for it. */
  | 'proxy-auth-by-variable'
  /** The system's settings name a script, which the host cannot run. */
  | 'proxy-script'
  | 'proxy-socks'
  | 'blocked-port'
  | 'blocked-by-administrator'
  | 'blocked-by-program'
  | 'blocked-by-system'

/** The destination of the request. */
export interface RequestTarget {
  readonly host: string
  readonly scheme: 'http' | 'https'
}

/** @param code the network stack's own name for the error, to show to the user. */
export function failureOfProblem(
  problem: NetworkProblem,
  code: string,
  { host, scheme }: RequestTarget,
): Failure {
  switch (problem) {
    case 'offline':
      return { kind: 'offline' }
    case 'stalled':
      return { kind: 'stalled' }
    case 'silent':
      return { kind: 'no-response' }
    case 'not-found':
      return { kind: 'host-not-found', host }
    case 'unreachable':
      return { kind: 'host-unreachable', host }
    case 'tls':
      return { kind: 'tls-failed', host, reason: code }
    case 'wrong-protocol':
      return { kind: 'wrong-protocol', host, scheme }
    case 'unreadable':
      return { kind: 'answer-unreadable', host }
    case 'redirected':
      return { kind: 'redirected', to: null }
    case 'proxy-unreachable':
      return { kind: 'proxy-failed', reason: 'unreachable', code }
    case 'proxy-refused':
      return { kind: 'proxy-failed', reason: 'refused', code }
    case 'proxy-misconfigured':
      return { kind: 'proxy-failed', reason: 'misconfigured', code }
    case 'proxy-untrusted':
      return { kind: 'proxy-failed', reason: 'untrusted', code }
    case 'proxy-unsupported':
      return { kind: 'proxy-failed', reason: 'unsupported', code }
    case 'proxy-auth':
      return { kind: 'proxy-auth-needed' }
    case 'proxy-auth-by-variable':
      return { kind: 'proxy-auth-needed', isByVariable: true }
    case 'proxy-script':
      return { kind: 'proxy-failed', reason: 'script', code }
    case 'proxy-socks':
      return { kind: 'proxy-failed', reason: 'socks', code }
    case 'blocked-port':
      return { kind: 'network-blocked', by: 'port', host, code }
    case 'blocked-by-administrator':
      return { kind: 'network-blocked', by: 'administrator', host, code }
    case 'blocked-by-program':
      return { kind: 'network-blocked', by: 'program', host, code }
    case 'blocked-by-system':
      return { kind: 'network-blocked', by: 'system', host, code }
    default:
      return unreachable(problem)
  }
}
