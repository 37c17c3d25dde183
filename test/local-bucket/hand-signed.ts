import { createHash, createHmac } from 'node:crypto'
import type { Store } from './conformance/store.ts'

/** A request whose bytes the test controls; path and query are sent unchanged. */
export interface HandMade {
  readonly method: string
  readonly path: string
  /** Without `?`. */
  readonly query?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly payloadHash?: string
}

/** The claims of a signature; each can be made wrong separately. */
export interface Claims {
  readonly atMs: number
  readonly expiresSeconds?: number | string
  readonly region?: string
  readonly service?: string
  readonly accessKeyId?: string
  readonly day?: string
}

export const amzDate = (ms: number): string =>
  new Date(ms).toISOString().replace(/[-:]|\.\d{3}/g, '')

/** The target of a presigned request, implemented independently of the server. */
export function presigned(store: Store, made: HandMade, claims: Claims): string {
  const headers = { host: hostOf(store), ...lower(made.headers) }
  const names = Object.keys(headers).sort()
  const scope = scopeOf(store, claims)
  const accessKeyId = claims.accessKeyId ?? store.credentials.accessKeyId
  const fields = [
    ...(made.query ? made.query.split('&') : []),
    'X-Amz-Algorithm=AWS4-HMAC-SHA256',
    `X-Amz-Credential=${encodeURIComponent(`${accessKeyId}/${scope}`)}`,
    `X-Amz-Date=${amzDate(claims.atMs)}`,
    `X-Amz-Expires=${claims.expiresSeconds ?? 300}`,
    `X-Amz-SignedHeaders=${encodeURIComponent(names.join(';'))}`,
  ]
  const query = canonicalQuery(fields)
  const payloadHash = made.payloadHash ?? 'UNSIGNED-PAYLOAD'
  const signature = sign(store, { ...made, payloadHash }, query, headers, names, scope, claims)
  return `${made.path}?${fields.join('&')}&X-Amz-Signature=${signature}`
}

export function signedHeaders(
  store: Store,
  made: HandMade,
  claims: Claims,
): Record<string, string> {
  const payloadHash = made.payloadHash ?? 'UNSIGNED-PAYLOAD'
  const headers: Record<string, string> = {
    host: hostOf(store),
    ...lower(made.headers),
    'x-amz-date': amzDate(claims.atMs),
    'x-amz-content-sha256': payloadHash,
  }
  const names = Object.keys(headers).sort()
  const scope = scopeOf(store, claims)
  const query = canonicalQuery(made.query ? made.query.split('&') : [])
  const signature = sign(store, { ...made, payloadHash }, query, headers, names, scope, claims)
  const accessKeyId = claims.accessKeyId ?? store.credentials.accessKeyId
  const credential = `Credential=${accessKeyId}/${scope}`
  const authorization = `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=${names.join(';')}, Signature=${signature}`
  return { ...headers, authorization }
}

export function hostOf(store: Store): string {
  return new URL(store.endpoint).host
}

export function signingKeyOf(store: Store, claims: Claims): Buffer {
  const parts = scopeOf(store, claims).split('/')
  return parts.reduce(hmac, Buffer.from(`AWS4${store.credentials.secretAccessKey}`))
}

function sign(
  store: Store,
  made: HandMade & { payloadHash: string },
  query: string,
  headers: Readonly<Record<string, string>>,
  names: readonly string[],
  scope: string,
  claims: Claims,
): string {
  const canonical = [
    made.method,
    made.path,
    query,
    ...names.map((name) => `${name}:${headers[name]?.trim().replace(/ +/g, ' ')}`),
    '',
    names.join(';'),
    made.payloadHash,
  ].join('\n')
  const sha256 = createHash('sha256').update(canonical).digest('hex')
  const text = ['AWS4-HMAC-SHA256', amzDate(claims.atMs), scope, sha256].join('\n')
  return hmac(signingKeyOf(store, claims), text).toString('hex')
}

function scopeOf(store: Store, claims: Claims): string {
  const day = claims.day ?? amzDate(claims.atMs).slice(0, 8)
  return `${day}/${claims.region ?? store.region}/${claims.service ?? 's3'}/aws4_request`
}

function canonicalQuery(fields: readonly string[]): string {
  return fields
    .map((field) => (field.includes('=') ? field : `${field}=`))
    .sort()
    .join('&')
}

function lower(headers: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  )
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}
