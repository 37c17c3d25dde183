import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { presigned } from '../hand-signed.ts'
import { type TemporaryBucket, temporaryBucket } from '../temporary-bucket.ts'

const PAGE = 'http://127.0.0.1:4000'

let temporary: TemporaryBucket
let origins: readonly string[] = [PAGE]
beforeAll(async () => {
  temporary = await temporaryBucket({ allowedOrigins: () => origins })
})
afterAll(() => temporary.discard())

const preflight = (Origin: string, more: Record<string, string> = {}) =>
  fetch(`${temporary.store.endpoint}/ferry/key?uploadId=x&partNumber=1`, {
    method: 'OPTIONS',
    headers: {
      Origin,
      'Access-Control-Request-Method': 'PUT',
      'Access-Control-Request-Headers': 'content-type,x-amz-checksum-crc64nvme',
      ...more,
    },
  })

describe("Ferry's own page", () => {
  it('may send parts without any CORS rule', async () => {
    const answer = await preflight(PAGE)

    expect(answer.status).toBe(200)
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'access-control-allow-origin': PAGE,
      'access-control-allow-headers': 'content-type, x-amz-checksum-crc64nvme',
      'access-control-allow-methods': expect.stringContaining('PUT'),
    })
    expect(answer.headers.get('access-control-allow-private-network')).toBeNull()
  })

  it('is allowed from another network when it asks', async () => {
    const answer = await preflight(PAGE, { 'Access-Control-Request-Private-Network': 'true' })

    expect(answer.headers.get('access-control-allow-private-network')).toBe('true')
  })

  it('can read the ETag of a part and the reason for an error', async () => {
    const made = { method: 'PUT', path: '/ferry/key' }
    const target = presigned(temporary.store, made, { atMs: Date.now() })
    const send = (to: string) =>
      fetch(temporary.store.endpoint + to, {
        method: 'PUT',
        body: 'x',
        headers: { Origin: PAGE },
      })

    const sent = await send(target)
    const refused = await send(`${target}0`)

    expect([sent.status, refused.status]).toEqual([200, 403])
    for (const answer of [sent, refused]) {
      expect(answer.headers.get('access-control-allow-origin')).toBe(PAGE)
      expect(answer.headers.get('access-control-expose-headers')).toContain('ETag')
      expect(answer.headers.get('vary')).toContain('Origin')
    }
  })

  it.each([
    'http://127.0.0.1:4001',
    'https://127.0.0.1:4000',
    'http://localhost:4000',
    'http://127.0.0.1:4000.evil.example',
    'null',
  ])('is no other origin: %s', async (origin) => {
    const answer = await preflight(origin, { 'Access-Control-Request-Private-Network': 'true' })

    expect(answer.status).toBe(403)
    expect(answer.headers.get('access-control-allow-origin')).toBeNull()
    expect(answer.headers.get('access-control-allow-private-network')).toBeNull()
  })

  it('may move to another origin while the bucket runs', async () => {
    const moved = 'http://127.0.0.1:5000'
    origins = [moved]

    const [before, now] = [await preflight(PAGE), await preflight(moved)]
    origins = [PAGE]

    expect([before.status, now.status]).toEqual([403, 200])
  })
})

describe('an object that is a web page', () => {
  it.each(['text/html', 'image/svg+xml; charset=utf-8', 'application/xhtml+xml', 'text/xml'])(
    'of type %s is opened with a separate origin',
    async (type) => {
      const headers = { 'content-type': type }
      const put = { method: 'PUT', path: '/ferry/active', headers }
      const get = { method: 'GET', path: '/ferry/active' }
      const targets = [put, get].map((made) =>
        presigned(temporary.store, made, { atMs: Date.now() }),
      )
      const [to, from] = targets.map((target) => temporary.store.endpoint + target)
      await fetch(to ?? '', { method: 'PUT', body: '<p>', headers })

      const answer = await fetch(from ?? '')

      expect(answer.headers.get('content-security-policy')).toMatch(/^sandbox; /)
      expect(answer.headers.get('content-security-policy')).not.toContain('allow-same-origin')
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    },
  )
})
