/** An error as Electron's `net` reports it: its message contains only Chromium's error name. */
export class NetError extends Error {
  readonly netName: string

  constructor(netName: string) {
    super(`net::${netName}`)
    this.netName = netName
  }
}

/** The state of a request when Node reported an error. */
export interface RequestState {
  readonly scheme: 'http:' | 'https:'
  readonly isTlsDone: boolean
  /** The bytes of this answer received so far. */
  readonly receivedBytes: number
}

interface NodeError extends Error {
  readonly code?: string
}

/** net/base/net_errors_posix.cc (MapSystemError), and net/dns for name resolution. */
const SYSTEM: Readonly<Record<string, string>> = {
  ENOTFOUND: 'ERR_NAME_NOT_RESOLVED',
  ECONNREFUSED: 'ERR_CONNECTION_REFUSED',
  ECONNRESET: 'ERR_CONNECTION_RESET',
  EPIPE: 'ERR_CONNECTION_RESET',
  ECONNABORTED: 'ERR_CONNECTION_ABORTED',
  ETIMEDOUT: 'ERR_CONNECTION_TIMED_OUT',
  EHOSTUNREACH: 'ERR_ADDRESS_UNREACHABLE',
  EHOSTDOWN: 'ERR_ADDRESS_UNREACHABLE',
  ENETUNREACH: 'ERR_ADDRESS_UNREACHABLE',
  ENETDOWN: 'ERR_INTERNET_DISCONNECTED',
  EADDRNOTAVAIL: 'ERR_ADDRESS_INVALID',
  EADDRINUSE: 'ERR_ADDRESS_IN_USE',
  EACCES: 'ERR_NETWORK_ACCESS_DENIED',
  EPERM: 'ERR_NETWORK_ACCESS_DENIED',
  ENOTCONN: 'ERR_SOCKET_NOT_CONNECTED',
  EMFILE: 'ERR_INSUFFICIENT_RESOURCES',
  ENFILE: 'ERR_INSUFFICIENT_RESOURCES',
  ENOBUFS: 'ERR_NO_BUFFER_SPACE',
  ENOMEM: 'ERR_OUT_OF_MEMORY',
  EMSGSIZE: 'ERR_MSG_TOO_BIG',
  ECANCELED: 'ERR_ABORTED',
}

/** net/http/http_stream_parser.cc and net/http/http_chunked_decoder.cc, for llhttp's errors. */
const PARSER: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: 'ERR_RESPONSE_HEADERS_TOO_BIG',
  HPE_UNEXPECTED_CONTENT_LENGTH: 'ERR_RESPONSE_HEADERS_MULTIPLE_CONTENT_LENGTH',
  HPE_INVALID_CHUNK_SIZE: 'ERR_INVALID_CHUNKED_ENCODING',
  HPE_INVALID_CONTENT_LENGTH: 'ERR_INVALID_HTTP_RESPONSE',
}

/** net/cert/cert_status_flags.cc, for OpenSSL's verification errors. */
const CERTIFICATES: readonly (readonly [RegExp, string])[] = [
  [/ALTNAME_INVALID|HOSTNAME_MISMATCH/, 'ERR_CERT_COMMON_NAME_INVALID'],
  [/HAS_EXPIRED|NOT_YET_VALID/, 'ERR_CERT_DATE_INVALID'],
  [/CERT_REVOKED/, 'ERR_CERT_REVOKED'],
  [/KEY_TOO_SMALL/, 'ERR_CERT_WEAK_KEY'],
  [/MD_TOO_WEAK/, 'ERR_CERT_WEAK_SIGNATURE_ALGORITHM'],
  [/SELF_SIGNED|UNABLE_TO|UNTRUSTED|INVALID_CA|CHAIN_TOO_LONG/, 'ERR_CERT_AUTHORITY_INVALID'],
  [/^CERT_/, 'ERR_CERT_INVALID'],
]

/** net/ssl/openssl_ssl_util.cc (MapOpenSSLErrorSSL), for alerts from the other side. */
const ALERTS: readonly (readonly [RegExp, string])[] = [
  [
    /CERTIFICATE_REQUIRED|BAD_CERTIFICATE|UNKNOWN_CA|CERTIFICATE_(UNKNOWN|EXPIRED)/,
    'ERR_BAD_SSL_CLIENT_AUTH_CERT',
  ],
  [
    /HANDSHAKE_FAILURE|PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|NO_.*CIPHER/,
    'ERR_SSL_VERSION_OR_CIPHER_MISMATCH',
  ],
  [/UNRECOGNIZED_NAME/, 'ERR_SSL_UNRECOGNIZED_NAME_ALERT'],
  [/DECRYPT_ERROR/, 'ERR_SSL_DECRYPT_ERROR_ALERT'],
  [/BAD_RECORD_MAC/, 'ERR_SSL_BAD_RECORD_MAC_ALERT'],
  [/^(EPROTO|ERR_(SSL|TLS)_.*)$/, 'ERR_SSL_PROTOCOL_ERROR'],
]

/** Chromium's name for the error that kept a request from being answered. */
export function netNameOf(error: NodeError, state: RequestState): string {
  if (error instanceof NetError) return error.netName
  const code = error.code ?? ''
  if (code === 'ECONNRESET' && /hang up|disconnected/.test(error.message)) return closedName(state)
  const known = SYSTEM[code] ?? PARSER[code]
  if (known !== undefined) return known
  if (code.startsWith('EAI_')) return 'ERR_NAME_NOT_RESOLVED'
  if (code.startsWith('HPE_')) return 'ERR_INVALID_HTTP_RESPONSE'
  // OpenSSL's reason is in the message if a write failed because the handshake ended.
  const reason = code === 'EPROTO' ? error.message.toUpperCase().replaceAll(' ', '_') : code
  const found = [...CERTIFICATES, ...ALERTS].find(([pattern]) => pattern.test(reason))
  return found?.[1] ?? (code === 'EPROTO' ? 'ERR_SSL_PROTOCOL_ERROR' : 'ERR_FAILED')
}

/**
 * The other side closed the connection without an answer: HttpStreamParser::HandleReadHeaderResult.
 * Over plain HTTP Chromium accepts truncated headers, which Node's parser cannot.
 */
function closedName({ scheme, isTlsDone, receivedBytes }: RequestState): string {
  if (scheme === 'https:' && !isTlsDone) return 'ERR_CONNECTION_CLOSED'
  return receivedBytes === 0 ? 'ERR_EMPTY_RESPONSE' : 'ERR_RESPONSE_HEADERS_TRUNCATED'
}

/** Chromium's name for a body that was cut off: net/http/http_stream_parser.cc. */
export function bodyNetName(error: NodeError, headers: Readonly<Record<string, unknown>>): string {
  if (error instanceof NetError) return error.netName
  const known = PARSER[error.code ?? '']
  if (known !== undefined) return known
  if (error.code === 'ECONNRESET' && error.message !== 'aborted') return 'ERR_CONNECTION_RESET'
  if (headers['content-length'] !== undefined) return 'ERR_CONTENT_LENGTH_MISMATCH'
  return 'ERR_INCOMPLETE_CHUNKED_ENCODING'
}

/** net/base/port_util.cc: requests to these ports are blocked, whatever listens there. */
const RESTRICTED_PORTS = new Set([
  1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102,
  103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465,
  512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993,
  995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668,
  6669, 6679, 6697, 10080,
])

export function isRestrictedPort(url: URL): boolean {
  return RESTRICTED_PORTS.has(Number(url.port || (url.protocol === 'https:' ? 443 : 80)))
}
