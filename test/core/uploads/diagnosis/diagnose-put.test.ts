import { PutBucketCorsCommand, S3Client } from '@aws-sdk/client-s3'
import { describe, expect, it } from 'vitest'
import { MIB } from '../../../../electron/contract/limits.ts'
import { checksumOf, PART } from '../../../fakes/core-harness.ts'
import {
  FORBIDDEN_PAGE,
  limitedTo,
  type ProxyRule,
  TOO_LARGE,
} from '../../../fakes/reverse-proxy.ts'
import { PAGE, type ProxiedUpload, ReverseProxyWorld } from '../../../fakes/reverse-proxy-world.ts'
import { ruledHttp } from '../../../fakes/ruled-http.ts'
import type { TemporaryBucket } from '../../../local-bucket/temporary-bucket.ts'
import { storedIn } from '../../checks/bucket-view.ts'

const REACHED = { kind: 'unexplained', isStoreReached: true }
const CORS = /^access-control-/

async function letPageIn({ store }: TemporaryBucket, headers: string[]): Promise<void> {
  const client = new S3Client({ ...store, forcePathStyle: true })
  const rule = {
    AllowedOrigins: [PAGE],
    AllowedMethods: ['PUT'],
    AllowedHeaders: headers,
    ExposeHeaders: ['ETag'],
  }
  const CORSConfiguration = { CORSRules: [rule] }
  await client.send(new PutBucketCorsCommand({ Bucket: store.bucket, CORSConfiguration }))
  client.destroy()
}

/** The leftovers of the host's own PUTs. */
async function leftovers({ bucket }: ReverseProxyWorld): Promise<readonly (string | undefined)[]> {
  const { keys, unfinished } = await storedIn(bucket)
  return [...keys, ...unfinished].filter((key) => key?.includes('.ferry-check-') === true)
}

const onlyPuts =
  (rule: ProxyRule): ProxyRule =>
  (request) =>
    request.method === 'PUT' ? rule(request) : { kind: 'pass' }

describe('bytes that the store has', () => {
  it.each([1000, 2 * PART])('count as acknowledged: a file of %d bytes', async (byteLength) => {
    const world = await ReverseProxyWorld.start()
    world.proxy.rule = onlyPuts(() => ({ kind: 'strip', headers: CORS }))
    const upload = await world.begin(byteLength)
    await world.put(upload)

    const diagnosis = await world.diagnose(upload)

    expect(diagnosis).toEqual({
      kind: 'acknowledged',
      receipt: {
        partNumber: 1,
        etag: expect.stringMatching(/^".+"$/),
        checksum: expect.any(String),
      },
      isAnswerHidden: true,
    })
    expect(await leftovers(world)).toEqual([])
  })

  it('are known part by part, and the receipt completes the upload', async () => {
    const world = await ReverseProxyWorld.start()
    const upload = await world.begin(2 * PART)
    await world.put(upload, 2)
    const first = await world.diagnose(upload, { partNumber: 1 })

    await world.put(upload, 1)
    const { uploadId } = upload
    const receipts = []
    for (const partNumber of [1, 2]) {
      const found = await world.diagnose(upload, { partNumber })
      if (found.kind === 'acknowledged') receipts.push({ uploadId, receipt: found.receipt })
    }
    await world.harness.sync({ receipts })
    const done = await world.harness.must('completeUpload', { uploadId })

    expect(first).toEqual(REACHED)
    expect(done.status).toMatchObject({ phase: 'done', proof: { level: 'whole' } })
  })

  it('are no sign of hidden answers if only this one answer was lost', async () => {
    const world = await ReverseProxyWorld.start()
    const upload = await world.begin(1000)
    await world.put(upload)

    const diagnosis = await world.diagnose(upload)

    expect(diagnosis).toMatchObject({ kind: 'acknowledged', isAnswerHidden: false })
    expect(await leftovers(world)).toEqual([])
  })

  it('are recognised by their own checksum, whatever was announced since', async () => {
    const world = await ReverseProxyWorld.start()
    const upload = await world.begin(2 * PART)
    await world.put(upload)
    // The file has changed since, and is about to be sent as it is now.
    const bytes = upload.bytes.map((byte) => byte ^ 1)
    await world.harness.sign(upload.uploadId, bytes, [1])

    const diagnosis = await world.diagnose(upload)

    const checksum = await checksumOf('crc64nvme', upload.bytes.subarray(0, PART))
    expect(diagnosis).toMatchObject({ kind: 'acknowledged', receipt: { checksum } })
  })
})

describe('a page that the bucket does not let in', () => {
  it.each([1000, 2 * PART])('is reported as such: a file of %d bytes', async (byteLength) => {
    const world = await ReverseProxyWorld.start({}, [])
    const upload = await world.begin(byteLength)

    const diagnosis = await world.diagnose(upload)

    expect(diagnosis).toEqual({
      kind: 'refused',
      failure: { kind: 'cors-blocked', origin: PAGE },
    })
  })

  const CHECKSUM = 'x-amz-checksum-crc64nvme'
  const WHOLE = ['content-type', 'x-amz-meta-ferry-upload']

  it.each([
    ['a part', 2 * PART, [], 'refused'],
    ['a part', 2 * PART, WHOLE, 'refused'],
    ['a part', 2 * PART, [CHECKSUM], 'unexplained'],
    ['a whole file', 1000, [CHECKSUM], 'refused'],
    ['a whole file', 1000, WHOLE, 'refused'],
    ['a whole file', 1000, [...WHOLE, CHECKSUM], 'unexplained'],
  ])('is tested with the very headers of %s of %d bytes: %j', async (_, size, allowed, kind) => {
    const world = await ReverseProxyWorld.start({}, [])
    const upload = await world.begin(size)
    await letPageIn(world.bucket, allowed)

    const diagnosis = await world.diagnose(upload)

    expect(diagnosis.kind).toBe(kind)
  })

  it('learns of a redirect from the address it leads to, not as a missing rule', async () => {
    const world = await ReverseProxyWorld.start()
    const upload = await world.begin(1000)
    const location = 'https://elsewhere.example/photos/a.bin'
    world.proxy.rule = ({ method }) =>
      method === 'OPTIONS'
        ? { kind: 'answer', answer: { status: 308, headers: { location } } }
        : { kind: 'pass' }

    const diagnosis = await world.diagnose(upload)

    expect(diagnosis).toMatchObject({
      kind: 'refused',
      failure: { kind: 'redirected', to: 'https://elsewhere.example', answer: { status: 308 } },
    })
  })
})

describe('a limit in front of the store', () => {
  const limited = (limitBytes: number | null) => ({
    kind: 'refused',
    failure: { kind: 'request-too-large', limitBytes },
  })

  it.each([
    ['nginx’s default', MIB, MIB],
    ['one between two round lengths', 3 * MIB, 2 * MIB],
    ['one that is shorter than any probe', 1000, 64 * 1024],
  ])('is found without sending a body that is too long: %s', async (_, limitBytes, reported) => {
    const world = await ReverseProxyWorld.start()
    const upload = await world.begin(2 * PART)
    world.proxy.rule = onlyPuts(limitedTo(limitBytes))

    const diagnosis = await world.diagnose(upload, { isBodySent: false })

    const trials = world.proxy.puts(true)
    expect(diagnosis).toMatchObject(limited(reported))
    expect(world.proxy.bytesOf(trials)).toBeLessThan(100_000)
    expect(trials.length).toBeLessThanOrEqual(7)
    expect(await leftovers(world)).toEqual([])
  })

  it('is found without sending, too, if the sender has to wait for 100 Continue', async () => {
    const world = await ReverseProxyWorld.start()
    const upload = await world.begin(2 * PART)
    world.proxy.rule = onlyPuts(({ contentLength }) =>
      contentLength > MIB ? { kind: 'answer-after-continue', answer: TOO_LARGE } : { kind: 'pass' },
    )

    const diagnosis = await world.diagnose(upload, { isBodySent: false })

    expect(diagnosis).toMatchObject(limited(MIB))
    expect(world.proxy.bytesOf(world.proxy.puts(true))).toBeLessThan(100_000)
  })

  it('costs no more than the refused body, even if it counts the bytes that arrive', async () => {
    const world = await ReverseProxyWorld.start()
    const upload = await world.begin(2 * PART)
    world.proxy.rule = onlyPuts(({ contentLength }) =>
      contentLength > MIB
        ? { kind: 'answer-after', bytes: MIB, answer: TOO_LARGE }
        : { kind: 'pass' },
    )

    const diagnosis = await world.diagnose(upload)

    expect(diagnosis).toMatchObject(limited(MIB))
    expect(world.proxy.bytesOf(world.proxy.puts(true))).toBeLessThan(3 * PART)
    expect(await leftovers(world)).toEqual([])
  })

  it('is found in the same way if the page was told of it', async () => {
    const world = await ReverseProxyWorld.start()
    const upload = await world.begin(2 * PART)
    world.proxy.rule = onlyPuts(limitedTo(2 * MIB))

    const diagnosis = await world.diagnose(upload, { isBodySent: false, seen: 'too-large' })

    expect(diagnosis).toMatchObject(limited(2 * MIB))
    expect(world.proxy.bytesOf(world.proxy.puts(true))).toBeLessThan(100_000)
  })

  it('is remembered, so that other files are not sent in vain, until the user tries again', async () => {
    const world = await ReverseProxyWorld.start()
    const upload = await world.begin(2 * PART)
    const other = await world.begin(3 * MIB, 'b.bin')
    const short = await world.begin(1000, 'c.bin')
    world.proxy.rule = onlyPuts(limitedTo(MIB))
    await world.diagnose(upload)
    const trials = world.proxy.puts(true).length

    const sign = ({ uploadId }: ProxiedUpload) =>
      world.harness.ask('signParts', {
        uploadId,
        parts: [{ partNumber: 1, checksum: 'AAAAAAAAAAA=' }],
      })
    const refused = await sign(other)
    const diagnosed = await world.diagnose(other)
    const passed = await sign(short)
    await world.harness.sync({
      marks: [{ uploadId: other.uploadId, mark: { phase: 'waiting' } }],
    })
    const after = await sign(other)

    expect(refused).toMatchObject({ ok: false, failure: limited(MIB).failure })
    expect(diagnosed).toMatchObject(limited(MIB))
    expect(world.proxy.puts(true)).toHaveLength(trials)
    expect([passed.ok, after.ok]).toEqual([true, true])
  })
})

describe('a refusal that the host gets as well', () => {
  it('is reported with the store’s own reason, without sending the file', async () => {
    const world = await ReverseProxyWorld.start()
    const upload = await world.begin(2 * PART)
    const body = '<Error><Code>SlowDown</Code><Message>No.</Message></Error>'
    const headers = { 'content-type': 'application/xml' }
    world.proxy.rule = onlyPuts(() => ({
      kind: 'answer',
      answer: { status: 503, headers, body },
    }))

    const diagnosis = await world.diagnose(upload)

    expect(diagnosis).toMatchObject({ kind: 'refused', failure: { kind: 'throttled' } })
    expect(world.proxy.bytesOf(world.proxy.puts(true))).toBeLessThan(1000)
  })

  it('is reported as not a store if a firewall answers with its own page', async () => {
    const world = await ReverseProxyWorld.start()
    const upload = await world.begin(1000)
    world.proxy.rule = onlyPuts(() => ({ kind: 'answer', answer: FORBIDDEN_PAGE }))

    const diagnosis = await world.diagnose(upload)

    expect(diagnosis).toMatchObject({
      kind: 'refused',
      failure: { kind: 'proxy-refused', status: 403 },
    })
    expect(await leftovers(world)).toEqual([])
  })

  it('is found if it depends on names', async () => {
    const world = await ReverseProxyWorld.start()
    const upload = await world.begin(1000, 'tool.exe')
    world.proxy.rule = onlyPuts(({ key }) =>
      key.endsWith('.exe') ? { kind: 'answer', answer: FORBIDDEN_PAGE } : { kind: 'pass' },
    )

    const diagnosis = await world.diagnose(upload)

    expect(diagnosis).toMatchObject({ kind: 'refused', failure: { kind: 'proxy-refused' } })
  })

  it('is found if it affects only whole files, and no object is left behind', async () => {
    const world = await ReverseProxyWorld.start()
    const upload = await world.begin(1000)
    world.proxy.rule = onlyPuts(({ query }) =>
      query.has('partNumber') ? { kind: 'pass' } : { kind: 'answer', answer: FORBIDDEN_PAGE },
    )

    const diagnosis = await world.diagnose(upload)

    expect(diagnosis).toMatchObject({ kind: 'refused', failure: { kind: 'proxy-refused' } })
    expect(await leftovers(world)).toEqual([])
  })

  it('is tested a few times, however many uploads fail at once', async () => {
    const world = await ReverseProxyWorld.start()
    const uploads: ProxiedUpload[] = []
    for (let number = 0; number < 40; number += 1) {
      uploads.push(await world.begin(1000 + number, `${number}.bin`))
    }
    world.proxy.rule = onlyPuts(() => ({ kind: 'answer', answer: FORBIDDEN_PAGE }))

    const diagnoses = await Promise.all(uploads.map((upload) => world.diagnose(upload)))

    expect(new Set(diagnoses.map(({ kind }) => kind))).toEqual(new Set(['refused']))
    expect(world.proxy.puts(true)).toHaveLength(1)
  })
})

describe('an answer that these access keys cannot check', () => {
  it.each([1000, 2 * PART])('is reported as hidden: a file of %d bytes', async (byteLength) => {
    const world = await ReverseProxyWorld.start()
    const upload = await world.begin(byteLength)
    const body = '<Error><Code>AccessDenied</Code><Message>No.</Message></Error>'
    const headers = { 'content-type': 'application/xml', 'x-amz-request-id': '1' }
    world.proxy.rule = ({ method, key, query, isTrial }) => {
      if (method === 'PUT') return { kind: 'strip', headers: CORS }
      const isLook = !isTrial && key !== '' && (method === 'HEAD' || query.has('uploadId'))
      return isLook ? { kind: 'answer', answer: { status: 403, headers, body } } : { kind: 'pass' }
    }
    await world.put(upload)

    const diagnosis = await world.diagnose(upload)

    expect(diagnosis).toEqual({
      kind: 'refused',
      failure: { kind: 'answer-hidden', origin: PAGE },
    })
  })
})

describe('an unexplained missing answer', () => {
  it('leaves the store marked as reached if the host’s own PUTs are answered', async () => {
    const world = await ReverseProxyWorld.start()
    const upload = await world.begin(1000)

    const diagnosis = await world.diagnose(upload)

    expect(diagnosis).toEqual(REACHED)
    expect(await leftovers(world)).toEqual([])
  })

  it('leaves it marked as unreached if the host gets no answer either', async () => {
    const world = await ReverseProxyWorld.start()
    const upload = await world.begin(1000)
    world.proxy.rule = () => ({ kind: 'cut', afterBytes: 0 })

    const diagnosis = await world.diagnose(upload)

    expect(diagnosis).toEqual({ kind: 'unexplained', isStoreReached: false })
  })

  it.each([
    [
      'ERR_PROXY_CONNECTION_FAILED',
      {
        kind: 'proxy-failed',
        reason: 'unreachable',
        code: 'ERR_PROXY_CONNECTION_FAILED',
      },
    ],
    ['ERR_PROXY_AUTH_REQUESTED', { kind: 'proxy-auth-needed' }],
  ])('is the proxy’s fault if the host meets it, too: %s', async (name, failure) => {
    let isProxyGone = false
    const world = await ReverseProxyWorld.start({
      isCorsHandled: true,
      storeHttp: ruledHttp(() => {
        if (isProxyGone) throw new Error(`net::${name}`)
        return null
      }),
    })
    const upload = await world.begin(1000)
    isProxyGone = true

    const diagnosis = await world.diagnose(upload)

    expect(diagnosis).toEqual({ kind: 'refused', failure })
  })

  it('sends no request with the page’s origin on the desktop, which answers CORS itself', async () => {
    const world = await ReverseProxyWorld.start({ isCorsHandled: true }, [])
    const upload = await world.begin(1000)

    const diagnosis = await world.diagnose(upload)

    const methods = world.proxy.seen.map(({ method }) => method)
    expect(diagnosis).toEqual(REACHED)
    expect(methods).not.toContain('OPTIONS')
  })

  it('sends no long body for a PUT that had not left the page', async () => {
    const world = await ReverseProxyWorld.start()
    const upload = await world.begin(2 * PART)

    const diagnosis = await world.diagnose(upload, { isBodySent: false })

    expect(diagnosis).toEqual(REACHED)
    expect(world.proxy.bytesOf(world.proxy.puts(true))).toBeLessThan(1000)
    expect(await leftovers(world)).toEqual([])
  })
})

it('returns no diagnosis for an upload that has ended, nor for a part that it does not have', async () => {
  const world = await ReverseProxyWorld.start()
  const upload = await world.begin(1000)
  const { uploadId } = upload
  const question = { uploadId, isBodySent: true, seen: 'nothing' } as const
  const beyond = await world.harness.ask('diagnoseNoResponse', { ...question, partNumber: 2 })
  await world.harness.must('cancelUpload', { uploadId })

  const ended = await world.harness.ask('diagnoseNoResponse', { ...question, partNumber: 1 })

  const refused = { ok: false, failure: { kind: 'wrong-state' } }
  expect([beyond, ended]).toEqual([refused, refused])
})
