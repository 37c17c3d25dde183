import {
  AbortMultipartUploadCommand,
  ListMultipartUploadsCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { afterEach, describe, expect, it } from 'vitest'
import { CoreHarness, PART, someBytes } from '../../fakes/core-harness.ts'
import { after, FaultyHttp, loseAnswer, loseRequest } from '../../fakes/faulty-http.ts'
import { no, ruledHttp } from '../../fakes/ruled-http.ts'

/** For work in the background, however slow the machine. */
const PATIENCE = { timeout: 15_000 }

let harness: CoreHarness

afterEach(() => harness.close())

async function begin(http = new FaultyHttp()) {
  harness = await CoreHarness.start({ storeHttp: http.storeHttp })
  const local = await harness.must('openLocalBucket', {})
  const bytes = someBytes(2 * PART)
  const { uploadId } = await harness.queueBytes(local, 'a.bin', bytes)
  return { http, local, bytes, uploadId }
}

const clean = { phase: 'cancelled', storeIsClean: true, why: 'person' }
const empty = { keys: [], unfinished: [] }

describe('cancelling', () => {
  it('sends no request to the store before anything was begun', async () => {
    const { http, uploadId } = await begin()

    const record = await harness.must('cancelUpload', { uploadId })

    expect(record.status).toEqual(clean)
    expect(http.asked).toEqual([])
  })

  it('aborts on the store and asks it whether anything is left', async () => {
    const { http, local, bytes, uploadId } = await begin()
    await harness.prepared(uploadId, PART)
    await harness.send(uploadId, bytes, [1])

    const record = await harness.must('cancelUpload', { uploadId })

    expect(record).toMatchObject({ status: clean, recordedBytes: 0 })
    expect(http.asked.slice(-3)).toEqual(['abort', 'list-parts', 'head'])
    expect(await harness.stored(local)).toEqual(empty)
  })

  it('aborts again when the store still lists the upload', async () => {
    const http = new FaultyHttp()
    const { local, uploadId } = await begin(http)
    await harness.prepared(uploadId, PART)
    http.next('abort', loseRequest).next('abort', loseRequest)

    const record = await harness.must('cancelUpload', { uploadId })

    expect(record.status).toEqual(clean)
    expect(await harness.stored(local)).toEqual(empty)
  })

  it('finds the upload when the answer to Create was lost', async () => {
    const http = new FaultyHttp().next('create', loseAnswer)
    const { local, uploadId } = await begin(http)
    const lost = await harness.prepare(uploadId, PART)

    const record = await harness.must('cancelUpload', { uploadId })

    expect(lost).toEqual({ ok: false, failure: { kind: 'no-response' } })
    expect(record.status).toEqual(clean)
    expect(await harness.stored(local)).toEqual(empty)
  })

  it('deletes the object when its PUT had won the race', async () => {
    const { local, uploadId } = await begin()
    await harness.prepared(uploadId)
    await harness.send(uploadId, someBytes(2 * PART), [1])

    const record = await harness.must('cancelUpload', { uploadId })

    expect(record.status).toEqual(clean)
    expect(await harness.stored(local)).toEqual(empty)
  })

  it('deletes the object when Complete had won the race', async () => {
    const { http, local, bytes, uploadId } = await begin()
    await harness.prepared(uploadId, PART)
    await harness.send(uploadId, bytes, [1, 2])
    // Answer and verification are lost: the object exists, but Ferry does not know.
    const looked = Promise.withResolvers<void>()
    http.next('complete', loseAnswer).next('head', loseRequest)
    http.next('head', (request, send) => {
      looked.resolve()
      return loseRequest(request, send)
    })
    const lost = harness.ask('completeUpload', { uploadId })
    await looked.promise

    const record = await harness.must('cancelUpload', { uploadId })

    expect((await lost).ok).toBe(false)
    expect(record.status).toEqual(clean)
    expect(await harness.stored(local)).toEqual(empty)
  })

  it('leaves an object of the same name alone if somebody else wrote it', async () => {
    const { local, uploadId } = await begin()
    await harness.prepared(uploadId)
    const stranger = await harness.queueBytes(local, 'other', someBytes(9))
    const { key } = await harness.record(stranger.uploadId)
    const client = harness.otherClient(local)
    await client.send(new PutObjectCommand({ Bucket: local.bucket, Key: 'a.bin', Body: 'theirs' }))
    client.destroy()

    await harness.must('cancelUpload', { uploadId })

    expect(key).toBe('other')
    expect((await harness.stored(local)).keys).toEqual(['a.bin'])
  })

  it('does not wait for a prepare that hangs', async () => {
    const { http, local, uploadId } = await begin()
    let reached: () => void = () => undefined
    const hanging = new Promise<void>((resolve) => {
      reached = resolve
    })
    http.next('create', (_request, send) => {
      reached()
      return send().then(() => new Promise(() => undefined))
    })
    const prepared = harness.prepare(uploadId, PART)
    await hanging

    const cancelled = harness.must('cancelUpload', { uploadId })

    expect(await prepared).toEqual({ ok: false, failure: { kind: 'aborted' } })
    expect((await cancelled).status).toEqual(clean)
    expect(await harness.stored(local)).toEqual(empty)
  })

  it('is refused for an upload that is done', async () => {
    const { bytes, uploadId } = await begin()
    await harness.prepared(uploadId)
    await harness.send(uploadId, bytes, [1])
    await harness.must('completeUpload', { uploadId })

    const outcome = await harness.ask('cancelUpload', { uploadId })

    expect(outcome).toEqual({ ok: false, failure: { kind: 'wrong-state' } })
  })
})

describe('a store that cannot be reached while cancelling', () => {
  async function cancelledInSilence() {
    const begun = await begin()
    const { http, bytes, uploadId } = begun
    await harness.prepared(uploadId, PART)
    await harness.send(uploadId, bytes, [1])
    // Each of the two requests is sent twice.
    for (const operation of ['abort', 'abort', 'list-parts', 'list-parts']) {
      http.next(operation, loseRequest)
    }
    const record = await harness.must('cancelUpload', { uploadId })
    return { ...begun, record }
  }

  it('is cleaned up at the next start, and the page is notified', async () => {
    const { local, record, uploadId } = await cancelledInSilence()

    harness = await harness.restart()
    await expect
      .poll(() => harness.heard.of('uploadsChanged').flatMap((each) => each.uploads), PATIENCE)
      .toMatchObject([{ uploadId, status: clean }])

    expect(record.status).toEqual({ phase: 'cancelled', storeIsClean: false, why: 'person' })
    expect(await harness.stored(local)).toEqual(empty)
  })

  it('is cleaned up although the store keeps leftovers of another upload', async () => {
    const { uploadId: kept } = await cancelledInSilence()
    const local = await harness.must('openLocalBucket', {})
    const { uploadId } = await harness.queueBytes(local, 'b.bin', someBytes(2 * PART))
    await harness.prepared(uploadId, PART)
    const storeHttp = ruledHttp(({ method, path }) =>
      method === 'DELETE' && path.endsWith('a.bin') ? no(403, 'AccessDenied') : null,
    )
    harness = await harness.restart({ storeHttp: ruledHttp(() => no(503, 'SlowDown')) })
    await harness.must('cancelUpload', { uploadId })

    harness = await harness.restart({ storeHttp })
    const notified = () => harness.heard.of('uploadsChanged').flatMap((each) => each.uploads)

    await expect.poll(notified, PATIENCE).toMatchObject([{ uploadId, status: clean }])
    expect((await harness.record(kept)).status).toMatchObject({ storeIsClean: false })
    expect((await harness.stored(local)).unfinished).toEqual(['a.bin'])
  })

  it("is cleaned up although the upload's row was removed from the list", async () => {
    const { local, uploadId } = await cancelledInSilence()

    await harness.sync({ cleared: [uploadId] })

    expect(await harness.records()).toEqual([])
    await expect.poll(() => harness.stored(local), PATIENCE).toEqual(empty)
  })

  it('is cleaned up before its destination is forgotten', async () => {
    const { local } = await cancelledInSilence()

    await harness.must('forgetDestination', { destinationId: local.destinationId })

    expect(await harness.stored(local)).toEqual(empty)
  })
})

describe('clearing', () => {
  it('removes the parts of a failed upload', async () => {
    const { local, bytes, uploadId } = await begin()
    await harness.prepared(uploadId, PART)
    await harness.send(uploadId, bytes, [1])
    const failure = { kind: 'access-denied' } as const
    await harness.sync({
      marks: [{ uploadId, mark: { phase: 'failed', failure } }],
    })

    await harness.sync({ cleared: [uploadId] })

    expect(await harness.records()).toEqual([])
    await expect.poll(() => harness.stored(local), PATIENCE).toEqual(empty)
  })

  it('leaves the objects of finished uploads in the bucket', async () => {
    const { local, bytes, uploadId } = await begin()
    await harness.prepared(uploadId)
    await harness.send(uploadId, bytes, [1])
    await harness.must('completeUpload', { uploadId })

    await harness.sync({ cleared: [uploadId] })

    expect(await harness.records()).toEqual([])
    expect((await harness.stored(local)).keys).toEqual(['a.bin'])
  })
})

describe('a lost answer', () => {
  it('to Complete is resolved by the object itself', async () => {
    const { http, local, bytes, uploadId } = await begin()
    await harness.prepared(uploadId, PART)
    await harness.send(uploadId, bytes, [1, 2])
    http.next('complete', loseAnswer)

    const done = await harness.must('completeUpload', { uploadId })

    expect(done.status.phase).toBe('done')
    expect((await harness.stored(local)).keys).toEqual(['a.bin'])
  })

  it('to Complete is discovered by the next prepare, too', async () => {
    const { http, bytes, uploadId } = await begin()
    await harness.prepared(uploadId, PART)
    await harness.send(uploadId, bytes, [1, 2])
    http.next('complete', (request, send) => {
      http.next('head', loseRequest).next('head', loseRequest)
      http.next('list-parts', loseRequest).next('list-parts', loseRequest)
      return loseAnswer(request, send)
    })
    const lost = await harness.ask('completeUpload', { uploadId })
    http.asked.length = 0

    const prepared = await harness.prepared(uploadId)
    const done = await harness.must('completeUpload', { uploadId })

    expect(lost).toEqual({ ok: false, failure: { kind: 'no-response' } })
    expect(prepared).toMatchObject({ held: [], isComplete: true })
    expect(done.status.phase).toBe('done')
    expect(http.asked).not.toContain('create')
  })

  it('to Create leaves no second multipart upload behind', async () => {
    const { http, local, bytes, uploadId } = await begin()
    http.next('create', loseAnswer)
    await harness.prepare(uploadId, PART)

    await harness.prepared(uploadId, PART)
    await harness.send(uploadId, bytes, [1, 2])
    await harness.must('completeUpload', { uploadId })

    expect(await harness.stored(local)).toEqual({ keys: ['a.bin'], unfinished: [] })
  })

  it('to a single PUT is discovered by the next prepare', async () => {
    const { bytes, uploadId } = await begin()
    await harness.prepared(uploadId)
    await harness.send(uploadId, bytes, [1])

    const prepared = await harness.prepared(uploadId)

    expect(prepared.isComplete).toBe(true)
  })

  it('to a read makes Ferry ask again at once', async () => {
    const { http, uploadId } = await begin()
    http.next('head', loseRequest)

    const prepared = await harness.prepare(uploadId)

    expect(prepared.ok).toBe(true)
  })
})

describe('an upload that the store has forgotten', () => {
  it('begins again with the same plan', async () => {
    const { local, bytes, uploadId } = await begin()
    await harness.prepared(uploadId, PART)
    await harness.send(uploadId, bytes, [1])
    const client = harness.otherClient(local)
    const Bucket = local.bucket
    const { Uploads } = await client.send(new ListMultipartUploadsCommand({ Bucket }))
    const { Key, UploadId } = harness.only(Uploads ?? [])
    await client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }))
    client.destroy()

    const again = await harness.prepared(uploadId, 2 * PART)

    expect(again).toMatchObject({ plan: { partBytes: PART }, held: [], isComplete: false })
    expect((await harness.record(uploadId)).recordedBytes).toBe(0)
    await harness.send(uploadId, bytes, [1, 2])
    expect((await harness.must('completeUpload', { uploadId })).status.phase).toBe('done')
  })

  it('at the moment of Complete starts over', async () => {
    const { http, bytes, uploadId } = await begin()
    await harness.prepared(uploadId, PART)
    await harness.send(uploadId, bytes, [1, 2])
    http.next('complete', async () => {
      throw Object.assign(new Error('One or more parts could not be found'), {
        Code: 'InvalidPart',
        $fault: 'client',
        $metadata: { httpStatusCode: 400 },
      })
    })

    const outcome = await harness.ask('completeUpload', { uploadId })

    expect(outcome).toEqual({ ok: false, failure: { kind: 'object-missing' } })
  })
})

describe('operations', () => {
  it('run one after the other for one upload', async () => {
    const { http, uploadId } = await begin()
    let second: Promise<unknown> = Promise.resolve()
    http.next(
      'create',
      after(async () => {
        second = harness.prepare(uploadId, PART)
      }),
    )

    await harness.prepared(uploadId, PART)
    await second

    expect(http.asked.filter((each) => each === 'create')).toHaveLength(1)
  })
})
