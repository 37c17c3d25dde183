import { AbortMultipartUploadCommand, ListMultipartUploadsCommand } from '@aws-sdk/client-s3'
import { describe, expect, it } from 'vitest'
import { rangeOfPart } from '../../electron/contract/part-plan.ts'
import { checksumOf, PART, someBytes } from '../fakes/core-harness.ts'
import { loseAnswer } from '../fakes/faulty-http.ts'
import { storesUnderTest } from './buckets.ts'
import { bytesBehind, FerryOnStore, put, putHalf } from './ferry-on-store.ts'

const BYTES = someBytes(2 * PART + 77)
const PAGE_OF_PARTS = 1000
const AT_ONCE = 8

describe.each(storesUnderTest())('resuming on $name', (store) => {
  it('resumes after a restart from the parts on the store, with their checksums', async () => {
    const ferry = await FerryOnStore.on(store)
    const { uploadId, prepared } = await ferry.begin('film.mkv', BYTES, PART)
    await ferry.harness.send(uploadId, BYTES, [2])

    await ferry.restart()
    const again = await ferry.prepare(uploadId)
    await ferry.harness.send(uploadId, BYTES, [1, 3])
    const { status, link } = await ferry.complete(uploadId)

    const { start, end } = rangeOfPart(prepared.plan, 2)
    const checksum = await checksumOf(prepared.algorithm, BYTES.subarray(start, end))
    expect(again).toMatchObject({
      plan: prepared.plan,
      algorithm: prepared.algorithm,
      held: [{ partNumber: 2, byteLength: PART, checksum }],
      isComplete: false,
    })
    expect(status.phase).toBe('done')
    expect((await bytesBehind(link?.url)).equals(BYTES)).toBe(true)
  })

  it('does not count a part that was cut off, and accepts it when it is sent again', async () => {
    const ferry = await FerryOnStore.on(store)
    const { uploadId, prepared } = await ferry.begin('film.mkv', BYTES, PART)
    const checksum = await checksumOf(prepared.algorithm, BYTES.subarray(0, PART))
    await putHalf(await ferry.sign(uploadId, 1, checksum), BYTES.subarray(0, PART))

    const again = await ferry.prepare(uploadId)
    await ferry.harness.send(uploadId, BYTES, [1, 2, 3])
    const { link } = await ferry.complete(uploadId)

    expect(again.held).toEqual([])
    expect((await bytesBehind(link?.url)).equals(BYTES)).toBe(true)
  })

  it('counts a part whose answer was lost, by the checksum that was signed for it', async () => {
    const ferry = await FerryOnStore.on(store)
    const { uploadId, prepared } = await ferry.begin('film.mkv', BYTES, PART)
    const body = BYTES.subarray(0, PART)
    const checksum = await checksumOf(prepared.algorithm, body)
    await put(await ferry.sign(uploadId, 1, checksum), body)

    await ferry.restart()
    const { held } = await ferry.prepare(uploadId)

    expect(held).toMatchObject([{ partNumber: 1, byteLength: PART, checksum }])
  })

  it('asks the store which bytes it has of a part that was signed twice, or sends it again', async () => {
    const ferry = await FerryOnStore.on(store)
    const { uploadId, prepared } = await ferry.begin('film.mkv', BYTES, PART)
    const [former, present] = [BYTES.slice(0, PART), BYTES.slice(PART, 2 * PART)]
    const formerSum = await checksumOf(prepared.algorithm, former)
    const early = await ferry.sign(uploadId, 1, formerSum)
    const late = await ferry.sign(uploadId, 1, await checksumOf(prepared.algorithm, present))
    await put(late, present)
    await put(early, former)

    const { held } = await ferry.prepare(uploadId)

    const isTold = store.kind !== 'other' || held.length > 0
    expect(held.map((part) => part.checksum)).toEqual(isTold ? [formerSum] : [])
  })

  it('reads all pages of the list of parts, and cancels all of them', async () => {
    const ferry = await FerryOnStore.on(store)
    // Not every store accepts more parts than a page of the list contains.
    const lastPart = Math.min(PAGE_OF_PARTS + 2, ferry.destination.maxPartCount)
    const source = await ferry.harness.registerFacts('huge.bin', (lastPart - 1) * PART + 1)
    const { uploadId } = await ferry.harness.queue(ferry.destination, source)
    const { algorithm } = await ferry.prepare(uploadId, PART)
    const byte = new Uint8Array([7])
    const checksum = await checksumOf(algorithm, byte)
    const numbers = Array.from({ length: lastPart }, (_, index) => index + 1)
    const sendSome = async () => {
      for (let next = numbers.pop(); next !== undefined; next = numbers.pop()) {
        expect((await put(await ferry.sign(uploadId, next, checksum), byte)).status).toBe(200)
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, sendSome))

    const { held } = await ferry.prepare(uploadId)
    const cancelled = await ferry.harness.must('cancelUpload', { uploadId })

    // Only the last part has a length of a single byte.
    expect(held.map((part) => part.partNumber)).toEqual([lastPart])
    expect(cancelled.status).toEqual({ phase: 'cancelled', storeIsClean: true, why: 'person' })
    expect(await ferry.stored()).toEqual({ keys: [], unfinished: [] })
  })

  it('starts over when the store has forgotten the upload', async () => {
    const ferry = await FerryOnStore.on(store)
    const { uploadId, prepared } = await ferry.begin('film.mkv', BYTES, PART)
    await ferry.harness.send(uploadId, BYTES, [1])
    const Bucket = ferry.bucket.store.bucket
    const { Uploads = [] } = await ferry.client.send(new ListMultipartUploadsCommand({ Bucket }))
    const { Key, UploadId } = ferry.harness.only(Uploads)
    await ferry.client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }))

    const again = await ferry.prepare(uploadId)
    await ferry.harness.send(uploadId, BYTES, [1, 2, 3])
    const { status, link } = await ferry.complete(uploadId)

    expect(again).toMatchObject({ plan: prepared.plan, held: [], isComplete: false })
    expect(status.phase).toBe('done')
    expect((await bytesBehind(link?.url)).equals(BYTES)).toBe(true)
  })

  it('leaves no second upload behind when the answer to the first Create is lost', async () => {
    const ferry = await FerryOnStore.on(store)
    // By then the integrity probe is over, so that the next Create is the upload's own.
    await ferry.begin('other.bin', BYTES.subarray(0, 10), null)
    const { uploadId } = await ferry.harness.queueBytes(ferry.destination, 'film.mkv', BYTES)
    ferry.http.next('create', loseAnswer)
    const lost = await ferry.harness.prepare(uploadId, PART)

    await ferry.prepare(uploadId, PART)

    expect(lost.ok).toBe(false)
    expect((await ferry.stored()).unfinished).toEqual(['film.mkv'])
  })
})
