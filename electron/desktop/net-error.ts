/**
 * Chromium's network errors under the names that Node gives the same things, since the core reads
 * Node's. Source: net/base/net_error_list.h.
 */
const NODE_CODES: Readonly<Record<string, string>> = {
  ERR_NAME_NOT_RESOLVED: 'ENOTFOUND',
  ERR_NAME_RESOLUTION_FAILED: 'EAI_AGAIN',
  ERR_DNS_TIMED_OUT: 'EAI_AGAIN',
  ERR_CONNECTION_REFUSED: 'ECONNREFUSED',
  ERR_CONNECTION_RESET: 'ECONNRESET',
  ERR_CONNECTION_ABORTED: 'ECONNRESET',
  ERR_CONNECTION_CLOSED: 'ECONNRESET',
  ERR_EMPTY_RESPONSE: 'ECONNRESET',
  ERR_NETWORK_CHANGED: 'ECONNRESET',
  ERR_CONTENT_LENGTH_MISMATCH: 'ECONNRESET',
  ERR_INCOMPLETE_CHUNKED_ENCODING: 'ECONNRESET',
  ERR_CONNECTION_TIMED_OUT: 'ETIMEDOUT',
  ERR_TIMED_OUT: 'ETIMEDOUT',
  ERR_ADDRESS_UNREACHABLE: 'EHOSTUNREACH',
  ERR_ADDRESS_INVALID: 'EHOSTUNREACH',
  ERR_INTERNET_DISCONNECTED: 'ENETUNREACH',
  ERR_NETWORK_ACCESS_DENIED: 'ENETUNREACH',
  ERR_PROXY_CONNECTION_FAILED: 'EHOSTUNREACH',
  ERR_TUNNEL_CONNECTION_FAILED: 'EHOSTUNREACH',
  ERR_CERT_AUTHORITY_INVALID: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  ERR_CERT_COMMON_NAME_INVALID: 'ERR_TLS_CERT_ALTNAME_INVALID',
  ERR_CERT_DATE_INVALID: 'CERT_HAS_EXPIRED',
  ERR_CERT_REVOKED: 'CERT_REVOKED',
  ERR_INVALID_HTTP_RESPONSE: 'HPE_INVALID_CONSTANT',
}

/** The same error with Node's `code`; without one when Node has no such thing. */
export function asNodeError(error: Error): Error {
  const name = /net::(ERR_\w+)/.exec(error.message)?.[1]
  const code = name === undefined ? undefined : nodeCodeOf(name)
  return code === undefined ? error : Object.assign(new Error(error.message), { code })
}

function nodeCodeOf(name: string): string | undefined {
  if (Object.hasOwn(NODE_CODES, name)) return NODE_CODES[name]
  if (name.startsWith('ERR_CERT_')) return 'CERT_UNTRUSTED'
  if (name.startsWith('ERR_SSL_') || name.startsWith('ERR_BAD_SSL_')) return 'EPROTO'
  return undefined
}
