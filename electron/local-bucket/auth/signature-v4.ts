import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { RawRequest } from '../http/s3-request.ts'

/**
 * The first stage of Signature Version 4 for S3: the path is neither normalised nor encoded twice.
 * It works on the raw form: existing escapes stay, and only bytes that a signer must escape are
 * escaped, so two different requests never share a canonical form.
 * Source: docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */
export function canonicalRequest(
  request: RawRequest,
  signedHeaders: readonly string[],
  payloadHash: string,
): string {
  return [
    request.method,
    canonicalPath(request.path),
    canonicalQuery(request.query),
    ...signedHeaders.map((name) => `${name}:${canonicalValue(request, name)}`),
    '',
    signedHeaders.join(';'),
    payloadHash,
  ].join('\n')
}

/** Hex SHA-256 of a text that holds one byte per character. */
export function sha256OfBytes(text: string): string {
  return createHash('sha256').update(text, 'latin1').digest('hex')
}

function canonicalPath(path: string): string {
  return path === ''
    ? '/'
    : path.replace(/%(?![0-9A-Fa-f]{2})|[^A-Za-z0-9\-._~/%]/g, percentEncoded)
}

/** Sorted by name, then by value, without the signature itself. */
function canonicalQuery(query: string): string {
  return query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const at = pair.indexOf('=')
      const name = at < 0 ? pair : pair.slice(0, at)
      return [canonicalWord(name), at < 0 ? '' : canonicalWord(pair.slice(at + 1))] as const
    })
    .filter(([name]) => name !== 'X-Amz-Signature')
    .sort((a, b) => compare(a[0], b[0]) || compare(a[1], b[1]))
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
}

/** A bare `+` stays a plus sign, as it does in `queryOf`. */
function canonicalWord(word: string): string {
  return word.replace(/%(?![0-9A-Fa-f]{2})|[^A-Za-z0-9\-._~%]/g, percentEncoded)
}

function canonicalValue(request: RawRequest, name: string): string {
  return request.headers
    .filter(([sent]) => sent.toLowerCase() === name)
    .map(([, value]) => value.trim().replace(/ +/g, ' '))
    .join(',')
}

function percentEncoded(byte: string): string {
  return `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

export const ALGORITHM = 'AWS4-HMAC-SHA256'

/** The credential scope of a signature: day, region and service. */
export interface SigningScope {
  /** `YYYYMMDD` */
  readonly day: string
  readonly region: string
  readonly service: string
}

export function scopeText(scope: SigningScope): string {
  return `${scope.day}/${scope.region}/${scope.service}/aws4_request`
}

/** `amzDate` is `YYYYMMDDTHHMMSSZ`. */
export function stringToSign(amzDate: string, scope: SigningScope, canonical: string): string {
  return [ALGORITHM, amzDate, scopeText(scope), sha256OfBytes(canonical)].join('\n')
}

export function signingKey(secretAccessKey: string, scope: SigningScope): Buffer {
  const day = hmac(`AWS4${secretAccessKey}`, scope.day)
  return hmac(hmac(hmac(day, scope.region), scope.service), 'aws4_request')
}

/** 64 hex digits. */
export function signatureOf(key: Buffer, text: string): string {
  return hmac(key, text).toString('hex')
}

/** Compares in constant time. */
export function isSameSignature(expected: string, given: string): boolean {
  const a = Buffer.from(expected, 'latin1')
  const b = Buffer.from(given, 'latin1')
  return a.length === b.length && timingSafeEqual(a, b)
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text, 'latin1').digest()
}
