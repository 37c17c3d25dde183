import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { PRECONDITION_FAILED } from '../../../electron/contract/failure/s3-failure.ts'
import { DEFAULT_RULES } from '../../../electron/contract/rules/upload-rules.ts'
import { Records } from '../../../electron/core/records/records.ts'
import { PART } from '../../fakes/core-harness.ts'
import type { OddStore } from '../../fakes/odd-store.ts'
import { ODD_BYTES, OddStoreUpload } from '../../fakes/odd-store-upload.ts'
import { plain, refusal } from '../../fakes/stub-store.ts'

const XML = { 'content-type': 'application/xml' }

let upload: OddStoreUpload
let store: OddStore

beforeEach(async () => {
  upload = await OddStoreUpload.start()
  store = upload.store
})

afterEach(() => upload.close())

function resize(partNumber: number, byteLength: number): void {
  const part = store.parts.get(partNumber)
  if (part !== undefined) part.byteLength = byteLength
}

const missing = { ok: false, failure: { kind: 'object-missing' } }

describe('Complete', () => {
  const error = '<?xml version="1.0"?>\n  <Error><Code>InternalError</Code></Error>'

  it.each([
    ['in it', error],
    ['in it, and a line break after it', `${error}\n`],
    ['in it, and white space before it', `\n \n${error}`],
  ])('that answers 200 with an error %s is not a success', async (_where, body) => {
    await upload.sendAll()
    store.manners.complete = plain(200, body, XML)

    const outcome = await upload.complete()

    expect(outcome.ok).toBe(false)
    expect((await upload.harness.record(upload.uploadId)).status.phase).toBe('waiting')
    delete store.manners.complete
    expect((await upload.complete()).ok).toBe(true)
  })

  it('that answers 200 without a body is resolved by the object', async () => {
    await upload.sendAll()
    store.manners.complete = async (request, response) => {
      await store.complete()
      plain(200, '')(request, response)
    }

    const outcome = await upload.complete()

    expect(outcome).toMatchObject({ ok: true, value: { status: { etag: '"from-head"' } } })
  })

  it('that answers without an ETag, as Ceph 16 does, takes it from the object', async () => {
    await upload.sendAll()
    store.manners.complete = async (request, response) => {
      await store.complete()
      plain(200, '<R><Bucket>photos</Bucket><ETag></ETag></R>', XML)(request, response)
    }

    expect(await upload.complete()).toMatchObject({ value: { status: { etag: '"from-head"' } } })
  })

  it('starts over if the object is shorter than the file', async () => {
    await upload.sendAll()
    store.manners.complete = async (request, response) => {
      await store.complete(PART)
      plain(200, '<R><ETag>"short"</ETag></R>', XML)(request, response)
    }

    expect(await upload.complete()).toEqual(missing)
  })

  it('is not requested while a part has the wrong length', async () => {
    await upload.sendAll()
    resize(2, PART - 1)

    expect(await upload.complete()).toEqual(missing)
    expect(
      upload.stub.requests.some((line) => line.startsWith('POST') && line.includes('complete')),
    ).toBe(false)
    const again = await upload.prepare()
    expect(again.held.map((part) => part.partNumber)).toEqual([1])
  })

  it('is a success if it was refused but the object exists', async () => {
    await upload.sendAll()
    store.manners.complete = async (request, response) => {
      await store.complete()
      refusal(404, 'NoSuchUpload')(request, response)
    }

    expect((await upload.complete()).ok).toBe(true)
  })

  it("is not a success because of somebody else's object if it was refused", async () => {
    await upload.sendAll()
    store.manners.complete = (request, response) => {
      store.object = { byteLength: 2 * PART, token: 'theirs', etag: '"x"', headers: {} }
      refusal(404, 'NoSuchUpload')(request, response)
    }

    expect(await upload.complete()).toEqual({ ok: false, failure: PRECONDITION_FAILED })
  })
})

describe("somebody else's object under the key of the one that Complete made", () => {
  const replaceBy = (token: string) => {
    store.object = { byteLength: 2 * PART, token, etag: '"x"', headers: {} }
  }

  it('does not count as ours, even if it is as long', async () => {
    await upload.sendAll()
    store.manners.complete = async (request, response) => {
      await store.complete()
      replaceBy('theirs')
      plain(200, '<R><ETag>"whole-2"</ETag></R>', XML)(request, response)
    }

    expect(await upload.complete()).toEqual(missing)
  })

  it('requires no other key if the rule is to replace', async () => {
    const { destinationId } = await upload.harness.record(upload.uploadId)
    const rules = { ...DEFAULT_RULES, onConflict: 'replace' } as const
    await upload.harness.must('saveRules', { destinationId, rules })
    await upload.sendAll()
    store.manners.complete = (request, response) => {
      replaceBy('theirs')
      store.uploads.clear()
      refusal(404, 'NoSuchUpload')(request, response)
    }

    const refused = await upload.complete()
    delete store.manners.complete
    await upload.sendAll()
    const completed = await upload.complete()

    expect(refused).toEqual(missing)
    expect(completed).toMatchObject({ ok: true, value: { key: 'a.bin' } })
  })
})

describe('a multipart upload whose ID cannot be recorded', () => {
  it('is aborted at once, since nobody would ever find it again', async () => {
    const full = Object.assign(new Error('full'), { code: 'ERR_SQLITE_ERROR', errcode: 13 })
    const noRoom = vi.spyOn(Records.prototype, 'setStoreUpload').mockImplementationOnce(() => {
      throw full
    })

    const outcome = await upload.harness.prepare(upload.uploadId, PART)
    noRoom.mockRestore()

    expect(outcome).toEqual({ ok: false, failure: { kind: 'disk-full', where: 'data-folder' } })
    expect(upload.stub.requests.at(-1)).toBe('DELETE /photos/a.bin')
    expect(store.uploads.size).toBe(0)
    await upload.sendAll()
    expect((await upload.complete()).ok).toBe(true)
  })
})

describe('a store that keeps no metadata', () => {
  it('is trusted when it says that it made the object, and the length matches', async () => {
    store.keepsTokens = false
    await upload.sendAll()

    expect((await upload.complete()).ok).toBe(true)
  })
})

describe('access keys that may write but not read', () => {
  beforeEach(() => {
    store.manners.head = plain(403, '')
  })

  it('upload in parts, trusting the answer to Complete', async () => {
    await upload.sendAll()

    expect(await upload.complete()).toMatchObject({ value: { status: { etag: '"whole-2"' } } })
  })

  it('upload in one PUT, trusting its receipt, and fail without one', async () => {
    await upload.prepare()

    const without = await upload.complete()
    await upload.harness.send(upload.uploadId, ODD_BYTES, [1])

    expect(without).toMatchObject({
      ok: false,
      failure: { kind: 'access-denied', action: 's3:GetObject' },
    })
    expect(await upload.complete()).toMatchObject({ value: { status: { etag: '"etag-0"' } } })
  })
})

describe('access keys that expire a moment after they worked', () => {
  it('are reported as expired, although the 400 to a HEAD does not say so', async () => {
    await upload.prepare()
    await upload.harness.send(upload.uploadId, ODD_BYTES, [1])
    store.manners.head = plain(400, '')
    store.manners.list = refusal(400, 'ExpiredToken')

    expect(await upload.complete()).toMatchObject({
      ok: false,
      failure: { kind: 'credentials-expired', answer: { code: 'ExpiredToken' } },
    })
  })
})

describe('a store that does not give the time', () => {
  it('gets its parts signed all the same, with the best known time', async () => {
    await upload.sendAll()
    // After a restart the store's time is unknown, so Ferry asks for it.
    await upload.restart()
    store.manners.head = () => undefined

    const signed = await upload.harness.must('signParts', {
      uploadId: upload.uploadId,
      parts: [{ partNumber: 1, checksum: 'rosUhgp5mIg=' }],
    })

    expect(signed.map(({ partNumber }) => partNumber)).toEqual([1])
  })
})

describe('the parts that a store lists', () => {
  it('are read to the last page', async () => {
    store.pageLength = 1
    await upload.sendAll()

    const { held } = await upload.prepare()

    expect(held.map((part) => part.partNumber)).toEqual([1, 2])
  })

  it('are read once from a store that says there is more but repeats the page', async () => {
    await upload.sendAll()
    store.manners['list-parts'] = plain(
      200,
      '<R><IsTruncated>true</IsTruncated><NextPartNumberMarker>1</NextPartNumberMarker>' +
        `<Part><PartNumber>1</PartNumber><ETag>"etag-1"</ETag><Size>${PART}</Size></Part></R>`,
      XML,
    )
    const before = upload.stub.requests.length

    await upload.prepare()

    expect(upload.stub.requests.length - before).toBe(2)
  })

  it('count only where number and length fit the plan', async () => {
    await upload.sendAll()
    resize(1, PART + 1)
    store.parts.set(3, { body: Buffer.alloc(10), byteLength: 10, etag: '"3"' })

    const { held } = await upload.prepare()

    expect(held.map((part) => part.partNumber)).toEqual([2])
    expect((await upload.harness.record(upload.uploadId)).recordedBytes).toBe(PART)
  })
})

describe('cancelling', () => {
  it.each([
    ['AWS', refusal(404, 'NoSuchUpload')],
    ['Ceph', refusal(404, 'NoSuchKey')],
  ])('is clean when the upload is gone in the words of %s', async (_store, answer) => {
    await upload.sendAll()
    store.manners.abort = refusal(500, 'InternalError')
    store.manners['list-parts'] = answer

    const record = await upload.harness.must('cancelUpload', { uploadId: upload.uploadId })

    expect(record.status).toEqual({ phase: 'cancelled', storeIsClean: true, why: 'person' })
  })

  it('is not clean while the store goes on listing the upload', async () => {
    await upload.sendAll()
    store.manners.abort = plain(204, '')

    const record = await upload.harness.must('cancelUpload', { uploadId: upload.uploadId })

    expect(record.status).toEqual({ phase: 'cancelled', storeIsClean: false, why: 'person' })
  })

  it('is not clean if the store gives no answer', async () => {
    await upload.sendAll()
    store.manners['list-parts'] = refusal(503, 'SlowDown')

    const record = await upload.harness.must('cancelUpload', { uploadId: upload.uploadId })

    expect(record.status).toEqual({ phase: 'cancelled', storeIsClean: false, why: 'person' })
  })
})
