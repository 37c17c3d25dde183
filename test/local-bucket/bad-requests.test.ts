import { createHash, createHmac } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { GetObjectCommand, ListPartsCommand } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { clientOf, MIB, refusalOf } from './conformance/store.ts'
import { amzDate, type HandMade, presigned, signedHeaders, signingKeyOf } from './hand-signed.ts'
import { answerOf, connected, exchange, headOf, type RawAnswer } from './raw-exchange.ts'
import { type TemporaryBucket, temporaryBucket } from './temporary-bucket.ts'

let temporary: TemporaryBucket
beforeAll(async () => {
  temporary = await temporaryBucket()
})
afterAll(() => temporary.discard())

const verdict = ({ status, code }: RawAnswer) => ({ status, code })
const workFiles = () => readdir(path.join(temporary.folder, 'work'))

/** One request, presigned now. */
async function send(
  made: HandMade,
  more: { body?: Buffer | string; headers?: Record<string, string>; host?: string | null } = {},
) {
  const target = presigned(temporary.store, made, { atMs: Date.now() })
  const headers = { ...made.headers, ...more.headers }
  return exchange(temporary.store, { method: made.method, target, ...more, headers })
}

async function beginUpload(key: string): Promise<string> {
  const answer = await send({ method: 'POST', path: `/ferry/${key}`, query: 'uploads' })
  return /<UploadId>([^<]+)/.exec(answer.body)?.[1] ?? ''
}

describe('the Host header', () => {
  it.each([
    'evil.example',
    '127.0.0.1.evil.example',
    '127.0.0.1:1',
    'localhost',
    'other.localhost:PORT',
    'x@127.0.0.1:PORT',
    '127.0.0.1:PORT.evil.example',
    '2130706433:PORT',
    '',
  ])('%j is refused', async (text) => {
    const host = text.replace('PORT', new URL(temporary.store.endpoint).port)

    const answer = await send({ method: 'GET', path: '/ferry/x' }, { host })

    expect(verdict(answer)).toEqual({ status: 403, code: 'AccessDenied' })
    expect(answer.body).toContain('its own address')
  })

  it('is required', async () => {
    const answer = await send({ method: 'GET', path: '/ferry/x' }, { host: null })

    expect(verdict(answer)).toEqual({ status: 403, code: 'AccessDenied' })
  })
})

describe('the path', () => {
  it.each(['/ferry/%', '/ferry/%zz', '/ferry/%ff', '/ferry/%c0%ae%c0%ae/', '/ferry/%ed%a0%80'])(
    '%s is not a name in UTF-8',
    async (target) => {
      const answer = await send({ method: 'GET', path: target })

      expect(verdict(answer)).toEqual({ status: 400, code: 'InvalidURI' })
    },
  )

  it('may not be a whole URL', async () => {
    const answer = await exchange(temporary.store, {
      method: 'GET',
      target: 'http://127.0.0.1/ferry/x',
    })

    expect(verdict(answer)).toEqual({ status: 400, code: 'InvalidURI' })
  })

  it.each([
    '/ferry/../../../../../../tmp/outside',
    '/ferry/..%2f..%2f..%2foutside',
    '/ferry/.ferry/incoming/../../outside',
    '/ferry/%00outside',
    '/ferry/C%3A%5Coutside',
  ])('%s writes nothing outside the folder', async (target) => {
    const written = await send({ method: 'PUT', path: target }, { body: 'inside' })
    const read = await send({ method: 'GET', path: target })

    const names = await readdir(temporary.bucket.objectsFolder)
    expect([written.status, read.body]).toEqual([200, 'inside'])
    expect(names).toEqual([])
    expect((await readdir(temporary.folder)).filter((name) => /outside/.test(name))).toEqual([])
  })

  it('of another bucket is not found', async () => {
    const answer = await send({ method: 'GET', path: '/..%2fferry/x' })

    expect(verdict(answer)).toEqual({ status: 404, code: 'NoSuchBucket' })
  })
})

describe('unsupported operations', () => {
  it.each(['acl', 'policy', 'object-lock', 'restore', 'torrent', 'attributes'])(
    '?%s is answered as not implemented',
    async (query) => {
      const answer = await send({ method: 'GET', path: '/ferry/x', query })

      expect(verdict(answer)).toEqual({ status: 501, code: 'NotImplemented' })
    },
  )

  it('are never taken for a plain PUT or DELETE', async () => {
    const acl = await send({ method: 'PUT', path: '/ferry/x', query: 'acl' }, { body: '<acl/>' })
    const tags = await send({ method: 'DELETE', path: '/ferry/x', query: 'tagging' })

    expect([acl.status, tags.status]).toEqual([501, 501])
    expect((await send({ method: 'HEAD', path: '/ferry/x' })).status).toBe(404)
  })

  it.each([
    ['PATCH', '/ferry/x'],
    ['POST', '/ferry/x'],
    ['DELETE', '/ferry'],
    ['PUT', '/'],
  ])('%s %s is answered as a method that is not allowed', async (method, target) => {
    const answer = await send({ method, path: target }, { body: '' })

    expect(verdict(answer)).toEqual({ status: 405, code: 'MethodNotAllowed' })
  })

  it.each(['x-amz-server-side-encryption', 'x-amz-object-lock-mode'])(
    'behind the header %s are refused, not ignored',
    async (name) => {
      const made = { method: 'PUT', path: '/ferry/x', headers: { [name]: 'AES256' } }

      const answer = await send(made, { body: 'x' })

      expect(verdict(answer)).toEqual({ status: 501, code: 'NotImplemented' })
    },
  )
})

describe('an ACL', () => {
  it.each([
    ['private', 200, ''],
    ['bucket-owner-full-control', 200, ''],
    ['public-read', 400, 'AccessControlListNotSupported'],
  ])('%s is answered with %i', async (acl, status, code) => {
    const headers = { 'x-amz-acl': acl }

    const answer = await send({ method: 'PUT', path: '/ferry/x', headers }, { body: 'x' })

    expect(verdict(answer)).toEqual({ status, code })
  })
})

describe('a value from the query', () => {
  it.each([
    'x-amz-meta-a=%0d%0aSet-Cookie:%20b',
    'x-amz-meta-a=%00',
    'x-amz-meta-%C3%BC=a',
    'x-amz-meta-a%20b=a',
  ])('may not break the headers of later answers: %s', async (query) => {
    const answer = await send({ method: 'PUT', path: '/ferry/broken', query }, { body: 'x' })

    expect(verdict(answer)).toEqual({ status: 400, code: 'InvalidArgument' })
  })

  it('may not break the headers of this answer', async () => {
    await send({ method: 'PUT', path: '/ferry/overridden' }, { body: 'x' })
    const query = 'response-content-type=a%0d%0ab'

    const answer = await send({ method: 'GET', path: '/ferry/overridden', query })

    expect(verdict(answer)).toEqual({ status: 400, code: 'InvalidArgument' })
  })

  it.each(['partNumber=1', 'versionId=null'])(
    'is not stored as a plain PUT with ?%s',
    async (query) => {
      const answer = await send({ method: 'PUT', path: '/ferry/stray', query }, { body: 'x' })

      expect(verdict(answer)).toEqual({ status: 400, code: 'InvalidArgument' })
    },
  )
})

describe('a body', () => {
  it('without a length is refused', async () => {
    const answer = await send({ method: 'PUT', path: '/ferry/x' })

    expect(verdict(answer)).toEqual({ status: 411, code: 'MissingContentLength' })
  })

  it('in HTTP chunks is refused', async () => {
    const headers = { 'transfer-encoding': 'chunked' }
    const target = presigned(
      temporary.store,
      { method: 'PUT', path: '/ferry/x' },
      { atMs: Date.now() },
    )
    const socket = await connected(temporary.store)
    socket.write(headOf(temporary.store, { method: 'PUT', target, headers }))
    socket.write('1\r\nx\r\n0\r\n\r\n')

    expect(verdict(await answerOf(socket))).toEqual({ status: 501, code: 'NotImplemented' })
  })

  it('above 5 GiB is refused before it is sent', async () => {
    const headers = { 'content-length': String(5 * 1024 ** 3 + 1), expect: '100-continue' }

    const answer = await send({ method: 'PUT', path: '/ferry/x' }, { headers })

    expect(verdict(answer)).toEqual({ status: 400, code: 'EntityTooLarge' })
    expect(answer.head).not.toContain('100 Continue')
  })

  it('is requested only when the request is valid', async () => {
    const headers = { 'content-length': '1', expect: '100-continue' }
    const good = presigned(
      temporary.store,
      { method: 'PUT', path: '/ferry/expected' },
      { atMs: Date.now() },
    )
    const socket = await connected(temporary.store)
    socket.write(headOf(temporary.store, { method: 'PUT', target: good, headers }))
    const interim = await new Promise<Buffer>((resolve) => socket.once('data', resolve))
    socket.write('x')

    const accepted = await answerOf(socket)
    const refused = await exchange(temporary.store, {
      method: 'PUT',
      target: `${good}0`,
      headers,
    })

    expect(interim.toString()).toBe('HTTP/1.1 100 Continue\r\n\r\n')
    expect(accepted.status).toBe(200)
    expect(verdict(refused)).toEqual({ status: 403, code: 'SignatureDoesNotMatch' })
  })

  it('of a refused request is still read, so that the client gets the answer', async () => {
    const body = Buffer.alloc(8 * MIB)

    const answer = await exchange(temporary.store, {
      method: 'PUT',
      target: '/ferry/unsigned-and-long',
      body,
    })

    expect(verdict(answer)).toEqual({ status: 403, code: 'AccessDenied' })
  })

  it.each([
    ['an object', async (): Promise<HandMade> => ({ method: 'PUT', path: '/ferry/cut' })],
    [
      'a part',
      async (): Promise<HandMade> => ({
        method: 'PUT',
        path: '/ferry/cut',
        query: `uploadId=${await beginUpload('cut')}&partNumber=1`,
      }),
    ],
  ])('that is cut off leaves nothing of %s', async (_, make) => {
    const made = await make()
    const target = presigned(temporary.store, made, { atMs: Date.now() })
    const headers = { 'content-length': String(6 * MIB) }
    const socket = await connected(temporary.store)
    socket.write(headOf(temporary.store, { method: 'PUT', target, headers }))
    socket.write(Buffer.alloc(2 * MIB))
    await until(async () => (await workFiles()).length === 1)

    socket.destroy()

    await until(async () => (await workFiles()).length === 0)
    const client = clientOf(temporary.store)
    const named = { Bucket: 'ferry', Key: 'cut' }
    expect(await refusalOf(client.send(new GetObjectCommand(named)))).toMatchObject({
      code: 'NoSuchKey',
    })
    expect(await workFiles()).toEqual([])
    const uploadId = /uploadId=([0-9a-f]+)/.exec(made.query ?? '')?.[1]
    if (uploadId !== undefined) {
      const listed = await client.send(new ListPartsCommand({ ...named, UploadId: uploadId }))
      expect(listed.Parts ?? []).toEqual([])
    }
  })
})

describe('a conditional write', () => {
  it('whose object was deleted meanwhile reports the conflict', async () => {
    const made = { method: 'PUT', path: '/ferry/raced', headers: { 'if-none-match': '*' } }
    const target = presigned(temporary.store, made, { atMs: Date.now() })
    const headers = { ...made.headers, 'content-length': '2' }
    const socket = await connected(temporary.store)
    socket.write(headOf(temporary.store, { method: 'PUT', target, headers }))
    socket.write('a')
    await until(async () => (await workFiles()).length === 1)

    await send({ method: 'DELETE', path: '/ferry/raced' })
    socket.write('b')

    expect(verdict(await answerOf(socket))).toEqual({
      status: 409,
      code: 'ConditionalRequestConflict',
    })
    expect((await send({ method: 'HEAD', path: '/ferry/raced' })).status).toBe(404)
  })
})

/** Waits for something that the server does asynchronously; the test's timeout limits it. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setImmediate(resolve))
}

describe('a body in signed chunks', () => {
  const claims = () => ({ atMs: Date.now() })
  const streaming = 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD'

  /** Sends two signed chunks; `change` may corrupt the framing. */
  async function sendChunks(change: (frame: string) => string, length = '10') {
    const at = claims()
    const made = {
      method: 'PUT',
      path: '/ferry/chunked',
      payloadHash: streaming,
      headers: { 'x-amz-decoded-content-length': length, 'content-encoding': 'aws-chunked' },
    }
    const headers = signedHeaders(temporary.store, made, at)
    const key = signingKeyOf(temporary.store, at)
    let previous = /Signature=(\w+)/.exec(headers.authorization ?? '')?.[1] ?? ''
    const scope = /Credential=[^/]+\/([^,]+)/.exec(headers.authorization ?? '')?.[1] ?? ''
    const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
    const frame = ['hello', 'world', ''].map((chunk) => {
      const head = ['AWS4-HMAC-SHA256-PAYLOAD', amzDate(at.atMs), scope, previous]
      const text = [...head, sha256(''), sha256(chunk)].join('\n')
      previous = createHmac('sha256', key).update(text).digest('hex')
      return `${chunk.length.toString(16)};chunk-signature=${previous}\r\n${chunk}\r\n`
    })
    const body = change(frame.join(''))
    return exchange(temporary.store, { method: 'PUT', target: made.path, headers, body })
  }

  it('is stored without the chunk framing', async () => {
    const written = await sendChunks((frame) => frame)
    const read = await send({ method: 'GET', path: '/ferry/chunked' })

    expect([written.status, read.body]).toEqual([200, 'helloworld'])
    expect(read.head).not.toMatch(/content-encoding/i)
    await send({ method: 'DELETE', path: '/ferry/chunked' })
  })

  it.each([
    ['changed bytes', (frame: string) => frame.replace('world', 'wurld'), 'SignatureDoesNotMatch'],
    [
      'a missing chunk',
      (frame: string) => frame.replace(/^5;.*\r\nhello\r\n/, ''),
      'SignatureDoesNotMatch',
    ],
    ['no end', (frame: string) => frame.replace(/0;chunk(.|\r\n)*$/, ''), 'IncompleteBody'],
    ['a wrong size', (frame: string) => frame.replace('5;', '4;'), 'SignatureDoesNotMatch'],
    ['no frame', () => 'helloworld', 'IncompleteBody'],
  ])('with %s leaves nothing', async (_, change, code) => {
    const answer = await sendChunks(change)

    expect(answer.code).toBe(code)
    expect((await send({ method: 'HEAD', path: '/ferry/chunked' })).status).toBe(404)
    expect(await workFiles()).toEqual([])
  })

  it('must have the announced length', async () => {
    expect((await sendChunks((frame) => frame, '11')).code).toBe('IncompleteBody')
    expect((await sendChunks((frame) => frame, '9')).code).toBe('IncompleteBody')
  })
})

describe('a document', () => {
  const complete = async (body: string) => {
    const uploadId = await beginUpload('documents')
    return send(
      { method: 'POST', path: '/ferry/documents', query: `uploadId=${uploadId}` },
      { body },
    )
  }

  it.each([
    ['nothing', ''],
    ['no XML', 'hello'],
    ['an open element', '<CompleteMultipartUpload><Part>'],
    ['another root', '<Delete/>'],
    [
      'a part without a number',
      '<CompleteMultipartUpload><Part><ETag>a</ETag></Part></CompleteMultipartUpload>',
    ],
    [
      'an entity bomb',
      '<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><CompleteMultipartUpload>&c;</CompleteMultipartUpload>',
    ],
    ['a file reference', '<!DOCTYPE a SYSTEM "file:///etc/passwd"><CompleteMultipartUpload/>'],
    [
      'endless depth',
      `${'<CompleteMultipartUpload>'.repeat(5000)}${'</CompleteMultipartUpload>'.repeat(5000)}`,
    ],
    ['too many bytes', `<CompleteMultipartUpload>${' '.repeat(5 * MIB)}</CompleteMultipartUpload>`],
  ])('of %s is refused', async (_, body) => {
    expect(verdict(await complete(body))).toEqual({ status: 400, code: 'MalformedXML' })
  })
})
