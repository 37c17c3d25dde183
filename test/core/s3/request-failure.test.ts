import { once } from 'node:events'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import {
  AbortMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  HeadBucketCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectTaggingCommand,
} from '@aws-sdk/client-s3'
import { afterEach, describe, expect, it } from 'vitest'
import type { DestinationId } from '../../../electron/contract/ids.ts'
import { DEFAULT_RULES } from '../../../electron/contract/rules/upload-rules.ts'
import { openStore } from '../../../electron/core/destinations/open-store.ts'
import { NOTHING_UNREAD } from '../../../electron/core/destinations/stored-destination.ts'
import { fixedKeys } from '../../../electron/core/s3/access-keys.ts'
import { headObject } from '../../../electron/core/s3/head-object.ts'
import { proveAccess, sendToStore } from '../../../electron/core/s3/request.ts'
import { failureFromError } from '../../../electron/core/s3/request-failure.ts'
import { SELF_SIGNED } from '../../fakes/certificates.ts'
import { type Answer, plain, refusal, StubStore } from '../../fakes/stub-store.ts'
import { withoutAnswer, withoutAnswerIn } from '../../fakes/without-answer.ts'

const NOW = Date.UTC(2026, 10, 20, 12)
const asked = { endpoint: 'https://s3.example.org', bucket: 'photos' }
const cleanUps: (() => unknown)[] = []

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp()
})

function storeAt(endpoint: string, idleMs = 15_000) {
  const store = openStore(
    {
      destinationId: 'any' as DestinationId,
      kind: 's3',
      name: 'any',
      provider: 'other',
      endpoint,
      region: 'eu-1',
      bucket: 'photos',
      prefix: '',
      pathStyle: true,
      credentials: { kind: 'keys', accessKeyId: 'AKIA' },
      color: 'blue',
      rules: DEFAULT_RULES,
      findings: null,
      secretPlace: 'memory',
      keptSecret: null,
      integrity: null,
      probeKey: null,
      linkSeconds: 60,
      maxPartCount: 1000,
      aside: NOTHING_UNREAD,
    },
    fixedKeys('AKIA', { secretAccessKey: 'secret', sessionToken: '' }),
    { now: () => Date.now() },
    { connectMs: 5000, idleMs },
  )
  cleanUps.push(() => store.client.destroy())
  return store
}

const list = (endpoint: string, idleMs?: number) =>
  sendToStore(storeAt(endpoint, idleMs), (client, options) =>
    client.send(new ListObjectsV2Command({ Bucket: 'photos' }), options),
  )

async function answered(answer: Answer) {
  const stub = await StubStore.start(answer)
  cleanUps.push(() => stub.close())
  const outcome = await list(stub.endpoint)
  if (outcome.ok) return { stub, failure: null, words: null }
  const { failure } = outcome
  return {
    stub,
    failure: withoutAnswer(failure),
    words: 'answer' in failure ? failure.answer : null,
  }
}

describe('an S3 error document', () => {
  it.each([
    [refusal(403, 'InvalidAccessKeyId'), { kind: 'credentials-rejected' }],
    [refusal(403, 'SignatureDoesNotMatch'), { kind: 'credentials-rejected' }],
    [refusal(400, 'ExpiredToken'), { kind: 'credentials-expired' }],
    [refusal(403, 'AccessDenied'), { kind: 'access-denied', action: 's3:ListBucket' }],
    [refusal(403, 'AccessDenied', 'Request has expired'), { kind: 'url-expired' }],
    [refusal(404, 'NoSuchBucket'), { kind: 'bucket-missing', bucket: 'photos' }],
    [refusal(404, 'NoSuchUpload'), { kind: 'upload-gone' }],
    [
      refusal(400, 'AuthorizationHeaderMalformed', 'No.', {}, '<Region>eu-9</Region>'),
      { kind: 'region-wrong', region: 'eu-9' },
    ],
    [
      refusal(301, 'PermanentRedirect', 'No.', { 'x-amz-bucket-region': 'eu-9' }),
      { kind: 'region-wrong', region: 'eu-9' },
    ],
    [
      refusal(503, 'SlowDown', 'No.', { 'retry-after': '7' }),
      { kind: 'throttled', retryAfterMs: 7000 },
    ],
    [refusal(500, 'InternalError'), { kind: 'server-error', status: 500 }],
    [refusal(507, 'InsufficientStorage'), { kind: 'store-full' }],
    [
      refusal(501, 'NotImplemented'),
      { kind: 'store-refused', status: 501, code: 'NotImplemented' },
    ],
  ])('is read with its code and headers: case %#', async (answer, failure) => {
    expect((await answered(answer)).failure).toEqual(failure)
  })

  it('is retried once with the right time when it was about the clock', async () => {
    const at = new Date(NOW).toUTCString()
    const skewed = refusal(403, 'RequestTimeTooSkewed', 'No.', { date: at })

    const { stub, failure } = await answered(skewed)

    expect(failure).toEqual({ kind: 'clock-skewed', serverTimeMs: NOW })
    expect(stub.requests).toHaveLength(2)
  })
})

describe('an answer to HEAD, which has no body', () => {
  /** The failure of a HEAD, explained by the listing that follows if possible. */
  const head = async (answer: Answer, listing: Answer) => {
    const stub = await StubStore.start((request, response) =>
      (request.method === 'HEAD' ? answer : listing)(request, response),
    )
    cleanUps.push(() => stub.close())
    const store = storeAt(stub.endpoint)
    const first = await headObject(store, 'a/b.txt')
    const second = await headObject(store, 'a/b.txt')
    return {
      first: withoutAnswerIn(first),
      second: withoutAnswerIn(second),
      requests: stub.requests,
    }
  }
  const listed = plain(200, '<ListBucketResult></ListBucketResult>')
  const missing = plain(404, '')
  const denied = plain(403, '')

  it('of 404 means that there is no such object, once the bucket was seen', async () => {
    const { first, second, requests } = await head(missing, listed)

    expect([first, second]).toEqual(Array(2).fill({ ok: true, value: null }))
    expect(requests).toEqual(['HEAD /photos/a/b.txt', 'GET /photos/', 'HEAD /photos/a/b.txt'])
  })

  it('of 404 means a missing bucket if the listing says so', async () => {
    const { first } = await head(missing, refusal(404, 'NoSuchBucket'))

    expect(first).toEqual({ ok: false, failure: { kind: 'bucket-missing', bucket: 'photos' } })
  })

  it.each([
    ['InvalidAccessKeyId', { kind: 'credentials-rejected' }],
    ['SignatureDoesNotMatch', { kind: 'credentials-rejected' }],
    ['ExpiredToken', { kind: 'credentials-expired' }],
    ['AccessDenied', { kind: 'access-denied', action: 's3:GetObject' }],
  ])('of 403 means what the listing says: %s', async (code, failure) => {
    const { first } = await head(denied, refusal(403, code))

    expect(first).toEqual({ ok: false, failure })
  })

  it('of 403 is about the object if listing works, and does not cause a listing each time', async () => {
    const { first, second, requests } = await head(denied, listed)

    const refused = { ok: false, failure: { kind: 'access-denied', action: 's3:GetObject' } }
    expect([first, second]).toEqual([refused, refused])
    expect(requests).toHaveLength(3)
  })

  it.each([
    [plain(301, '', { 'x-amz-bucket-region': 'eu-9' }), { kind: 'region-wrong', region: 'eu-9' }],
    [plain(400, '', { 'x-amz-bucket-region': 'eu-9' }), { kind: 'region-wrong', region: 'eu-9' }],
    [plain(400, ''), { kind: 'store-refused', status: 400, code: '' }],
    [plain(503, ''), { kind: 'throttled', retryAfterMs: null }],
  ])('of any other status is judged by the status: case %#', async (answer, failure) => {
    expect((await head(answer, listed)).first).toEqual({ ok: false, failure })
  })
})

describe('a server that is not an S3 store', () => {
  it.each([
    [
      'a web page',
      plain(200, '<!doctype html><html><p>Hi</html>', { 'content-type': 'text/html' }),
    ],
    [
      'a page that refuses',
      plain(403, '<html><body>No</body></html>', { 'content-type': 'text/html' }),
    ],
    ['JSON', plain(404, '{"error":"not found"}', { 'content-type': 'application/json' })],
    ['plain text', plain(200, 'It works!', { 'content-type': 'text/plain' })],
  ])('is recognised: %s', async (_what, answer) => {
    const { stub, failure, words } = await answered(answer)

    expect(failure).toEqual({ kind: 'not-s3', host: stub.host })
    expect(words).toMatchObject({ code: '', message: '' })
  })

  it('is recognised by answering with something other than HTTP', async () => {
    const server = createTcpServer((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    cleanUps.push(() => server.close())
    const address = server.address()
    const host = `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`

    const failure = { kind: 'wrong-protocol', host, scheme: 'http' }
    expect(await list(`http://${host}`)).toEqual({ ok: false, failure })
  })

  it('is not confused with a failing proxy', async () => {
    const { failure } = await answered(
      plain(502, '<html>Bad gateway</html>', { 'content-type': 'text/html' }),
    )

    expect(failure).toEqual({ kind: 'server-error', status: 502 })
  })
})

describe("the store's own error details", () => {
  it('are kept with the failure, headers included', async () => {
    const answer = refusal(
      403,
      'AccessDenied',
      'User: arn:aws:iam::1:user/ada is not authorized to perform: s3:ListBucket',
      { 'x-amz-request-id': 'REQ1', 'x-amz-id-2': 'ext/1==', server: 'AmazonS3' },
    )

    const { words } = await answered(answer)

    expect(words).toEqual({
      status: 403,
      code: 'AccessDenied',
      message: 'User: arn:aws:iam::1:user/ada is not authorized to perform: s3:ListBucket',
      requestId: 'REQ1 / ext/1==',
      server: 'AmazonS3',
      atMs: expect.any(Number),
    })
  })

  it('include the request ID even if only the document contains it', async () => {
    const more = '<RequestId>tx0001</RequestId><HostId>2ffa8f-default</HostId>'

    const { words } = await answered(refusal(403, 'QuotaExceeded', '', {}, more))

    expect(words).toMatchObject({ message: '', requestId: 'tx0001 / 2ffa8f-default' })
  })

  it('name the permission that each request needs', async () => {
    const stub = await StubStore.start(refusal(403, 'AccessDenied'))
    cleanUps.push(() => stub.close())
    const store = storeAt(stub.endpoint)
    const object = { Bucket: 'photos', Key: 'a' }
    const upload = { ...object, UploadId: 'u' }
    const commands = [
      new ListPartsCommand(upload),
      new AbortMultipartUploadCommand(upload),
      new CreateMultipartUploadCommand(object),
      new ListMultipartUploadsCommand({ Bucket: 'photos' }),
      new PutObjectTaggingCommand({ ...object, Tagging: { TagSet: [] } }),
      new DeleteObjectCommand(object),
      new HeadBucketCommand({ Bucket: 'photos' }),
    ]

    const denied: unknown[] = []
    for (const command of commands) {
      // The client's types take one command at a time; all are sent alike.
      const outcome = await sendToStore(store, (client, options) =>
        client.send(command as ListPartsCommand, options),
      )
      denied.push(!outcome.ok && outcome.failure.kind === 'access-denied' && outcome.failure.action)
    }

    expect(denied).toEqual([
      's3:ListMultipartUploadParts',
      's3:AbortMultipartUpload',
      's3:PutObject',
      's3:ListBucketMultipartUploads',
      's3:PutObjectTagging',
      's3:DeleteObject',
      's3:ListBucket',
    ])
  })

  it('are not read from a web page, which comes from something in front once the store was seen', async () => {
    const page = '<html><title>Blocked</title></html>'
    const blocked = plain(403, page, { 'content-type': 'text/html', server: 'waf' })
    const stub = await StubStore.start(plain(200, '<ListBucketResult></ListBucketResult>'))
    cleanUps.push(() => stub.close())
    const store = storeAt(stub.endpoint)
    const listing = () =>
      sendToStore(store, (client, options) =>
        client.send(new ListObjectsV2Command({ Bucket: 'photos' }), options),
      )
    await proveAccess(store)
    stub.answerWith(blocked)

    const outcome = await listing()

    expect(outcome).toMatchObject({
      ok: false,
      failure: { kind: 'proxy-refused', status: 403, answer: { server: 'waf', message: '' } },
    })
  })
})

describe('a full disk', () => {
  it.each([
    ['local', { kind: 'disk-full', where: 'local-bucket' }],
    ['s3', { kind: 'store-full' }],
  ] as const)('is this computer’s only for the local bucket: %s', (kind, failure) => {
    const thrown = Object.assign(new Error('Full'), {
      ...{ name: 'InsufficientStorage', Code: 'InsufficientStorage', $fault: 'server' },
      $metadata: { httpStatusCode: 507 },
    })

    expect(withoutAnswer(failureFromError(thrown, { ...asked, kind }, NOW))).toEqual(failure)
  })
})

describe('no answer', () => {
  it('from a name that does not resolve', async () => {
    const host = 'no-such-host.invalid'

    expect(await list(`https://${host}`)).toEqual({
      ok: false,
      failure: { kind: 'host-not-found', host },
    })
  })

  it('from a port where nothing listens', async () => {
    const stub = await StubStore.start(plain(200, ''))
    const { endpoint, host } = stub
    await stub.close()

    expect(await list(endpoint)).toEqual({
      ok: false,
      failure: { kind: 'host-unreachable', host },
    })
  })

  it('from a server that hangs up, asked twice', async () => {
    const { stub, failure } = await answered((request) => request.socket.destroy())

    expect(failure).toEqual({ kind: 'no-response' })
    expect(stub.requests).toHaveLength(2)
  })

  it('from a server that says nothing', async () => {
    const stub = await StubStore.start(() => undefined)
    cleanUps.push(() => stub.close())

    expect(await list(stub.endpoint, 200)).toEqual({ ok: false, failure: { kind: 'stalled' } })
  })

  it('over TLS from a server that speaks plain HTTP', async () => {
    const stub = await StubStore.start(plain(200, ''))
    cleanUps.push(() => stub.close())

    const outcome = await list(stub.endpoint.replace('http:', 'https:'))

    const failure = { kind: 'wrong-protocol', host: stub.host, scheme: 'https' }
    expect(outcome).toEqual({ ok: false, failure })
  })

  it('from a server with an untrusted certificate, which receives no request', async () => {
    const heard: unknown[] = []
    const server = createTlsServer(SELF_SIGNED, (request) => heard.push(request.headers))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    cleanUps.push(() => server.close())
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`

    const outcome = await list(`https://${host}`)

    const failure = { kind: 'tls-failed', host, reason: 'DEPTH_ZERO_SELF_SIGNED_CERT' }
    expect(outcome).toEqual({ ok: false, failure })
    expect(heard).toEqual([])
  })

  it.each([
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls-failed'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'tls-failed'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls-failed'],
    ['CERT_HAS_EXPIRED', 'tls-failed'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls-failed'],
    ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'tls-failed'],
    ['EAI_AGAIN', 'host-not-found'],
    ['EHOSTUNREACH', 'host-unreachable'],
    ['ENETUNREACH', 'host-unreachable'],
    ['ETIMEDOUT', 'host-unreachable'],
    ['EPIPE', 'no-response'],
    ['HPE_INVALID_CONSTANT', 'answer-unreadable'],
    ['HPE_UNEXPECTED_CONTENT_LENGTH', 'answer-unreadable'],
    ['HPE_INVALID_HEADER_TOKEN', 'answer-unreadable'],
  ])('is read from the error code of Node: %s', (code, kind) => {
    expect(failureFromError(Object.assign(new Error('x'), { code }), asked, NOW).kind).toBe(kind)
  })

  it.each([
    ['ERR_CERT_AUTHORITY_INVALID', 'tls-failed'],
    ['ERR_NAME_NOT_RESOLVED', 'host-not-found'],
    ['ERR_CONNECTION_REFUSED', 'host-unreachable'],
    ['ERR_INTERNET_DISCONNECTED', 'offline'],
    ['ERR_CONNECTION_RESET', 'no-response'],
  ])("is read from the message of Electron's net: %s", (code, kind) => {
    expect(failureFromError(new Error(`net::${code}`), asked, NOW).kind).toBe(kind)
  })

  it('means that the host is unreachable when connecting takes too long', () => {
    const late = Object.assign(new Error('the socket did not establish a connection'), {
      name: 'TimeoutError',
    })

    expect(failureFromError(late, asked, NOW)).toEqual({
      kind: 'host-unreachable',
      host: 's3.example.org',
    })
  })
})

it('passes a bug of ours on unchanged', async () => {
  const store = storeAt('http://127.0.0.1:1')

  const asking = sendToStore(store, async () => {
    throw new TypeError('a bug')
  })

  await expect(asking).rejects.toThrow('a bug')
})
