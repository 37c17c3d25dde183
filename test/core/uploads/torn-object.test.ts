import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { PART } from '../../fakes/core-harness.ts'
import type { OddStore } from '../../fakes/odd-store.ts'
import { ODD_BYTES, OddStoreUpload } from '../../fakes/odd-store-upload.ts'
import { refusal } from '../../fakes/stub-store.ts'

let upload: OddStoreUpload
let store: OddStore

beforeEach(async () => {
  upload = await OddStoreUpload.start()
  store = upload.store
})

afterEach(() => upload.close())

const missing = { ok: false, failure: { kind: 'object-missing' } }

/** The store returns no checksums, so only the length shows it. */
describe('our own object that is shorter than the file', () => {
  it('does not count as a Complete whose answer was lost: the file is sent again', async () => {
    await upload.sendAll()
    await store.complete(PART)

    const prepared = await upload.prepare(PART)
    await upload.harness.send(upload.uploadId, ODD_BYTES, [1, 2])
    const completed = await upload.complete()

    expect(prepared).toMatchObject({ isComplete: false, held: [] })
    expect(completed).toMatchObject({ ok: true, value: { key: 'a.bin' } })
    expect(store.object?.byteLength).toBe(ODD_BYTES.length)
  })

  it('does not turn a refused Complete into a success', async () => {
    await upload.sendAll()
    store.manners.complete = async (request, response) => {
      await store.complete(PART)
      refusal(404, 'NoSuchUpload')(request, response)
    }

    expect(await upload.complete()).toEqual(missing)
    // It will not grow.
    expect(upload.time.waits).toHaveLength(1)
  })

  it('does not finish a file in one PUT', async () => {
    await upload.prepare()
    await upload.harness.send(upload.uploadId, ODD_BYTES, [1])
    if (store.object !== null) store.object.byteLength -= 1

    expect(await upload.complete()).toEqual(missing)
  })

  it('does not show that the upload is over to access keys that may not list its parts', async () => {
    await upload.sendAll()
    await store.complete(PART)
    store.manners['list-parts'] = refusal(403, 'AccessDenied')

    const { uploadId } = upload
    const outcome = await upload.harness.prepare(uploadId, PART)

    expect(outcome).toMatchObject({ ok: false, failure: { kind: 'access-denied' } })
  })
})
