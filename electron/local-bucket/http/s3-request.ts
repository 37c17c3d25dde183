import type { IncomingMessage } from 'node:http'
import { S3Error } from './errors.ts'

/**
 * A request as received. Every string holds one byte per character (latin1), as Node's HTTP parser
 * returns it, so the bytes that are hashed are the bytes that were sent.
 */
export interface RawRequest {
  readonly method: string
  /** The path before any `?`, still percent-encoded. */
  readonly path: string
  /** The part after `?`. */
  readonly query: string
  /** Names as sent, in order, including duplicates. */
  readonly headers: readonly (readonly [name: string, value: string])[]
}

/** A parsed request, read from the same raw text that its signature covers. */
export interface S3Request {
  readonly raw: RawRequest
  readonly method: string
  /** Null for the list of buckets. */
  readonly bucket: string | null
  /** Empty for a request about the bucket itself. */
  readonly key: string
  readonly query: ReadonlyMap<string, string>
  /** Lower-case names; repeated headers are joined by commas. One byte per character. */
  readonly headers: ReadonlyMap<string, string>
}

export function rawRequestOf(message: IncomingMessage): RawRequest {
  const target = message.url ?? '/'
  const at = target.indexOf('?')
  const headers: [string, string][] = []
  for (let index = 0; index + 1 < message.rawHeaders.length; index += 2) {
    headers.push([message.rawHeaders[index] ?? '', message.rawHeaders[index + 1] ?? ''])
  }
  return {
    method: message.method ?? '',
    path: at < 0 ? target : target.slice(0, at),
    query: at < 0 ? '' : target.slice(at + 1),
    headers,
  }
}

/** Without `hostBucket`, the bucket is the first segment of the path. */
export function s3RequestOf(raw: RawRequest, hostBucket: string | null): S3Request {
  if (!raw.path.startsWith('/')) throw new S3Error('InvalidURI')
  const headers = headersOf(raw)
  const query = queryOf(raw.query)
  addHoisted(headers, query)
  const rest = raw.path.slice(1)
  if (hostBucket !== null) {
    return { raw, method: raw.method, bucket: hostBucket, key: decoded(rest), query, headers }
  }
  const slash = rest.indexOf('/')
  const bucket = decoded(slash < 0 ? rest : rest.slice(0, slash))
  const key = slash < 0 ? '' : decoded(rest.slice(slash + 1))
  return { raw, method: raw.method, bucket: bucket === '' ? null : bucket, key, query, headers }
}

/** Parses a non-negative integer; null when the header is missing. */
export function wholeNumber(text: string | null | undefined, name: string): number | null {
  if (text === null || text === undefined || text === '') return null
  if (!/^\d{1,15}$/.test(text)) {
    throw new S3Error('InvalidArgument', `Provided ${name} not an integer or within integer range`)
  }
  return Number(text)
}

function headersOf(raw: RawRequest): Map<string, string> {
  const headers = new Map<string, string>()
  for (const [name, value] of raw.headers) {
    const lower = name.toLowerCase()
    const before = headers.get(lower)
    headers.set(lower, before === undefined ? value.trim() : `${before},${value.trim()}`)
  }
  return headers
}

function queryOf(query: string): Map<string, string> {
  const values = new Map<string, string>()
  for (const pair of query.split('&')) {
    if (pair === '') continue
    const at = pair.indexOf('=')
    const name = decoded(at < 0 ? pair : pair.slice(0, at))
    if (!values.has(name)) values.set(name, at < 0 ? '' : decoded(pair.slice(at + 1)))
  }
  return values
}

/** Presigned URLs carry `x-amz-*` headers in the query; S3 treats them as headers. */
function addHoisted(headers: Map<string, string>, query: ReadonlyMap<string, string>): void {
  for (const [name, value] of query) {
    const lower = name.toLowerCase()
    if (lower.startsWith('x-amz-') && !headers.has(lower) && !AUTH_FIELDS.has(lower)) {
      headers.set(lower, headerText(value))
    }
  }
}

/**
 * Encodes a text as a header value with one byte per character. Characters that headers cannot hold
 * are refused, because the text came from elsewhere and would break the answers that repeat it.
 */
export function headerText(text: string): string {
  const bytes = Buffer.from(text, 'utf8').toString('latin1')
  if (/[^\t\x20-\x7e\x80-\xff]/.test(bytes)) {
    throw new S3Error('InvalidArgument', 'A header value may not contain control characters.')
  }
  return bytes
}

const AUTH_FIELDS = new Set(
  [
    'algorithm',
    'credential',
    'date',
    'expires',
    'signedheaders',
    'signature',
    'content-sha256',
  ].map((field) => `x-amz-${field}`),
)

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Percent-decodes a text. A result that is not UTF-8 cannot be a name in S3. */
function decoded(text: string): string {
  if (/%(?![0-9A-Fa-f]{2})/.test(text)) throw new S3Error('InvalidURI')
  const bytes = text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
  try {
    return utf8.decode(Buffer.from(bytes, 'latin1'))
  } catch {
    throw new S3Error('InvalidURI')
  }
}
