import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Claims, type HandMade, hostOf, presigned, signedHeaders } from '../hand-signed.ts'
import { exchange, type RawAnswer } from '../raw-exchange.ts'
import { type TemporaryBucket, temporaryBucket } from '../temporary-bucket.ts'

const NOW = Date.UTC(2026, 0, 15, 12, 0, 0)
const MINUTE = 60_000
const AT: Claims = { atMs: NOW }

let temporary: TemporaryBucket
const logged: string[] = []
beforeAll(async () => {
  const log = { warn: (event: object, text: string) => logged.push(JSON.stringify(event) + text) }
  temporary = await temporaryBucket({ now: () => NOW, log })
})
afterAll(() => temporary.discard())

const put: HandMade = { method: 'PUT', path: '/ferry/key' }
const get: HandMade = { method: 'GET', path: '/ferry/key' }
const verdict = ({ status, code }: RawAnswer) => ({ status, code })

/** Sends a presigned request, changed by `tamper`. */
async function byQuery(
  made: HandMade,
  claims: Claims = AT,
  tamper: (sent: { method: string; target: string }) => { method: string; target: string } = (
    sent,
  ) => sent,
) {
  const target = presigned(temporary.store, made, claims)
  const sent = tamper({ method: made.method, target })
  const headers = made.headers ?? {}
  return exchange(temporary.store, { ...sent, headers, body: made.method === 'PUT' ? 'x' : '' })
}

async function byHeader(made: HandMade, claims: Claims = AT, more: Record<string, string> = {}) {
  const headers = { ...signedHeaders(temporary.store, made, claims), ...more }
  const target = made.path + (made.query === undefined ? '' : `?${made.query}`)
  return exchange(temporary.store, {
    method: made.method,
    target,
    headers,
    body: made.method === 'PUT' ? 'x' : '',
  })
}

describe('a signed request', () => {
  it('is served, signed by query or by header', async () => {
    const written = await byQuery(put)
    const read = await byHeader(get)

    expect(verdict(written)).toEqual({ status: 200, code: '' })
    expect(read).toMatchObject({ status: 200, body: 'x' })
  })

  it("is also served at the bucket's host name", async () => {
    const { store } = temporary
    const host = `ferry.localhost:${new URL(store.endpoint).port}`
    const virtual = { ...store, endpoint: `http://${host}` }
    await byQuery(put)

    const target = presigned(virtual, { method: 'GET', path: '/key' }, AT)
    const answer = await exchange(store, { method: 'GET', target, host })

    expect(answer).toMatchObject({ status: 200, body: 'x' })
  })
})

describe('a request without a signature', () => {
  it.each(['GET', 'PUT', 'POST', 'DELETE'])('is refused: %s', async (method) => {
    const answer = await exchange(temporary.store, { method, target: '/ferry/key', body: 'x' })

    expect(verdict(answer)).toEqual({ status: 403, code: 'AccessDenied' })
  })

  it('gets no body for a HEAD', async () => {
    const answer = await exchange(temporary.store, { method: 'HEAD', target: '/ferry/key' })

    expect(answer).toMatchObject({ status: 403, body: '' })
  })

  it.each(['/', '/ferry', '/ferry?uploads', '/ferry/key?uploadId=../..&partNumber=1'])(
    'is refused at %s',
    async (target) => {
      const answer = await exchange(temporary.store, { method: 'GET', target })

      expect(verdict(answer)).toEqual({ status: 403, code: 'AccessDenied' })
    },
  )
})

describe('a tampered request', () => {
  const refused = { status: 403, code: 'SignatureDoesNotMatch' }

  it('is refused when its method was changed', async () => {
    const answer = await byQuery(get, AT, (sent) => ({ ...sent, method: 'DELETE' }))

    expect(verdict(answer)).toEqual(refused)
  })

  it.each([
    ['another key', '/ferry/key', '/ferry/kez'],
    ['an escaped letter', '/ferry/key', '/ferry/%6bey'],
    ['a doubled slash', '/ferry/key', '/ferry//key'],
    ['a step up', '/ferry/key', '/ferry/x/../key'],
    ['another expiry', 'X-Amz-Expires=300', 'X-Amz-Expires=301'],
    ['another date', '120000Z', '120001Z'],
    ['an added name', 'X-Amz-Expires', 'versionId=null&X-Amz-Expires'],
    ['another disposition', 'disposition=inline', 'disposition=attachment'],
    ['a plus for a space', 'type=a%20b', 'type=a+b'],
  ])('is refused when it has %s', async (_, from, to) => {
    const query = 'response-content-disposition=inline&response-content-type=a%20b'
    const answer = await byQuery({ ...get, query }, AT, (sent) => ({
      ...sent,
      target: sent.target.replace(from, to),
    }))

    expect(verdict(answer)).toEqual(refused)
  })

  it.each([
    ['a digit', (signature: string) => signature.replace(/.$/, (end) => (end === '0' ? '1' : '0'))],
    ['its end', (signature: string) => signature.slice(0, -1)],
    ['all of it', () => ''],
    ['its case', (signature: string) => signature.toUpperCase()],
  ])('is refused when its signature lacks %s', async (_, change) => {
    const answer = await byQuery(get, AT, (sent) => ({
      ...sent,
      target: sent.target.replace(/[0-9a-f]{64}$/, change),
    }))

    expect(verdict(answer)).toEqual(refused)
  })

  it('is refused when a signed header was changed or omitted', async () => {
    const made = { ...put, headers: { 'content-type': 'text/plain' } }

    const changed = await byHeader(made, AT, { 'content-type': 'text/html' })
    const target = presigned(temporary.store, made, AT)
    const missing = await exchange(temporary.store, { method: 'PUT', target, body: 'x' })

    expect([verdict(changed), verdict(missing)]).toEqual([refused, refused])
  })

  it.each([byHeader, byQuery])(
    'is refused when it carries an unsigned x-amz header',
    async (by) => {
      const more = { 'x-amz-meta-added': '1', 'x-amz-acl': 'public-read' }
      const target = presigned(temporary.store, put, AT)
      const answer =
        by === byHeader
          ? await byHeader(put, AT, more)
          : await exchange(temporary.store, { method: 'PUT', target, headers: more, body: 'x' })

      expect(verdict(answer)).toEqual({ status: 403, code: 'AccessDenied' })
      expect(answer.body).toContain(
        '<HeadersNotSigned>x-amz-meta-added, x-amz-acl</HeadersNotSigned>',
      )
    },
  )

  it('is refused when its body is not the signed one', async () => {
    const payloadHash = createHash('sha256').update('y').digest('hex')

    const answer = await byHeader({ ...put, payloadHash })

    expect(verdict(answer)).toEqual({ status: 400, code: 'XAmzContentSHA256Mismatch' })
  })
})

describe('time', () => {
  it('accepts a presigned request until it expires', async () => {
    const last = await byQuery(get, { atMs: NOW - 300_000, expiresSeconds: 300 })
    const late = await byQuery(get, { atMs: NOW - 301_000, expiresSeconds: 300 })

    expect(last.status).toBe(200)
    expect(verdict(late)).toEqual({ status: 403, code: 'AccessDenied' })
    expect(late.body).toContain('<Message>Request has expired</Message>')
    expect(late.body).toContain('<Expires>2026-01-15T11:59:59.000Z</Expires>')
    expect(late.body).toContain('<ServerTime>2026-01-15T12:00:00.000Z</ServerTime>')
  })

  it('refuses a presigned request from the future', async () => {
    const soon = await byQuery(get, { atMs: NOW + 15 * MINUTE })
    const later = await byQuery(get, { atMs: NOW + 15 * MINUTE + 1000 })

    expect(soon.status).toBe(200)
    expect(verdict(later)).toEqual({ status: 403, code: 'AccessDenied' })
    expect(later.body).toContain('Request is not yet valid')
  })

  it.each([-1, 1])(
    'allows a clock difference of 15 minutes and no more, direction %i',
    async (sign) => {
      const near = await byHeader(get, { atMs: NOW + sign * 15 * MINUTE })
      const far = await byHeader(get, { atMs: NOW + sign * (15 * MINUTE + 1000) })

      expect(near.status).toBe(200)
      expect(verdict(far)).toEqual({ status: 403, code: 'RequestTimeTooSkewed' })
      expect(far.body).toContain('<ServerTime>2026-01-15T12:00:00.000Z</ServerTime>')
      expect(far.body).toContain('<MaxAllowedSkewMilliseconds>900000</MaxAllowedSkewMilliseconds>')
    },
  )

  it.each(['0', '604801', '-1', '1e3', ''])('refuses an expiry of "%s" seconds', async (life) => {
    const answer = await byQuery(get, { atMs: NOW, expiresSeconds: life })

    expect(verdict(answer)).toEqual({ status: 400, code: 'AuthorizationQueryParametersError' })
  })

  it('accepts the longest expiry', async () => {
    const answer = await byQuery(get, { atMs: NOW - 604_800_000, expiresSeconds: 604_800 })

    expect(answer.status).toBe(200)
  })
})

describe('credentials', () => {
  it.each([byHeader, byQuery])('with an unknown key are refused', async (by) => {
    const answer = await by(get, { atMs: NOW, accessKeyId: 'AKIAIOSFODNN7EXAMPLE' })

    expect(verdict(answer)).toEqual({ status: 403, code: 'InvalidAccessKeyId' })
  })

  it.each([
    [byHeader, 'AuthorizationHeaderMalformed'],
    [byQuery, 'AuthorizationQueryParametersError'],
  ] as const)('for a wrong region are answered with the right one', async (by, code) => {
    const answer = await by(get, { atMs: NOW, region: 'us-east-1' })

    expect(verdict(answer)).toEqual({ status: 400, code })
    expect(answer.body).toContain('<Region>local</Region>')
  })

  it.each([{ service: 'iam' }, { day: '20260114' }])('for %j are refused', async (wrong) => {
    const header = await byHeader(get, { atMs: NOW, ...wrong })
    const query = await byQuery(get, { atMs: NOW, ...wrong })

    expect([header.code, query.code]).toEqual([
      'AuthorizationHeaderMalformed',
      'AuthorizationQueryParametersError',
    ])
  })

  it.each([
    ['AWS key:signature', 'InvalidRequest'],
    ['AWS4-HMAC-SHA256 nonsense', 'AuthorizationHeaderMalformed'],
    [
      'AWS4-HMAC-SHA256 Credential=a, SignedHeaders=host, Signature=b',
      'AuthorizationHeaderMalformed',
    ],
    ['Bearer token', 'InvalidRequest'],
  ])('in the form "%s" are refused', async (authorization, code) => {
    const answer = await byHeader(get, AT, { authorization })

    expect(verdict(answer)).toEqual({ status: 400, code })
  })

  it('in both header and query are refused', async () => {
    const target = presigned(temporary.store, get, AT)
    const headers = signedHeaders(temporary.store, get, AT)

    const answer = await exchange(temporary.store, { method: 'GET', target, headers })

    expect(verdict(answer)).toEqual({ status: 400, code: 'InvalidArgument' })
  })

  it('with a duplicate field are refused', async () => {
    const answer = await byQuery(get, AT, (sent) => ({
      ...sent,
      target: `${sent.target}&X-Amz-Expires=604800`,
    }))

    expect(verdict(answer)).toEqual({ status: 400, code: 'AuthorizationQueryParametersError' })
  })

  it('with a session token are refused', async () => {
    const answer = await byHeader({ ...get, headers: { 'x-amz-security-token': 'token' } })

    expect(verdict(answer)).toEqual({ status: 400, code: 'InvalidToken' })
  })

  it('must cover the host', async () => {
    const { authorization, ...headers } = signedHeaders(temporary.store, get, AT)
    const without = { ...headers, authorization: authorization?.replace('host;', '') ?? '' }

    const answer = await exchange(temporary.store, {
      method: 'GET',
      target: '/ferry/key',
      headers: without,
    })

    expect(verdict(answer)).toEqual({ status: 400, code: 'AuthorizationHeaderMalformed' })
  })

  it('need a payload hash of a known form', async () => {
    const { 'x-amz-content-sha256': _, ...without } = signedHeaders(temporary.store, get, AT)
    const request = { method: 'GET', target: '/ferry/key' }

    const missing = await exchange(temporary.store, { ...request, headers: without })
    const strange = await byHeader({ ...get, payloadHash: 'STREAMING-SOMETHING' })

    expect([missing.code, strange.code]).toEqual(['InvalidRequest', 'InvalidArgument'])
  })
})

describe('the error document', () => {
  it('contains no part of the query, the signature or the secret', async () => {
    const answer = await byQuery(get, AT, (sent) => ({ ...sent, target: `${sent.target}0` }))

    expect(answer.body).toMatch(/<RequestId>[0-9A-F]{16}<\/RequestId>/)
    expect(answer.body).not.toMatch(/X-Amz-|[0-9a-f]{32}/)
    expect(answer.body).not.toContain(temporary.store.credentials.secretAccessKey)
    expect(answer.body).not.toContain(hostOf(temporary.store))
    expect(logged).toEqual([])
  })
})
