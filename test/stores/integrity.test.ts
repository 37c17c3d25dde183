import { describe, expect, it } from 'vitest'
import type { StoreIntegrity } from '../../electron/contract/checksum.ts'
import { checksumOf, PART, someBytes } from '../fakes/core-harness.ts'
import { type StoreUnderTest, storesUnderTest } from './buckets.ts'
import { bytesBehind, FerryOnStore, put } from './ferry-on-store.ts'

/** Measured values; for other stores the tests use what Ferry finds. */
const CHECKED: Partial<Record<StoreUnderTest['kind'], StoreIntegrity>> = {
  local: 'crc64nvme',
  'ceph-16': 'md5',
}

const BYTES = someBytes(2 * PART + 77)

async function integrityOf(ferry: FerryOnStore): Promise<StoreIntegrity | null> {
  const { destinations } = await ferry.harness.must('listDestinations', {})
  return ferry.harness.only(destinations).integrity
}

/** Not every store that checks parts also returns a checksum of the whole object. */
function proofBy(integrity: StoreIntegrity, kind: StoreUnderTest['kind']) {
  if (integrity === 'none') return { level: 'none' }
  const level = kind === 'other' ? expect.stringMatching(/^(whole|parts)$/) : 'whole'
  return { level, algorithm: integrity }
}

describe.each(storesUnderTest())('$name', (store) => {
  it('is probed correctly, and the probe leaves nothing behind', async () => {
    const ferry = await FerryOnStore.on(store)

    const { uploadId, prepared } = await ferry.begin('a.bin', BYTES, PART)
    const integrity = await integrityOf(ferry)
    await ferry.harness.must('cancelUpload', { uploadId })

    expect(integrity).toEqual(CHECKED[store.kind] ?? expect.any(String))
    expect(prepared.algorithm).toBe(integrity === 'none' ? 'crc64nvme' : integrity)
    expect(await ferry.stored()).toEqual({ keys: [], unfinished: [] })
  })

  it('treats a part with a wrong checksum as the probe found', async () => {
    const ferry = await FerryOnStore.on(store)
    const { uploadId, prepared } = await ferry.begin('a.bin', BYTES, PART)
    const sent = BYTES.slice(0, PART)
    const announced = await checksumOf(prepared.algorithm, sent)
    sent[PART - 1] = (sent[PART - 1] ?? 0) ^ 1

    const { status } = await put(await ferry.sign(uploadId, 1, announced), sent)
    const isRefused = (await integrityOf(ferry)) !== 'none'
    const { held } = await ferry.prepare(uploadId)

    expect(status).toBe(isRefused ? 400 : 200)
    expect(held.length).toBe(isRefused ? 0 : 1)
  })

  it('keeps an acknowledged part when a later attempt is refused', async () => {
    const ferry = await FerryOnStore.on(store)
    const { uploadId, prepared } = await ferry.begin('a.bin', BYTES, PART)
    await ferry.harness.send(uploadId, BYTES, [1])
    const announced = await checksumOf(prepared.algorithm, BYTES.subarray(0, PART))
    await put(await ferry.sign(uploadId, 1, announced), someBytes(PART, 2))
    const isRefused = (await integrityOf(ferry)) !== 'none'
    await ferry.prepare(uploadId)

    await ferry.harness.send(uploadId, BYTES, isRefused ? [2, 3] : [1, 2, 3])
    const { link } = await ferry.complete(uploadId)

    expect((await bytesBehind(link?.url)).equals(BYTES)).toBe(true)
  })

  it('verifies an object of several parts as well as the store allows', async () => {
    const ferry = await FerryOnStore.on(store)
    const { uploadId } = await ferry.begin('a.bin', BYTES, PART)
    await ferry.harness.send(uploadId, BYTES, [3, 1, 2])

    const { status, link } = await ferry.complete(uploadId)

    const proof = proofBy((await integrityOf(ferry)) ?? 'none', store.kind)
    expect(status).toMatchObject({ phase: 'done', proof })
    expect((await bytesBehind(link?.url)).equals(BYTES)).toBe(true)
    expect(await ferry.stored()).toEqual({ keys: ['a.bin'], unfinished: [] })
  })

  it.each([
    ['of some bytes', BYTES.subarray(0, 1234)],
    ['without bytes', new Uint8Array()],
  ])('verifies a single object %s as a whole', async (_, bytes) => {
    const ferry = await FerryOnStore.on(store)
    const { uploadId } = await ferry.begin('a.bin', bytes, null)
    await ferry.harness.send(uploadId, bytes, [1])

    const { status, link } = await ferry.complete(uploadId)

    const integrity = (await integrityOf(ferry)) ?? 'none'
    const isNone = integrity === 'none'
    const proof = isNone ? { level: 'none' } : { level: 'whole', algorithm: integrity }
    expect(status).toMatchObject({ phase: 'done', proof })
    expect((await bytesBehind(link?.url)).equals(bytes)).toBe(true)
  })

  it('refuses a single object with a wrong checksum, and stores nothing', async () => {
    const ferry = await FerryOnStore.on(store)
    const bytes = BYTES.subarray(0, 1234)
    const { uploadId, prepared } = await ferry.begin('a.bin', bytes, null)
    const announced = await checksumOf(prepared.algorithm, someBytes(1234, 2))

    const { status } = await put(await ferry.sign(uploadId, 1, announced), bytes)

    const isRefused = (await integrityOf(ferry)) !== 'none'
    expect(status).toBe(isRefused ? 400 : 200)
    expect((await ferry.stored()).keys).toEqual(isRefused ? [] : ['a.bin'])
  })
})
