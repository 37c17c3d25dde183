import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer, text } from 'node:stream/consumers'
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { CHROMIUM_NET_ERRORS } from '../../../electron/core/s3/http/chromium-net-errors.ts'
import { sendToStore } from '../../../electron/core/s3/request.ts'
import { netStoreHttp } from '../../../electron/desktop/protocols/net-store-http.ts'
import { type LocalBucket, openLocalBucket } from '../../../electron/local-bucket/local-bucket.ts'
import { FakeSession, net, netControl, standIn } from '../../fakes/electron.ts'
import { NOTHING_ON_THE_WAY } from '../../fakes/on-the-way.ts'
import { openStubStore, plain, StubStore } from '../../fakes/stub-store.ts'

const session = new FakeSession()
const PATIENCE = { connectMs: 2000, idleMs: 2000 }

/** The used part of the SDK's handler. */
interface Handler {
  readonly handle: (
    request: object,
    options?: { abortSignal?: AbortSignal },
  ) => Promise<{
    response: { statusCode: number; headers: Record<string, string>; body: Readable }
  }>
}

const handlerWith = (patience = PATIENCE) =>
  netStoreHttp(standIn(net), standIn(session), NOTHING_ON_THE_WAY)(patience) as Handler

let closers: (() => unknown)[] = []

beforeEach(() => {
  closers = []
  net.requests.length = 0
})

afterEach(async () => {
  for (const close of closers.reverse()) await close()
})

async function serve(answer: RequestListener): Promise<Server> {
  const server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  closers.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return server
}

const get = (server: { address(): string | AddressInfo | null }, path = '/') => ({
  method: 'GET',
  protocol: 'http:',
  hostname: '127.0.0.1',
  port: (server.address() as AddressInfo).port,
  path,
  query: {},
  headers: { host: '127.0.0.1' },
})

describe('the SDK over Chromium', () => {
  let bucket: LocalBucket
  let client: S3Client

  beforeEach(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ferry-net-'))
    bucket = await openLocalBucket({ folder })
    client = new S3Client({
      endpoint: bucket.endpoint,
      region: bucket.region,
      forcePathStyle: true,
      credentials: bucket,
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      maxAttempts: 1,
      requestHandler: handlerWith() as NonNullable<S3ClientConfig['requestHandler']>,
    })
    closers.push(async () => {
      client.destroy()
      await bucket.close()
      rmSync(folder, { recursive: true })
    })
  })

  it('signs requests that a store accepts, including bodies, unusual names and queries', async () => {
    const where = { Bucket: bucket.bucket, Key: "odd/ä +%&='()*!~ файл.txt" }
    const bytes = randomBytes(100_000)

    await client.send(
      new PutObjectCommand({
        ...where,
        Body: bytes,
        ContentType: 'text/plain',
        Metadata: { 'ferry-upload': 'token' },
      }),
    )
    const head = await client.send(new HeadObjectCommand(where))
    const got = await client.send(
      new GetObjectCommand({ ...where, ResponseContentDisposition: 'attachment; filename="a b"' }),
    )

    expect(head.Metadata).toEqual({ 'ferry-upload': 'token' })
    expect(got.ContentDisposition).toBe('attachment; filename="a b"')
    expect(got.Body instanceof Readable && bytes.equals(await buffer(got.Body))).toBe(true)
    expect(net.requests.every((each) => each.session === standIn(session))).toBe(true)
    expect(new Set(net.requests.map(({ credentials }) => credentials))).toEqual(new Set(['omit']))
  })

  it('carries a multipart upload from create to complete', async () => {
    const where = { Bucket: bucket.bucket, Key: 'parts.bin' }
    const { UploadId } = await client.send(new CreateMultipartUploadCommand(where))
    const part = { ...where, UploadId, PartNumber: 1 }
    const { ETag } = await client.send(new UploadPartCommand({ ...part, Body: 'only part' }))
    const listed = await client.send(new ListPartsCommand({ ...where, UploadId }))

    await client.send(
      new CompleteMultipartUploadCommand({
        ...where,
        UploadId,
        MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] },
      }),
    )

    expect(listed.Parts?.map(({ Size }) => Size)).toEqual([9])
    expect((await client.send(new HeadObjectCommand(where))).ContentLength).toBe(9)
  })

  it('carries an empty body', async () => {
    const where = { Bucket: bucket.bucket, Key: 'empty' }

    await client.send(new PutObjectCommand({ ...where, Body: Buffer.alloc(0) }))

    expect((await client.send(new HeadObjectCommand(where))).ContentLength).toBe(0)
  })

  it("returns the store's errors as SDK errors", async () => {
    const where = { Bucket: bucket.bucket, Key: 'missing' }

    await expect(client.send(new GetObjectCommand(where))).rejects.toMatchObject({
      name: 'NoSuchKey',
    })
    await expect(
      client.send(new ListPartsCommand({ ...where, UploadId: 'gone' })),
    ).rejects.toMatchObject({ name: 'NoSuchUpload' })
    await client.send(new DeleteObjectCommand(where))
  })
})

describe('a request', () => {
  it('sends its query as it was signed', async () => {
    const urls: (string | undefined)[] = []
    const server = await serve((request, response) => {
      urls.push(request.url)
      response.end()
    })

    await handlerWith().handle({
      ...get(server, '/b/a%20b'),
      query: { uploads: '', 'x-id': "it's (1)*!", 'part number': ['1', '2'], flag: null },
    })

    expect(urls).toEqual([
      '/b/a%20b?uploads=&x-id=it%27s%20%281%29%2A%21&part%20number=1&part%20number=2&flag',
    ])
  })

  it('sends a stream with its length, as stores require', async () => {
    const seen: unknown[] = []
    const server = await serve((request, response) => {
      seen.push(request.headers['content-length'], request.headers['transfer-encoding'])
      void text(request).then((body) => {
        seen.push(body)
        response.end()
      })
    })

    await handlerWith().handle({
      ...get(server),
      method: 'PUT',
      headers: { 'content-length': '6', expect: '100-continue' },
      body: Readable.from([Buffer.from('abc'), Buffer.from('def')]),
    })

    expect(seen).toEqual(['6', undefined, 'abcdef'])
  })

  it("returns a redirect's target and never follows it", async () => {
    let askedCount = 0
    const server = await serve((_request, response) => {
      askedCount += 1
      response.writeHead(307, { location: '/elsewhere', 'x-amz-bucket-region': 'eu-west-1' }).end()
    })

    const { response } = await handlerWith().handle(get(server))

    expect(response.statusCode).toBe(307)
    expect(response.headers).toMatchObject({ 'x-amz-bucket-region': 'eu-west-1' })
    expect(await text(response.body)).toBe('')
    expect(askedCount).toBe(1)
    expect(net.requests.map(({ redirect }) => redirect)).toEqual(['manual'])
  })

  it("fails with Chromium's error name", async () => {
    const server = createTcpServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const request = get(server)
    server.close()
    await once(server, 'close')

    await expect(handlerWith().handle(request)).rejects.toThrow('net::ERR_CONNECTION_REFUSED')
  })

  it('gives up on a store that accepts the connection and sends nothing', async () => {
    const server = await serve(() => undefined)

    await expect(
      handlerWith({ connectMs: 30, idleMs: 30 }).handle(get(server)),
    ).rejects.toMatchObject({ name: 'TimeoutError' })
  })

  it('gives up on a response that stops in the middle', async () => {
    const server = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('half')
    })

    const { response } = await handlerWith({ connectMs: 1000, idleMs: 50 }).handle(get(server))

    await expect(text(response.body)).rejects.toMatchObject({ name: 'TimeoutError' })
  })

  it('fails when the connection is cut in the middle of an answer', async () => {
    const server = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('half', () => {
        response.socket?.destroy()
      })
    })

    const { response } = await handlerWith().handle(get(server))

    await expect(text(response.body)).rejects.toThrow()
  })

  it('waits as long as the response keeps arriving', async () => {
    let answered = 0
    const server = await serve((_request, response) => {
      response.writeHead(200)
      const more = setInterval(() => {
        answered += 1
        response.write('.')
        if (answered === 10) {
          clearInterval(more)
          response.end()
        }
      }, 40)
    })

    const { response } = await handlerWith({ connectMs: 0, idleMs: 300 }).handle(get(server))

    expect(await text(response.body)).toBe('..........')
  })

  it('discards an unread response once it is complete', async () => {
    const server = await serve((_request, response) => void response.end('unread'))
    const abort = new AbortController()
    const { response } = await handlerWith({ connectMs: 1000, idleMs: 20 }).handle(get(server), {
      abortSignal: abort.signal,
    })
    await vi.waitFor(() => expect(response.body.readableLength).toBe(6))
    await new Promise((resolve) => setTimeout(resolve, 60))

    abort.abort()

    expect(response.body.errored).toBeNull()
    expect(await text(response.body)).toBe('unread')
  })

  it('ends with its signal, before and during the answer', async () => {
    const server = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('half')
    })
    const abortSignal = AbortSignal.abort()
    const abort = new AbortController()
    const { response } = await handlerWith().handle(get(server), { abortSignal: abort.signal })

    abort.abort()

    await expect(handlerWith().handle(get(server), { abortSignal })).rejects.toMatchObject({
      name: 'AbortError',
    })
    await expect(text(response.body)).rejects.toMatchObject({ name: 'AbortError' })
  })

  it('with an unknown kind of body is a bug', async () => {
    const server = await serve((_request, response) => void response.end())

    await expect(handlerWith().handle({ ...get(server), body: 7 })).rejects.toThrow(TypeError)
  })
})

describe('a network error', () => {
  let logged: string[]

  const listFrom = async () => {
    const answer = plain(200, '<ListBucketResult></ListBucketResult>')
    const stub = await StubStore.start(answer)
    closers.push(() => stub.close())
    const onTheWay = { ...NOTHING_ON_THE_WAY, failed: (name: string) => void logged.push(name) }
    const storeHttp = netStoreHttp(standIn(net), standIn(session), onTheWay)
    const store = openStubStore(stub.endpoint, PATIENCE, storeHttp)
    closers.push(() => store.client.destroy())
    return () =>
      sendToStore(store, (client, options) =>
        client.send(new ListObjectsV2Command({ Bucket: 'photos' }), options),
      )
  }

  beforeEach(() => {
    netControl.reset()
    logged = []
  })

  it.each(['start', 'answer', 'body'] as const)(
    'is reported as one, at the %s, too',
    async (at) => {
      const list = await listFrom()
      netControl.failNext('ERR_NETWORK_IO_SUSPENDED', { at })

      expect(await list()).toEqual({ ok: false, failure: { kind: 'stalled' } })
      expect(await list()).toMatchObject({ ok: true })
      // Electron reports a broken body twice: at the request and at its response.
      expect(new Set(logged)).toEqual(new Set(['ERR_NETWORK_IO_SUSPENDED']))
    },
  )

  it('is always a failure and never a bug', async () => {
    const list = await listFrom()

    for (const name of Object.keys(CHROMIUM_NET_ERRORS)) {
      // A store that does not respond is asked twice.
      netControl.failNext(name, { times: 2 })
      expect.soft(await list(), name).toMatchObject({ ok: false, failure: expect.anything() })
      netControl.reset()
    }
    expect(await list()).toMatchObject({ ok: true })
  })
})
