import type { Failure } from '../../../contract/failure/kinds.ts'
import { CHROMIUM_NET_ERRORS } from './chromium-net-errors.ts'
import { failureOfProblem, type NetworkProblem, type RequestTarget } from './network-problem.ts'

/** Node's and libuv's names (nodejs.org/api/errors.html, docs.libuv.org/en/v1.x/errors.html). */
const NODE_ERRORS: Readonly<Record<string, NetworkProblem>> = {
  ENOTFOUND: 'not-found',
  ECONNREFUSED: 'unreachable',
  EHOSTUNREACH: 'unreachable',
  EHOSTDOWN: 'unreachable',
  ENETUNREACH: 'unreachable',
  ENETDOWN: 'unreachable',
  EADDRNOTAVAIL: 'unreachable',
  ETIMEDOUT: 'unreachable',
  // A firewall on this computer refuses the connection.
  EACCES: 'blocked-by-system',
  EPERM: 'blocked-by-system',
  ERR_SOCKET_CONNECTION_TIMEOUT: 'unreachable',
  // OpenSSL received something that is not TLS, or a plain HTTP answer.
  ERR_SSL_WRONG_VERSION_NUMBER: 'wrong-protocol',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'wrong-protocol',
  ERR_SSL_HTTP_REQUEST: 'wrong-protocol',
  ERR_SSL_UNKNOWN_PROTOCOL: 'wrong-protocol',
  // llhttp received something that is not HTTP; its other errors are about malformed HTTP.
  HPE_INVALID_CONSTANT: 'wrong-protocol',
  HPE_INVALID_VERSION: 'wrong-protocol',
  HPE_INVALID_METHOD: 'wrong-protocol',
}

/** Patterns for names that the table does not list. */
const NODE_CLASSES: readonly (readonly [RegExp, NetworkProblem])[] = [
  [/^EAI_/, 'not-found'],
  [/^HPE_/, 'unreadable'],
  // Names from Node and OpenSSL: nodejs.org/api/tls.html#x509-certificate-error-codes
  [
    /CERT|^ERR_(TLS|SSL)_|^EPROTO$|SELF_SIGNED|UNABLE_TO_(VERIFY|GET_ISSUER|DECODE)|HOSTNAME_MISMATCH/,
    'tls',
  ],
  // Node's own names for streams and sockets that ended; its other ERR_ names are about wrong
  // calls.
  [/^ERR_(STREAM_PREMATURE_CLOSE|SOCKET_|HTTP2_|QUIC_)|^UND_ERR_/, 'silent'],
  // All other names from the system mean that the connection broke.
  [/^E[A-Z0-9]+$/, 'silent'],
]

/** The system's names for file errors, which are never about a connection. */
const ABOUT_FILES = new Set(['ENOENT', 'ENOTDIR', 'EISDIR', 'ENOSPC', 'EDQUOT', 'EROFS', 'EBADF'])

/** A proxy, or the settings that name one, kept the request from reaching its host. */
export class ProxyError extends Error {
  override readonly name = 'ProxyError'
  readonly problem: NetworkProblem
  /**
   * For the user: a status, a variable's name or the network's own name; never a proxy's address.
   */
  readonly detail: string

  constructor(problem: NetworkProblem, detail: string) {
    super(`The proxy: ${problem}`)
    this.problem = problem
    this.detail = detail
  }
}

/** The reason why a request got no answer; null when the network was not the reason. */
export function networkFailure(error: Error, target: RequestTarget): Failure | null {
  if (error instanceof ProxyError) return failureOfProblem(error.problem, error.detail, target)
  const chromium = chromiumName(error)
  if (chromium !== null) {
    // Over a hundred names exist, and each version of Chromium may bring more.
    const problem = CHROMIUM_NET_ERRORS[chromium] ?? 'silent'
    return failureOfProblem(adjustedForTls(problem, chromium, target), chromium, target)
  }
  const code = nodeCode(error)
  const problem = code === null ? null : nodeProblem(code, error.message)
  if (code !== null && problem !== null) {
    return failureOfProblem(adjustedForTls(problem, code, target), code, target)
  }
  if (error.name !== 'TimeoutError') return null
  // The SDK's message names the phase in which nothing happened; there is no error code for it.
  return /establish|acquir/i.test(error.message)
    ? { kind: 'host-unreachable', host: target.host }
    : { kind: 'stalled' }
}

/** Electron's `net` gives Chromium's name only in the message: `net::ERR_NAME_NOT_RESOLVED`. */
function chromiumName(error: Error): string | null {
  return /net::(ERR_[A-Z0-9_]+)/.exec(error.message)?.[1] ?? null
}

/** Null for errors without a code, and for file errors, which name a path. */
function nodeCode(error: Error): string | null {
  if (!('code' in error) || typeof error.code !== 'string') return null
  return ABOUT_FILES.has(error.code) || 'path' in error ? null : error.code
}

/** OpenSSL's reason is in the message alone if the handshake failed while a request was written. */
const NO_TLS = /wrong version number|packet length too long|http request|unknown protocol/i

function nodeProblem(code: string, message: string): NetworkProblem | null {
  if (code === 'EPROTO' && NO_TLS.test(message)) return 'wrong-protocol'
  const known = NODE_ERRORS[code]
  if (known !== undefined) return known
  return NODE_CLASSES.find(([pattern]) => pattern.test(code))?.[1] ?? null
}

/** After a successful TLS handshake the port is right, so the server there is not a store. */
function adjustedForTls(
  problem: NetworkProblem,
  code: string,
  { scheme }: RequestTarget,
): NetworkProblem {
  const isInsideTls = scheme === 'https' && /HPE_|HTTP_RESPONSE/.test(code)
  return problem === 'wrong-protocol' && isInsideTls ? 'unreadable' : problem
}
