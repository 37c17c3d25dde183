import type { Failure } from '../../contract/failure.ts'
import { failureFromS3 } from '../../contract/s3-failure.ts'
import { NoKeys } from '../credentials/keys.ts'

/** What the SDK and Node put into what they throw. */
interface ThrownByStore {
  readonly name: string
  readonly message: string
  readonly code?: unknown
  /** S3's `<Code>` and `<Region>`; absent for a body that was not S3's XML, and for every HEAD. */
  readonly Code?: unknown
  readonly Region?: unknown
  readonly $fault?: unknown
  readonly $metadata?: { readonly httpStatusCode?: number }
  readonly $response?: { readonly headers?: Readonly<Record<string, string | undefined>> }
}

interface Asked {
  readonly endpoint: string
  readonly bucket: string
}

/**
 * Turns what a request threw into a `Failure`.
 * @throws the error itself when it is a bug of ours and no answer of the world.
 */
export function failureFromError(error: unknown, asked: Asked, nowMs: number): Failure {
  if (!(error instanceof Error)) throw error
  if (error instanceof NoKeys) return error.failure
  const thrown: ThrownByStore = error
  const status = thrown.$metadata?.httpStatusCode ?? 0
  const host = new URL(asked.endpoint).host
  if (status === 0) return failureWithoutAnswer(error, thrown, host)
  const headers = thrown.$response?.headers ?? {}
  if (isForeign(thrown, headers) && status < 500 && status !== 429) return { kind: 'not-s3', host }
  return failureFromS3({
    status,
    code: typeof thrown.Code === 'string' ? thrown.Code : '',
    message: thrown.message,
    retryAfter: headers['retry-after'] ?? null,
    date: headers.date ?? null,
    region:
      headers['x-amz-bucket-region'] ?? (typeof thrown.Region === 'string' ? thrown.Region : null),
    bucket: asked.bucket,
    nowMs,
  })
}

/** Something answers there, but not in S3's words: a web site, a proxy's page, a router. */
function isForeign(thrown: ThrownByStore, headers: Readonly<Record<string, string | undefined>>) {
  const isUnparsed = thrown.$fault === undefined
  const isPage = /html|json|text\/plain/i.test(headers['content-type'] ?? '')
  const isStore = Object.keys(headers).some((name) => /^x-(amz|rgw|openstack)/i.test(name))
  return isUnparsed || (isPage && typeof thrown.Code !== 'string' && !isStore)
}

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
/** Node's, OpenSSL's and Chromium's names: nodejs.org/api/tls.html#x509-certificate-error-codes */
const TLS =
  /CERT|^ERR_(TLS|SSL)|^EPROTO$|SELF_SIGNED|UNABLE_TO_(VERIFY|GET_ISSUER|DECODE)|HOSTNAME_MISMATCH/

function failureWithoutAnswer(error: Error, thrown: ThrownByStore, host: string): Failure {
  const code = networkCode(thrown)
  if (NOT_FOUND.has(code)) return { kind: 'host-not-found', host }
  if (UNREACHABLE.has(code)) return { kind: 'host-unreachable', host }
  if (OFFLINE.has(code)) return { kind: 'offline' }
  if (TLS.test(code)) return { kind: 'tls-failed', host, reason: code }
  // HTTP's parser met something else: the port speaks another protocol.
  if (code.startsWith('HPE_')) return { kind: 'not-s3', host }
  if (CUT.has(code)) return { kind: 'no-response' }
  if (thrown.name === 'TimeoutError') {
    // The SDK's words for the phase in which nothing happened; it has no code for it.
    return /establish|acquir/i.test(thrown.message)
      ? { kind: 'host-unreachable', host }
      : { kind: 'stalled' }
  }
  throw error
}

/** Electron's `net` has Chromium's name in the message only: `net::ERR_NAME_NOT_RESOLVED`. */
function networkCode(thrown: ThrownByStore): string {
  const chromium = /net::(ERR_[A-Z0-9_]+)/.exec(thrown.message)?.[1]
  if (chromium !== undefined) return chromium
  return typeof thrown.code === 'string' ? thrown.code : ''
}
