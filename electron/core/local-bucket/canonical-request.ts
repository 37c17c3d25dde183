import { createHash } from 'node:crypto'

/**
 * A request as it came over the wire. Every string holds one byte per character (latin1), as
 * Node's HTTP parser hands them out, so that what is hashed is what was sent.
 */
export interface RawRequest {
  readonly method: string
  /** The path before any `?`, still percent-encoded. */
  readonly path: string
  /** What follows `?`, without it. */
  readonly query: string
  /** Names as sent, in order, repeated ones repeated. */
  readonly headers: readonly (readonly [name: string, value: string])[]
}

/**
 * Signature Version 4's first stage, for S3: the path is neither normalised nor encoded twice.
 * It works on the raw form: what is escaped stays as it is, and only bytes that a signer must
 * escape are, so no two different requests share a canonical form by decoding.
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

/** Sorted by name, then value; the signature itself is not part of what it signs. */
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

/** A bare `+` is a plus and not a space, here as in what the router reads. */
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
