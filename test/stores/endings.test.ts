import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
} from '@aws-sdk/client-s3'
import { describe, expect, it } from 'vitest'
import type { CorePorts } from '../../electron/core/ports.ts'
import { PART, someBytes } from '../fakes/core-harness.ts'
import { loseAnswer, after as meanwhile } from '../fakes/faulty-http.ts'
import { storesUnderTest } from './buckets.ts'
import { bytesBehind, FerryOnStore } from './ferry-on-store.ts'

const BYTES = someBytes(PART + 77)
const NOTHING = { keys: [], unfinished: [] }
const CLEAN = { phase: 'cancelled', storeIsClean: true, why: 'person' }

describe.each(storesUnderTest())('endings on $name', (store) => {
  /** Every part is acknowledged; only Complete is missing. */
  async function sent(ports: Partial<CorePorts> = {}) {
    const ferry = await FerryOnStore.on(store, undefined, ports)
    const { uploadId } = await ferry.begin('a.bin', BYTES, PART)
    await ferry.harness.send(uploadId, BYTES, [1, 2])
    return { ferry, uploadId }
  }

  /** The one unfinished upload, accessed with another client. */
  async function theUpload({ client, bucket, harness }: FerryOnStore) {
    const Bucket = bucket.store.bucket
    const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket }))
    const { Key, UploadId } = harness.only(Uploads)
    return { Bucket, Key, UploadId }
  }

  async function completeAside(ferry: FerryOnStore): Promise<void> {
    const upload = await theUpload(ferry)
    const { Parts = [] } = await ferry.client.send(new ListPartsCommand(upload))
    const MultipartUpload = {
      Parts: Parts.map(({ PartNumber, ETag }) => ({ PartNumber, ETag })),
    }
    await ferry.client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload }))
  }

  it('cancels without leaving a part, and reports it', async () => {
    const { ferry, uploadId } = await sent()

    const { status } = await ferry.harness.must('cancelUpload', { uploadId })

    expect(status).toEqual(CLEAN)
    expect(await ferry.stored()).toEqual(NOTHING)
  })

  it('cancels a single object whose PUT has already succeeded', async () => {
    const ferry = await FerryOnStore.on(store)
    const { uploadId } = await ferry.begin('a.bin', BYTES, null)
    await ferry.harness.send(uploadId, BYTES, [1])

    const { status } = await ferry.harness.must('cancelUpload', { uploadId })

    expect(status).toEqual(CLEAN)
    expect(await ferry.stored()).toEqual(NOTHING)
  })

  it('looks at the object itself when the answer to Complete is lost', async () => {
    const { ferry, uploadId } = await sent()
    ferry.http.next('complete', loseAnswer)

    const { status, link } = await ferry.complete(uploadId)

    expect(status.phase).toBe('done')
    expect((await bytesBehind(link?.url)).equals(BYTES)).toBe(true)
  })

  it('finds the object when the answer to Complete never arrived, with the same proof', async () => {
    const { ferry, uploadId } = await sent()
    ferry.hearNothingOfComplete()
    const unheard = await ferry.harness.ask('completeUpload', { uploadId })

    await ferry.restart()
    const prepared = await ferry.prepare(uploadId)
    const found = await ferry.complete(uploadId)
    const usual = await completedAsUsual(ferry)

    expect(unheard.ok).toBe(false)
    expect(prepared).toMatchObject({ held: [], isComplete: true })
    expect(found.status).toMatchObject({ phase: 'done', proof: usual })
  })

  it('answers a second Complete like the first one', async () => {
    const { ferry, uploadId } = await sent()
    const first = await ferry.complete(uploadId)

    const second = await ferry.complete(uploadId)

    expect(second).toEqual(first)
    expect(first.status).toMatchObject({ etag: expect.stringMatching(/^"[0-9a-f]{32}-2"$/) })
  })

  it('is done when another Complete that it did not see came first', async () => {
    const { ferry, uploadId } = await sent()
    ferry.http.next(
      'complete',
      meanwhile(() => completeAside(ferry)),
    )

    const { status, link } = await ferry.complete(uploadId)

    expect(status.phase).toBe('done')
    expect((await bytesBehind(link?.url)).equals(BYTES)).toBe(true)
  })

  it('never reports done when the upload was aborted before Complete, and can go on', async () => {
    // The object is looked up for a minute, which the test does not wait for.
    const { ferry, uploadId } = await sent({ sleep: async () => undefined })
    ferry.http.next(
      'complete',
      meanwhile(async () => {
        await ferry.client.send(new AbortMultipartUploadCommand(await theUpload(ferry)))
      }),
    )

    const aborted = await ferry.harness.ask('completeUpload', { uploadId })
    const retried = await ferry.harness.ask('completeUpload', { uploadId })
    const again = await ferry.prepare(uploadId)
    await ferry.harness.send(uploadId, BYTES, [1, 2])
    const { status } = await ferry.complete(uploadId)

    // Ceph answers 500 to the first Complete, as if retrying could help.
    expect(aborted.ok).toBe(false)
    expect(retried).toEqual({ ok: false, failure: { kind: 'upload-gone' } })
    expect(again).toMatchObject({ held: [], isComplete: false })
    expect(status.phase).toBe('done')
    expect(await ferry.stored()).toEqual({ keys: ['a.bin'], unfinished: [] })
  })

  async function completedAsUsual(ferry: FerryOnStore) {
    const { uploadId } = await ferry.begin('b.bin', BYTES, PART)
    await ferry.harness.send(uploadId, BYTES, [1, 2])
    const { status } = await ferry.complete(uploadId)
    return status.phase === 'done' ? status.proof : expect.unreachable('It is not done')
  }
})
