import { createHash, randomUUID } from 'node:crypto'
import { appendFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { PutObjectCommand } from '@aws-sdk/client-s3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Destination } from '../../../electron/contract/commands/destinations.ts'
import type { UploadId } from '../../../electron/contract/ids.ts'
import { MIB } from '../../../electron/contract/limits.ts'
import { CoreHarness, checksumOf, NO_CHANGES, PART, someBytes } from '../../fakes/core-harness.ts'
import { TYPED_KEYS } from '../../fakes/typed-keys.ts'

let harness: CoreHarness
let local: Destination

beforeEach(async () => {
  harness = await CoreHarness.start()
  local = await harness.must('openLocalBucket', {})
})

afterEach(() => harness.close())

const download = async (url: string) => {
  const answer = await fetch(url)
  return { answer, bytes: new Uint8Array(await answer.arrayBuffer()) }
}

const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

describe('a small file', () => {
  it('is uploaded in one PUT and comes back with its own name and type', async () => {
    const bytes = someBytes(1234)
    const { uploadId } = await harness.queueBytes(local, 'Grüße + 100%.txt', bytes)
    await harness.prepared(uploadId)

    await harness.send(uploadId, bytes, [1])
    const done = await harness.must('completeUpload', { uploadId })

    expect(done).toMatchObject({ status: { phase: 'done' }, recordedBytes: 1234 })
    const { answer, bytes: got } = await download(done.link?.url ?? '')
    expect(hash(got)).toBe(hash(bytes))
    expect(answer.headers.get('content-type')).toBe('text/plain')
    expect(answer.headers.get('content-disposition')).toBe(
      `inline; filename="Gr__e + 100_.txt"; filename*=UTF-8''Gr%C3%BC%C3%9Fe%20%2B%20100%25.txt`,
    )
  })

  it('may be empty', async () => {
    const { uploadId } = await harness.queueBytes(local, 'empty', new Uint8Array())
    await harness.prepared(uploadId)

    await harness.send(uploadId, new Uint8Array(), [1])
    const done = await harness.must('completeUpload', { uploadId })

    expect((await download(done.link?.url ?? '')).bytes).toHaveLength(0)
  })

  it('is not complete before it was sent', async () => {
    const { uploadId } = await harness.queueBytes(local, 'a', someBytes(3))
    await harness.prepared(uploadId)

    const outcome = await harness.ask('completeUpload', { uploadId })

    expect(outcome).toEqual({ ok: false, failure: { kind: 'object-missing' } })
  })
})

describe('a large file', () => {
  it('is uploaded in parts and comes back complete', async () => {
    const bytes = someBytes(2 * PART + 77)
    const { uploadId } = await harness.queueBytes(local, 'film.mkv', bytes)
    await harness.prepared(uploadId, PART)

    await harness.send(uploadId, bytes, [3, 1, 2])
    const done = await harness.must('completeUpload', { uploadId })

    expect(done.status).toMatchObject({ phase: 'done' })
    expect(hash((await download(done.link?.url ?? '')).bytes)).toBe(hash(bytes))
    expect(await harness.stored(local)).toEqual({ keys: ['film.mkv'], unfinished: [] })
  })

  it('continues after a restart from the parts that the store holds', async () => {
    const bytes = someBytes(2 * PART + 77)
    const source = await harness.registerFile('film.mkv', bytes)
    const { uploadId } = await harness.queue(local, source)
    await harness.prepared(uploadId, PART)
    await harness.send(uploadId, bytes, [2])

    harness = await harness.restart()
    const record = await harness.record(uploadId)
    const again = await harness.prepared(uploadId)

    expect(record).toMatchObject({
      sourceId: source.sourceId,
      isSourceDurable: true,
      recordedBytes: PART,
    })
    expect(again).toMatchObject({
      plan: { mode: 'multipart', partBytes: PART, byteLength: bytes.length },
      held: [{ partNumber: 2, byteLength: PART }],
      isComplete: false,
    })
    await harness.send(uploadId, bytes, [1, 3])
    const done = await harness.must('completeUpload', { uploadId })
    expect(hash((await download(done.link?.url ?? '')).bytes)).toBe(hash(bytes))
  })

  it('requests its parts again when one is missing at the end', async () => {
    const bytes = someBytes(PART + 1)
    const { uploadId } = await harness.queueBytes(local, 'a.bin', bytes)
    await harness.prepared(uploadId, PART)
    await harness.send(uploadId, bytes, [1])

    const early = await harness.ask('completeUpload', { uploadId })
    const again = await harness.prepared(uploadId)

    expect(early).toEqual({ ok: false, failure: { kind: 'object-missing' } })
    expect(again.held.map((part) => part.partNumber)).toEqual([1])
    await harness.send(uploadId, bytes, [2])
    expect((await harness.must('completeUpload', { uploadId })).status.phase).toBe('done')
  })

  it('answers a second complete, and a prepare after it, with the finished upload', async () => {
    const bytes = someBytes(PART + 1)
    const { uploadId } = await harness.queueBytes(local, 'a.bin', bytes)
    await harness.prepared(uploadId, PART)
    await harness.send(uploadId, bytes, [1, 2])
    const first = await harness.must('completeUpload', { uploadId })

    const second = await harness.must('completeUpload', { uploadId })
    const prepared = await harness.prepared(uploadId, PART)

    expect(second).toEqual(first)
    expect(prepared.isComplete).toBe(true)
  })

  it('gets longer parts when the store does not allow enough part numbers for it', async () => {
    const source = await harness.registerFacts('huge', 10_001 * PART)
    const { uploadId } = await harness.queue(local, source)

    const { plan } = await harness.prepared(uploadId, PART)

    expect(plan).toEqual({ mode: 'multipart', byteLength: 10_001 * PART, partBytes: 6 * MIB })
  })
})

describe('a file that changes during the upload', () => {
  it('is not begun, and not completed, once it differs from the file that was dropped', async () => {
    const bytes = someBytes(10)
    const source = await harness.registerFile('notes.txt', bytes)
    const { uploadId } = await harness.queue(local, source)
    await harness.prepared(uploadId)
    await harness.send(uploadId, bytes, [1])

    appendFileSync(join(harness.folder, 'notes.txt'), 'more')
    const changed = await harness.ask('completeUpload', { uploadId })
    rmSync(join(harness.folder, 'notes.txt'))
    const missing = await harness.prepare(uploadId)

    expect(changed).toEqual({ ok: false, failure: { kind: 'source-changed' } })
    expect(missing).toEqual({ ok: false, failure: { kind: 'source-missing' } })
  })
})

describe('object keys', () => {
  it('keep both of two files with one name, in the queue as well as in the bucket', async () => {
    const client = harness.otherClient(local)
    await client.send(new PutObjectCommand({ Bucket: local.bucket, Key: 'a.txt', Body: 'theirs' }))
    client.destroy()
    const first = await harness.queueBytes(local, 'a.txt', someBytes(1))
    const second = await harness.queueBytes(local, 'a.txt', someBytes(2))

    for (const [upload, length] of [
      [first, 1],
      [second, 2],
    ] as const) {
      const { uploadId } = upload
      await harness.prepared(uploadId)
      await harness.send(uploadId, someBytes(length), [1])
      await harness.must('completeUpload', { uploadId })
    }

    expect((await harness.records()).map((each) => each.name)).toEqual(['a (3).txt', 'a (2).txt'])
    expect(harness.heard.of('uploadsChanged').flatMap((each) => each.uploads)).toMatchObject([
      { uploadId: first.uploadId, name: 'a (3).txt' },
    ])
    expect((await harness.stored(local)).keys).toEqual(['a (2).txt', 'a (3).txt', 'a.txt'])
  })

  it.each([
    ['both Unicode forms', ['\u00e9.txt', 'e\u0301.txt']],
    [
      'characters with a meaning in URLs',
      ['a+b.txt', 'a b.txt', '#?%&=;.txt', '100%25.txt', "it's (1)*!.txt"],
    ],
    ['many scripts', ['日本語/ファイル.txt', 'مرحبا.txt', '🚀🧑‍🚀.txt']],
    ['dots and dashes', ['.hidden', '...', '-rf', 'a..b', 'trailing.', ' leading and trailing ']],
    ['backslashes and control characters', ['a\\b', 'tab\there', 'line\nbreak']],
  ])('carry unusual names byte for byte: %s', async (_what, names) => {
    for (const name of names) {
      const { uploadId } = await harness.queueBytes(local, name, someBytes(5))
      await harness.prepared(uploadId)
      await harness.send(uploadId, someBytes(5), [1])
      const done = await harness.must('completeUpload', { uploadId })
      expect((await download(done.link?.url ?? '')).bytes).toEqual(someBytes(5))
      expect(done.key).toBe(name)
    }
  })

  it('that no request can carry refuse their own file and no other', async () => {
    const names = ['good.txt', 'a/../b', '.', 'a//b', 'half\ud800', 'x'.repeat(1025), 'dir/']
    const sources = await Promise.all(names.map(() => harness.registerFacts('any', 1)))

    const { uploads, refused } = await harness.must('queueUploads', {
      destinationId: local.destinationId,
      items: sources.map(({ sourceId }, index) => ({
        sourceId,
        relativePath: names[index] ?? '',
        contentType: '',
        hash8: null,
      })),
    })

    expect(uploads.map((each) => each.key)).toEqual(['good.txt'])
    expect(refused.map((each) => each.failure)).toEqual([
      { kind: 'name-unusable', reason: 'dot-segment' },
      { kind: 'name-unusable', reason: 'dot-segment' },
      { kind: 'name-unusable', reason: 'empty' },
      { kind: 'name-unusable', reason: 'not-unicode' },
      { kind: 'name-unusable', reason: 'too-long' },
      { kind: 'name-unusable', reason: 'empty' },
    ])
  })

  it('may be as long as S3 allows', async () => {
    const name = 'ä'.repeat(512)
    const { uploadId } = await harness.queueBytes(local, name, someBytes(1))
    await harness.prepared(uploadId)

    await harness.send(uploadId, someBytes(1), [1])

    expect((await harness.must('completeUpload', { uploadId })).key).toBe(name)
  })
})

describe('a destination that does not work', () => {
  it.each([
    ['a wrong secret', { secretAccessKey: 'wrong' }, { kind: 'credentials-rejected' }],
    ['no such bucket', { bucket: 'nobodys' }, { kind: 'bucket-missing', bucket: 'nobodys' }],
  ])('is reported before a byte is sent: %s', async (_what, change, failure) => {
    const { destination } = await harness.must('saveDestination', {
      ...TYPED_KEYS,
      destinationId: null,
      name: '',
      provider: 'other',
      endpoint: local.endpoint,
      region: local.region,
      bucket: local.bucket,
      prefix: '',
      pathStyle: true,
      ...harness.localKeys(),
      sessionToken: '',
      keepSecret: false,
      ...change,
    })
    const { uploadId } = await harness.queueBytes(destination, 'a.bin', someBytes(PART + 1))

    const single = await harness.prepare(uploadId)
    const multipart = await harness.prepare(uploadId, PART)

    expect([single, multipart]).toMatchObject(Array(2).fill({ ok: false, failure }))
  })
})

describe("the page's control over an upload", () => {
  it('is limited to its own parts and valid states', async () => {
    const checksum = await checksumOf('crc64nvme', new Uint8Array())
    const [one, three] = [
      { partNumber: 1, checksum },
      { partNumber: 3, checksum },
    ]
    const bytes = someBytes(PART + 1)
    const { uploadId } = await harness.queueBytes(local, 'a.bin', bytes)
    const unprepared = await harness.ask('signParts', { uploadId, parts: [one] })
    await harness.prepared(uploadId, PART)

    const beyond = await harness.ask('signParts', { uploadId, parts: [one, three] })
    const forged = await harness.must('syncUploads', {
      ...NO_CHANGES,
      receipts: [{ uploadId, receipt: { ...three, etag: '"x"' } }],
    })
    const short = { partNumber: 1, checksum: await checksumOf('crc32c', new Uint8Array()) }
    const otherChecksum = await harness.ask('signParts', { uploadId, parts: [short] })
    const otherReceipt = await harness.must('syncUploads', {
      ...NO_CHANGES,
      receipts: [{ uploadId, receipt: { ...short, etag: '"x"' } }],
    })
    const live = await harness.must('syncUploads', { ...NO_CHANGES, cleared: [uploadId] })
    const { recordedBytes } = await harness.record(uploadId)
    await harness.must('cancelUpload', { uploadId })
    const afterwards = await harness.ask('signParts', { uploadId, parts: [one] })

    const refused = { ok: false, failure: { kind: 'wrong-state' } }
    expect([unprepared, beyond, otherChecksum, afterwards]).toEqual(Array(4).fill(refused))
    expect([forged, otherReceipt, live]).toEqual(Array(3).fill({ refused: [uploadId] }))
    expect(recordedBytes).toBe(0)
  })

  it('survives a restart when an upload is paused or failed', async () => {
    const paused = await harness.queueBytes(local, 'p', someBytes(1))
    const broken = await harness.queueBytes(local, 'f', someBytes(1))
    const failure = { kind: 'source-changed' } as const
    await harness.sync({
      marks: [
        { uploadId: paused.uploadId, mark: { phase: 'paused' } },
        { uploadId: broken.uploadId, mark: { phase: 'failed', failure } },
      ],
    })

    harness = await harness.restart()

    expect((await harness.records()).map((each) => each.status)).toEqual([
      { phase: 'paused' },
      { phase: 'failed', failure },
    ])
  })

  it('has no effect on an upload that has ended, and does not block other marks', async () => {
    const ended = await harness.queueBytes(local, 'e', someBytes(1))
    const paused = await harness.queueBytes(local, 'p', someBytes(1))
    await harness.must('cancelUpload', { uploadId: ended.uploadId })
    const forgotten = randomUUID() as UploadId

    const marks = [forgotten, ended.uploadId, paused.uploadId].map((uploadId) => ({
      uploadId,
      mark: { phase: 'paused' as const },
    }))
    await harness.sync({ marks })

    const phases = (await harness.records()).map((each) => each.status.phase)
    expect(phases).toEqual(['cancelled', 'paused'])
  })
})
