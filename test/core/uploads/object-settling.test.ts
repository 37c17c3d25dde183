import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { OddStore } from '../../fakes/odd-store.ts'
import { ODD_BYTES, OddStoreUpload } from '../../fakes/odd-store-upload.ts'
import { type Answer, plain, refusal } from '../../fakes/stub-store.ts'

let upload: OddStoreUpload
let store: OddStore

beforeEach(async () => {
  upload = await OddStoreUpload.start()
  store = upload.store
})

afterEach(() => upload.close())

const done = { ok: true, value: { status: { phase: 'done' } } }
const missing = { ok: false, failure: { kind: 'object-missing' } }
const gatewayTimeout = plain(504, '<html>504 Gateway Time-out</html>', {
  'content-type': 'text/html',
})
const begun = () => upload.stub.requests.filter((each) => each === 'POST /photos/a.bin').length

/** The store makes the object, shows it after this time, and gives another answer to Complete. */
function completeSaying(answer: Answer, shownAfterMs: number | null): void {
  store.manners.complete = async (request, response) => {
    await store.complete()
    hide(shownAfterMs)
    answer(request, response)
  }
}

/** Null: for ever. */
function hide(shownAfterMs: number | null): void {
  const { object } = store
  store.object = null
  if (shownAfterMs === null) return
  upload.time.at(upload.time.passedMs + shownAfterMs, () => {
    store.object = object
  })
}

describe('a Complete that was not answered in time', () => {
  it.each([
    ['a proxy that stops waiting', gatewayTimeout],
    ['a store with an internal error', refusal(500, 'InternalError')],
    ['a connection that broke', (request) => request.socket.destroy()],
    ['an error inside 200', plain(200, '<Error><Code>InternalError</Code></Error>')],
    ['the 404 to a second request that a proxy sent', refusal(404, 'NoSuchUpload')],
    ['Ceph’s 404 to a second request', refusal(404, 'NoSuchKey')],
    ['an answer that cannot be read', plain(200, '{}', { 'x-amz-request-id': '1' })],
  ] satisfies [string, Answer][])(
    'because of %s succeeds once the object appears',
    async (_who, answer) => {
      await upload.sendAll()
      completeSaying(answer, 40_000)

      const outcome = await upload.complete()

      expect(outcome).toMatchObject(done)
      expect(upload.time.passedMs).toBeGreaterThanOrEqual(40_000)
      expect(begun()).toBe(2)
    },
  )

  it('is followed by requests for the object with growing pauses', async () => {
    await upload.sendAll()
    completeSaying(gatewayTimeout, null)

    await upload.complete()

    expect(upload.time.waits).toEqual([
      500, 1000, 2000, 4000, 8000, 10_000, 10_000, 10_000, 10_000, 4500,
    ])
  })

  it('gets a minute before the file is sent again, once', async () => {
    await upload.sendAll()
    completeSaying(gatewayTimeout, null)

    const outcome = await upload.complete()
    const passedMs = upload.time.passedMs
    delete store.manners.complete
    const again = await upload.prepare()

    expect(outcome).toEqual(missing)
    expect(passedMs).toBe(60_000)
    expect(again).toMatchObject({ isComplete: false, held: [] })
    await upload.harness.send(upload.uploadId, ODD_BYTES, [1, 2])
    expect(await upload.complete()).toMatchObject(done)
  })

  it('needs no waiting while the store still lists its parts', async () => {
    await upload.sendAll()
    store.manners.complete = gatewayTimeout

    const outcome = await upload.complete()
    delete store.manners.complete

    expect(outcome).toMatchObject({ ok: false, failure: { kind: 'server-error', status: 504 } })
    expect(upload.time.waits).toEqual([])
    expect((await upload.prepare()).held).toHaveLength(2)
    expect(await upload.complete()).toMatchObject(done)
  })

  it('needs no waiting if the store refused it for good', async () => {
    await upload.sendAll()
    store.manners.complete = refusal(403, 'AccessDenied')

    const outcome = await upload.complete()

    expect(outcome).toMatchObject({ ok: false, failure: { kind: 'access-denied' } })
    expect(upload.time.waits).toEqual([])
  })

  it('and whose store is silent afterwards is checked later, without sending the file twice', async () => {
    await upload.sendAll()
    completeSaying(gatewayTimeout, 20_000)
    store.manners['list-parts'] = (request, response) => {
      // Listed once, before Complete.
      if (store.completions.length > 0) gatewayTimeout(request, response)
      else plain(200, listed())(request, response)
    }

    const first = await upload.complete()
    delete store.manners['list-parts']
    const prepared = await upload.prepare()
    const second = await upload.complete()

    expect(first).toMatchObject({ ok: false, failure: { kind: 'server-error', status: 504 } })
    expect(prepared.isComplete).toBe(true)
    expect(second).toMatchObject(done)
  })
})

/** A hand-written list of the parts that the store has. */
function listed(): string {
  const parts = [...store.parts].map(
    ([number, { etag, byteLength }]) =>
      `<Part><PartNumber>${number}</PartNumber><ETag>${etag}</ETag><Size>${byteLength}</Size></Part>`,
  )
  return `<ListPartsResult>${parts.join('')}<IsTruncated>false</IsTruncated></ListPartsResult>`
}

describe('a restart of Ferry during the wait', () => {
  it('remembers that the object may be on its way', async () => {
    await upload.sendAll()
    completeSaying(gatewayTimeout, 30_000)
    let restarting = Promise.resolve()
    upload.time.at(3000, () => {
      restarting = upload.restart()
    })

    const interrupted = await upload.complete()
    await restarting
    const prepared = await upload.prepare()
    const outcome = await upload.complete()

    expect(interrupted).toEqual({ ok: false, failure: { kind: 'aborted' } })
    expect(prepared.isComplete).toBe(true)
    expect(outcome).toMatchObject(done)
    expect(upload.time.passedMs).toBeGreaterThanOrEqual(30_000)
    expect(upload.time.passedMs).toBeLessThanOrEqual(60_000)
    expect(begun()).toBe(2)
  })

  it('waits only for the rest of the minute', async () => {
    await upload.sendAll()
    completeSaying(gatewayTimeout, null)
    let restarting = Promise.resolve()
    upload.time.at(3000, () => {
      restarting = upload.restart()
    })

    await upload.complete()
    await restarting
    await upload.prepare()
    const outcome = await upload.complete()

    expect(outcome).toEqual(missing)
    expect(upload.time.passedMs).toBeGreaterThanOrEqual(60_000)
    expect(upload.time.passedMs).toBeLessThan(62_000)
  })
})

describe('an object that the store acknowledged', () => {
  it('is waited for if it does not appear at once', async () => {
    await upload.sendAll()
    completeSaying(plain(200, '<R><ETag>"whole-2"</ETag></R>'), 25_000)

    expect(await upload.complete()).toMatchObject(done)
    expect(begun()).toBe(2)
  })

  it('is waited for after one PUT, too, and not sent twice', async () => {
    await upload.prepare()
    await upload.harness.send(upload.uploadId, ODD_BYTES, [1])
    hide(25_000)

    expect(await upload.complete()).toMatchObject(done)
  })

  it('is waited for across a restart after one PUT', async () => {
    await upload.prepare()
    await upload.harness.send(upload.uploadId, ODD_BYTES, [1])
    hide(25_000)
    let restarting = Promise.resolve()
    upload.time.at(3000, () => {
      restarting = upload.restart()
    })

    await upload.complete()
    await restarting
    const prepared = await upload.prepare()

    expect(prepared.isComplete).toBe(true)
    expect(await upload.complete()).toMatchObject(done)
  })

  it('is missing if it never appears', async () => {
    await upload.prepare()
    await upload.harness.send(upload.uploadId, ODD_BYTES, [1])
    hide(null)

    expect(await upload.complete()).toEqual(missing)
    expect(upload.time.passedMs).toBe(60_000)
    expect((await upload.prepare()).isComplete).toBe(false)
  })

  it('is waited for if somebody else’s older object is still visible', async () => {
    await upload.sendAll()
    store.manners.complete = async (request, response) => {
      await store.complete()
      const { object } = store
      store.object = { byteLength: 3, token: 'older', etag: '"o"', headers: {} }
      upload.time.at(5000, () => {
        store.object = object
      })
      plain(200, '<R><ETag>"whole-2"</ETag></R>')(request, response)
    }

    expect(await upload.complete()).toMatchObject(done)
  })
})

describe('an upload that the store no longer knows', () => {
  it('is started again at once if nobody asked to complete it', async () => {
    await upload.sendAll()
    store.uploads.clear()

    const outcome = await upload.complete()

    expect(outcome).toEqual({ ok: false, failure: { kind: 'upload-gone' } })
    expect(upload.time.waits).toEqual([])
    expect((await upload.prepare()).isComplete).toBe(false)
  })
})

describe('a cancel while the object may be on its way', () => {
  it('does not say that nothing is left before the object appears, and then removes it', async () => {
    const { harness, uploadId } = upload
    await upload.sendAll()
    completeSaying(gatewayTimeout, 20_000)
    upload.time.at(3000, () => {
      void harness.ask('cancelUpload', { uploadId })
    })

    await upload.complete()
    await expect.poll(async () => (await harness.record(uploadId)).status.phase).toBe('cancelled')
    const early = await harness.must('cancelUpload', { uploadId })
    await upload.time.ports.sleep?.(20_000, new AbortController().signal)
    const late = await harness.must('cancelUpload', { uploadId })

    expect(early.status).toMatchObject({ phase: 'cancelled', storeIsClean: false })
    expect(late.status).toMatchObject({ phase: 'cancelled', storeIsClean: true })
    expect(store.object).toBeNull()
  })
})
