import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { PART } from '../../fakes/core-harness.ts'
import type { OddStore } from '../../fakes/odd-store.ts'
import { ODD_BYTES, OddStoreUpload } from '../../fakes/odd-store-upload.ts'
import { plain, refusal } from '../../fakes/stub-store.ts'

let upload: OddStoreUpload
let store: OddStore

beforeEach(async () => {
  upload = await OddStoreUpload.start()
  store = upload.store
})

afterEach(() => upload.close())

const done = { ok: true, value: { status: { phase: 'done' } } }
const missing = { ok: false, failure: { kind: 'object-missing' } }
const count = (line: string) => upload.stub.requests.filter((each) => each === line).length
const isGetOfObject = 'GET /photos/a.bin'

async function sendInOnePut(): Promise<void> {
  await upload.prepare()
  await upload.harness.send(upload.uploadId, ODD_BYTES, [1])
}

describe('an object for which HEAD gives no length', () => {
  beforeEach(() => {
    store.headSays.length = false
  })

  it('is measured by requesting its first byte, and the upload is done', async () => {
    await upload.sendAll()

    expect(await upload.complete()).toMatchObject(done)
    expect(upload.time.waits).toEqual([])
  })

  it('is done after one PUT, too', async () => {
    await sendInOnePut()

    expect(await upload.complete()).toMatchObject(done)
  })

  it('is measured by a list if it may not be read', async () => {
    store.manners.get = refusal(403, 'AccessDenied')
    await upload.sendAll()

    expect(await upload.complete()).toMatchObject(done)
    expect(count('GET /photos/')).toBeGreaterThan(0)
  })

  it('is measured by requesting the whole object if the store does not support ranges', async () => {
    store.manners.get = plain(200, 'x', { 'content-length': String(ODD_BYTES.length) })
    await upload.sendAll()

    expect(await upload.complete()).toMatchObject(done)
  })

  it('is trusted by its token if nothing gives the length', async () => {
    store.manners.get = refusal(403, 'AccessDenied')
    store.manners.list = refusal(403, 'AccessDenied')
    await upload.sendAll()

    expect(await upload.complete()).toMatchObject(done)
  })

  it.each([
    ['its first byte', {}],
    ['a list', { get: refusal(501, 'NotImplemented') }],
  ])('is incomplete when %s shows that it is too short', async (_what, manners) => {
    Object.assign(store.manners, manners)
    await upload.sendAll()
    store.manners.complete = async (request, response) => {
      await store.complete(PART)
      plain(200, '<R><ETag>"short"</ETag></R>')(request, response)
    }

    expect(await upload.complete()).toEqual(missing)
  })

  it('is found again by the next prepare, and nothing is begun or sent', async () => {
    await upload.sendAll()
    await store.complete()

    const prepared = await upload.prepare()

    expect(prepared.isComplete).toBe(true)
    expect(await upload.complete()).toMatchObject(done)
  })

  it('may be empty', async () => {
    const { harness } = upload
    const { destinations } = await harness.must('listDestinations', {})
    const destination = harness.only(destinations)
    const { uploadId } = await harness.queueBytes(destination, 'empty', new Uint8Array())
    await harness.prepared(uploadId)
    await harness.send(uploadId, new Uint8Array(), [1])

    expect(await harness.ask('completeUpload', { uploadId })).toMatchObject(done)
  })
})

describe('a wrong length from HEAD', () => {
  it('is checked in another way before the object counts as incomplete', async () => {
    await upload.sendAll()
    await store.complete()
    const { token, etag } = store.object ?? { token: '', etag: '' }
    const head = { 'content-length': '0', etag, 'x-amz-meta-ferry-upload': token }
    store.manners.head = plain(200, '', head)

    expect((await upload.prepare()).isComplete).toBe(true)
    expect(await upload.complete()).toMatchObject(done)
    expect(count(isGetOfObject)).toBeGreaterThan(0)
  })
})

describe('an ETag', () => {
  it('is taken from the receipt if HEAD gives none', async () => {
    store.headSays.etag = false
    await sendInOnePut()

    expect(await upload.complete()).toMatchObject({
      value: { status: { phase: 'done', etag: '"etag-0"' } },
    })
  })

  it.each(['W/"etag-0"', '"etag-0-gzip"', '"etag-0--gzip"', 'W/"etag-0-br"'])(
    'still matches the receipt after a compressing proxy changed it: %s',
    async (etag) => {
      await sendInOnePut()
      if (store.object !== null) store.object.etag = etag

      expect(await upload.complete()).toMatchObject(done)
    },
  )

  it('identifies a file in one PUT if the store keeps no metadata', async () => {
    store.keepsTokens = false
    await sendInOnePut()

    expect(await upload.complete()).toMatchObject(done)
  })

  it("from somebody else's object identifies nothing there", async () => {
    store.keepsTokens = false
    await sendInOnePut()
    if (store.object !== null) store.object.etag = '"theirs"'

    expect(await upload.complete()).toEqual(missing)
  })
})
