import { expect, it } from 'vitest'
import { MIB } from '../../electron/contract/limits.ts'
import { MAX_SIGNATURE_AGE_MS, PartSigner } from '../../renderer/upload/engine/part-signer.ts'
import { FakeStore } from '../fakes/fake-store.ts'
import { uploadRecord } from '../fakes/upload-records.ts'
import { VirtualClock } from '../fakes/virtual-clock.ts'

function benchOf() {
  const clock = new VirtualClock()
  const store = new FakeStore(clock)
  const { uploadId } = store.take(uploadRecord(1, 100 * MIB))
  const asked: (readonly number[])[] = []
  const sign = (id: typeof uploadId, partNumbers: readonly number[]) => {
    asked.push(partNumbers)
    return store.control.sign(id, partNumbers)
  }
  const signer = new PartSigner({ ...store.control, sign }, clock)
  const urlOf = async (partNumber: number) => {
    const signed = await signer.take(uploadId, partNumber)
    return signed.ok ? signed.value.url : signed.failure.kind
  }
  return { clock, store, signer, uploadId, asked, urlOf }
}

it('asks once for the parts that start together and for the next few', async () => {
  const { signer, uploadId, asked, urlOf } = benchOf()

  signer.prefetch(uploadId, [1], [2, 3, 4, 5, 6, 7, 8])
  await urlOf(1)
  signer.prefetch(uploadId, [2], [3, 4, 5, 6, 7, 8, 9])
  await urlOf(2)
  signer.prefetch(uploadId, [3], [4, 5, 6, 7, 8, 9, 10])

  expect(asked).toEqual([
    [1, 2, 3, 4, 5, 6, 7, 8],
    [9, 10],
  ])
})

it('uses no signature for two tries', async () => {
  const { signer, uploadId, urlOf } = benchOf()
  signer.prefetch(uploadId, [1], [])

  const urls = [await urlOf(1), await urlOf(1)]

  expect(new Set(urls).size).toBe(2)
})

it('signs anew what was signed too long ago', async () => {
  const { clock, signer, uploadId, asked, urlOf } = benchOf()
  signer.prefetch(uploadId, [1], [2])
  await clock.advance(MAX_SIGNATURE_AGE_MS)

  await urlOf(2)

  expect(asked).toEqual([[1, 2], [2]])
})

it('signs anew after the upload was stopped', async () => {
  const { signer, uploadId, asked, urlOf } = benchOf()
  signer.prefetch(uploadId, [1], [2])
  signer.forget(uploadId)

  await urlOf(2)

  expect(asked).toEqual([[1, 2], [2]])
})

it('hands over the failure of the host', async () => {
  const { store, signer, uploadId, urlOf } = benchOf()
  store.fail('sign', { kind: 'secret-missing' })
  signer.prefetch(uploadId, [1, 2], [])

  expect([await urlOf(1), await urlOf(2)]).toEqual(['secret-missing', 'secret-missing'])
})

it('does not hold a failed call against parts that come later', async () => {
  const { clock, store, signer, uploadId, urlOf } = benchOf()
  store.fail('sign', { kind: 'host-gone' })
  signer.prefetch(uploadId, [1], [2, 3])
  await clock.settle()

  expect(await urlOf(1)).toBe('host-gone')
  expect(await urlOf(2)).toContain('https://')
})
