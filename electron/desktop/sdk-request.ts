import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'

/** What the SDK hands over: the shape of `@smithy/types`' `HttpRequest`, of which this much is read. */
export interface SdkRequest {
  readonly method: string
  readonly protocol: string
  readonly hostname: string
  readonly port?: number
  readonly path: string
  readonly query?: Readonly<Record<string, string | readonly string[] | null>>
  readonly headers: Readonly<Record<string, string>>
  readonly body?: unknown
}

/**
 * Chromium writes these itself from the URL and the body, with the values that were signed, and
 * refuses them from us (docs/api/client-request.md). `expect` would only wait for nothing: the
 * bodies of control calls are small.
 */
const CHROMIUM_HEADERS = new Set([
  'host',
  'content-length',
  'connection',
  'keep-alive',
  'transfer-encoding',
  'te',
  'trailer',
  'upgrade',
  'expect',
])

export function urlOf({ protocol, hostname, port, path, query = {} }: SdkRequest): string {
  const pairs = Object.entries(query).flatMap(([name, value]) => {
    if (value === null) return [escaped(name)]
    const values = typeof value === 'string' ? [value] : value
    return values.map((each) => `${escaped(name)}=${escaped(each)}`)
  })
  const host = port === undefined ? hostname : `${hostname}:${port}`
  return `${protocol}//${host}${path}${pairs.length === 0 ? '' : `?${pairs.join('&')}`}`
}

/** RFC 3986's unreserved characters stay; the signature was made over exactly this form. */
function escaped(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

export async function bodyOf(body: unknown): Promise<Buffer | null> {
  if (body === undefined || body === null) return null
  if (typeof body === 'string') return Buffer.from(body)
  if (ArrayBuffer.isView(body)) return Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  if (body instanceof ArrayBuffer) return Buffer.from(body)
  if (body instanceof Readable) return buffer(body)
  throw new TypeError('A body of an unknown kind')
}

export function ownHeaders(headers: SdkRequest['headers']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !CHROMIUM_HEADERS.has(name.toLowerCase())),
  )
}
