import type { Failure } from '../../contract/failure.ts'

const NOT_FOUND = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'EAI_NODATA',
  'EAI_NONAME',
  'ERR_NAME_NOT_RESOLVED',
])
const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'EADDRNOTAVAIL',
  'ETIMEDOUT',
  'ERR_CONNECTION_REFUSED',
  'ERR_ADDRESS_UNREACHABLE',
  'ERR_CONNECTION_TIMED_OUT',
])
const OFFLINE = new Set(['ERR_INTERNET_DISCONNECTED', 'ERR_NETWORK_CHANGED'])
/** A connection that was there and ended in the middle. */
const CUT = new Set([
  'ECONNRESET',
  'EPIPE',
  'ECONNABORTED',
  'ERR_CONNECTION_RESET',
  'ERR_CONNECTION_CLOSED',
  'ERR_CONNECTION_ABORTED',
  'ERR_EMPTY_RESPONSE',
  'ERR_STREAM_PREMATURE_CLOSE',
])
/** The port speaks another protocol. What else Node's parser refuses is HTTP, and odd. */
const NOT_HTTP = new Set(['HPE_INVALID_CONSTANT', 'HPE_INVALID_VERSION', 'HPE_INVALID_METHOD'])
/** Node's, OpenSSL's and Chromium's names: nodejs.org/api/tls.html#x509-certificate-error-codes */
const TLS =
  /CERT|^ERR_(TLS|SSL)|^EPROTO$|SELF_SIGNED|UNABLE_TO_(VERIFY|GET_ISSUER|DECODE)|HOSTNAME_MISMATCH/

/** Why a request got no answer; null when it was not the network. */
export function networkFailure(error: Error, host: string): Failure | null {
  const code = networkCode(error)
  if (NOT_FOUND.has(code)) return { kind: 'host-not-found', host }
  if (UNREACHABLE.has(code)) return { kind: 'host-unreachable', host }
  if (OFFLINE.has(code)) return { kind: 'offline' }
  if (TLS.test(code)) return { kind: 'tls-failed', host, reason: code }
  if (NOT_HTTP.has(code)) return { kind: 'not-s3', host }
  if (code.startsWith('HPE_')) return { kind: 'answer-unreadable', host }
  if (CUT.has(code)) return { kind: 'no-response' }
  if (error.name !== 'TimeoutError') return null
  // The SDK's words for the phase in which nothing happened; it has no code for it.
  return /establish|acquir/i.test(error.message)
    ? { kind: 'host-unreachable', host }
    : { kind: 'stalled' }
}

/** Electron's `net` has Chromium's name in the message only: `net::ERR_NAME_NOT_RESOLVED`. */
function networkCode(error: Error): string {
  const chromium = /net::(ERR_[A-Z0-9_]+)/.exec(error.message)?.[1]
  if (chromium !== undefined) return chromium
  return 'code' in error && typeof error.code === 'string' ? error.code : ''
}
