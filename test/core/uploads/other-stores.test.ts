import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { UploadId } from '../../../electron/contract/ids.ts'
import { UploadRecords } from '../../../electron/core/records/upload-records.ts'
import { CoreHarness, PART, someBytes } from '../../fakes/core-harness.ts'
import { type Answer, plain, refusal, StubStore } from '../../fakes/stub-store.ts'

const TOKEN = 'x-amz-meta-ferry-upload'
const XML = { 'content-type': 'application/xml' }

/** A store of one object, whose manners a test changes one by one. */
class OddStore {
  /** What it answers in place of doing as asked; the key is `METHOD operation`. */
  readonly manners: Record<string, Answer> = {}
  readonly parts = new Map<number, number>()
  object: { byteLength: number; token: string } | null = null
  pageLength = 1000
  keepsTokens = true
  #token = ''

  answer: Answer = (request, response) => {
    const { operation, query } = asked(request)
    const odd = this.manners[operation]
    if (odd !== undefined) return odd(request, response)
    this.#answerTo(operation, query, request)(request, response)
  }

  complete(byteLength: number): void {
    this.object = { byteLength, token: this.#token }
    this.parts.clear()
  }

  #answerTo(operation: string, query: URLSearchParams, request: IncomingMessage): Answer {
    switch (operation) {
      case 'head':
        return this.#head()
      case 'create':
        this.#token = this.keepsTokens ? String(request.headers[TOKEN] ?? '') : ''
        return plain(200, `<R><UploadId>${randomUUID()}</UploadId></R>`, XML)
      case 'list-parts':
        return this.#list(Number(query.get('part-number-marker') ?? 0))
      case 'complete':
        this.complete([...this.parts.values()].reduce((sum, each) => sum + each, 0))
        return plain(200, '<R><ETag>"whole-2"</ETag></R>', XML)
      default:
        return plain(204, '')
    }
  }

  #head(): Answer {
    if (this.object === null) return plain(404, '')
    const { byteLength, token } = this.object
    return plain(200, '', {
      'content-length': String(byteLength),
      etag: '"from-head"',
      ...(token === '' ? {} : { [TOKEN]: token }),
    })
  }

  #list(after: number): Answer {
    const numbers = [...this.parts.keys()].filter((each) => each > after).sort((a, b) => a - b)
    const page = numbers.slice(0, this.pageLength)
    const listed = page.map(
      (each) =>
        `<Part><PartNumber>${each}</PartNumber><ETag>"${each}"</ETag>` +
        `<Size>${this.parts.get(each)}</Size></Part>`,
    )
    const more =
      `<IsTruncated>${page.length < numbers.length}</IsTruncated>` +
      `<NextPartNumberMarker>${page.at(-1) ?? 0}</NextPartNumberMarker>`
    return plain(200, `<ListPartsResult>${listed.join('')}${more}</ListPartsResult>`, XML)
  }
}

function asked(request: IncomingMessage) {
  const { searchParams: query } = new URL(request.url ?? '', 'http://any')
  const isPart = query.has('uploadId')
  const operation =
    request.method === 'POST'
      ? isPart
        ? 'complete'
        : 'create'
      : request.method === 'GET'
        ? isPart
          ? 'list-parts'
          : 'list-uploads'
        : request.method === 'DELETE'
          ? isPart
            ? 'abort'
            : 'delete'
          : (request.method ?? '').toLowerCase()
  return { operation, query }
}

let store: OddStore
let stub: StubStore
let harness: CoreHarness
let uploadId: UploadId

beforeEach(async () => {
  store = new OddStore()
  stub = await StubStore.start(store.answer)
  harness = await CoreHarness.start()
  const { destination } = await harness.must('saveDestination', {
    destinationId: null,
    name: '',
    provider: 'ceph',
    endpoint: stub.endpoint,
    region: '',
    bucket: 'photos',
    prefix: '',
    pathStyle: true,
    accessKeyId: 'AKIA',
    secretAccessKey: 'secret',
    sessionToken: '',
    keepSecret: false,
  })
  const record = await harness.queueBytes(destination, 'a.bin', someBytes(2 * PART))
  uploadId = record.uploadId
})

afterEach(async () => {
  await harness.close()
  await stub.close()
})

/** Both parts are there. */
async function sent() {
  await harness.must('prepareUpload', { uploadId, partBytes: PART })
  store.parts.set(1, PART).set(2, PART)
}

const complete = () => harness.ask('completeUpload', { uploadId })
const gone = { ok: false, failure: { kind: 'upload-gone' } }

describe('Complete', () => {
  const error = '<?xml version="1.0"?>\n  <Error><Code>InternalError</Code></Error>'

  it.each([
    ['in it', error],
    ['in it, and a line break after it', `${error}\n`],
    ['in it, and white space before it', `\n \n${error}`],
  ])('that answers 200 with an error %s is no success', async (_where, body) => {
    await sent()
    store.manners.complete = plain(200, body, XML)

    const outcome = await complete()

    expect(outcome.ok).toBe(false)
    expect((await harness.record(uploadId)).status.phase).toBe('waiting')
    delete store.manners.complete
    expect((await complete()).ok).toBe(true)
  })

  it('that answers 200 and nothing is settled by the object', async () => {
    await sent()
    store.manners.complete = (request, response) => {
      store.complete(2 * PART)
      plain(200, '')(request, response)
    }

    const outcome = await complete()

    expect(outcome).toMatchObject({ ok: true, value: { status: { etag: '"from-head"' } } })
  })

  it('that answers without an ETag, as Ceph 16 does, takes it from the object', async () => {
    await sent()
    store.manners.complete = (request, response) => {
      store.complete(2 * PART)
      plain(200, '<R><Bucket>photos</Bucket><ETag></ETag></R>', XML)(request, response)
    }

    expect(await complete()).toMatchObject({ value: { status: { etag: '"from-head"' } } })
  })

  it('of an object that is shorter than the file starts over', async () => {
    await sent()
    store.manners.complete = (request, response) => {
      store.complete(PART)
      plain(200, '<R><ETag>"short"</ETag></R>', XML)(request, response)
    }

    expect(await complete()).toEqual(gone)
  })

  it('is not asked for while a part has the wrong length', async () => {
    await sent()
    store.parts.set(2, PART - 1)

    expect(await complete()).toEqual(gone)
    expect(stub.requests.some((line) => line.startsWith('POST') && line.includes('complete'))).toBe(
      false,
    )
    const again = await harness.must('prepareUpload', { uploadId, partBytes: null })
    expect(again.held.map((part) => part.partNumber)).toEqual([1])
  })

  it('that was refused while the object is there all the same is a success', async () => {
    await sent()
    store.manners.complete = (request, response) => {
      store.complete(2 * PART)
      refusal(404, 'NoSuchUpload')(request, response)
    }

    expect((await complete()).ok).toBe(true)
  })

  it("that was refused is none by virtue of somebody else's object", async () => {
    await sent()
    store.manners.complete = (request, response) => {
      store.object = { byteLength: 2 * PART, token: 'theirs' }
      refusal(404, 'NoSuchUpload')(request, response)
    }

    expect(await complete()).toEqual(gone)
  })
})

describe('a multipart upload whose id cannot be written down', () => {
  it('is aborted at once, since nobody would ever find it again', async () => {
    const full = Object.assign(new Error('full'), { code: 'ERR_SQLITE_ERROR', errcode: 13 })
    const noRoom = vi
      .spyOn(UploadRecords.prototype, 'setStoreUpload')
      .mockImplementationOnce(() => {
        throw full
      })

    const outcome = await harness.ask('prepareUpload', { uploadId, partBytes: PART })
    noRoom.mockRestore()

    expect(outcome).toEqual({ ok: false, failure: { kind: 'disk-full', where: 'data-folder' } })
    expect(stub.requests.at(-1)).toBe('DELETE /photos/a.bin')
  })
})

describe('a store that keeps no metadata', () => {
  it('is believed when it says that it made the object, and the length agrees', async () => {
    store.keepsTokens = false
    await sent()

    expect((await complete()).ok).toBe(true)
  })
})

describe('keys that may write and not read', () => {
  beforeEach(() => {
    store.manners.head = plain(403, '')
  })

  it('upload in parts, on the word of Complete', async () => {
    await sent()

    expect(await complete()).toMatchObject({ value: { status: { etag: '"whole-2"' } } })
  })

  it('upload in one PUT, on the word of its receipt and not without one', async () => {
    await harness.must('prepareUpload', { uploadId, partBytes: null })

    const without = await complete()
    const receipts = [{ partNumber: 1, etag: '"put"' }]
    await harness.must('recordParts', { uploadId, receipts })

    expect(without).toEqual({ ok: false, failure: { kind: 'access-denied' } })
    expect(await complete()).toMatchObject({ value: { status: { etag: '"put"' } } })
  })
})

describe('the parts that a store lists', () => {
  it('are read to the last page', async () => {
    store.pageLength = 1
    await sent()

    const { held } = await harness.must('prepareUpload', { uploadId, partBytes: null })

    expect(held.map((part) => part.partNumber)).toEqual([1, 2])
  })

  it('are read once from a store that says there is more and does not turn the page', async () => {
    await sent()
    store.manners['list-parts'] = plain(
      200,
      '<R><IsTruncated>true</IsTruncated><NextPartNumberMarker>1</NextPartNumberMarker>' +
        `<Part><PartNumber>1</PartNumber><ETag>"1"</ETag><Size>${PART}</Size></Part></R>`,
      XML,
    )
    const before = stub.requests.length

    await harness.must('prepareUpload', { uploadId, partBytes: null })

    expect(stub.requests.length - before).toBe(2)
  })

  it('count only where number and length fit the plan', async () => {
    await sent()
    store.parts.set(1, PART + 1).set(3, 10)

    const { held } = await harness.must('prepareUpload', { uploadId, partBytes: null })

    expect(held.map((part) => part.partNumber)).toEqual([2])
    expect((await harness.record(uploadId)).recordedBytes).toBe(PART)
  })
})

describe('cancelling', () => {
  it.each([
    ['AWS', refusal(404, 'NoSuchUpload')],
    ['Ceph', refusal(404, 'NoSuchKey')],
  ])('is clean when the upload is gone in the words of %s', async (_store, answer) => {
    await sent()
    store.manners.abort = refusal(500, 'InternalError')
    store.manners['list-parts'] = answer

    const record = await harness.must('cancelUpload', { uploadId })

    expect(record.status).toEqual({ phase: 'cancelled', storeIsClean: true })
  })

  it('is not clean while the store goes on listing the upload', async () => {
    await sent()

    const record = await harness.must('cancelUpload', { uploadId })

    expect(record.status).toEqual({ phase: 'cancelled', storeIsClean: false })
  })

  it('is not clean on the word of a store that gives no answer', async () => {
    await sent()
    store.manners['list-parts'] = refusal(503, 'SlowDown')

    const record = await harness.must('cancelUpload', { uploadId })

    expect(record.status).toEqual({ phase: 'cancelled', storeIsClean: false })
  })
})
