import { expect, it } from 'vitest'
import { MIB } from '../../../electron/contract/limits.ts'
import { MAX_SIGNATURE_AGE_MS, PartSigner } from '../../../renderer/engine/transfer/part-signer.ts'
import { FakeStore } from '../../fakes/fake-store.ts'
import { uploadRecord } from '../../fakes/upload-records.ts'
import { VirtualClock } from '../../fakes/virtual-clock.ts'

const toSign = (partNumber: number) => ({ partNumber, checksum: `sum${partNumber}AA` })

function benchOf() {
  const clock = new VirtualClock()
  const store = new FakeStore(clock)
  const { uploadId } = store.add(uploadRecord(1, 100 * MIB))
  const asked: (readonly number[])[] = []
  const signParts: typeof store.control.signParts = (input) => {
    asked.push(input.parts.map(({ partNumber }) => partNumber))
    return store.control.signParts(input)
  }
  const signer = new PartSigner({ ...store.control, signParts }, clock)
  const urlOf = async (partNumber: number, checksum?: string) => {
    const [part = toSign(partNumber)] = checksum ? [{ partNumber, checksum }] : []
    const signed = await signer.take(uploadId, part)
    return signed.ok ? signed.value.url : signed.failure.kind
  }
  return { clock, store, signer, uploadId, asked, urlOf }
}

it('makes one call for the parts that start together and for the next few', async () => {
  const { signer, uploadId, asked, urlOf } = benchOf()

  signer.prefetch(uploadId, [1].map(toSign), [2, 3, 4, 5, 6, 7, 8].map(toSign))
  await urlOf(1)
  signer.prefetch(uploadId, [2].map(toSign), [3, 4, 5, 6, 7, 8, 9].map(toSign))
  await urlOf(2)
  signer.prefetch(uploadId, [3].map(toSign), [4, 5, 6, 7, 8, 9, 10].map(toSign))

  expect(asked).toEqual([
    [1, 2, 3, 4, 5, 6, 7, 8],
    [9, 10],
  ])
})

it('uses no signature for two attempts', async () => {
  const { signer, uploadId, urlOf } = benchOf()
  signer.prefetch(uploadId, [1].map(toSign), [])

  const urls = [await urlOf(1), await urlOf(1)]

  expect(new Set(urls).size).toBe(2)
})

it('signs a part again if its signature is too old', async () => {
  const { clock, signer, uploadId, asked, urlOf } = benchOf()
  signer.prefetch(uploadId, [1].map(toSign), [2].map(toSign))
  await clock.advance(MAX_SIGNATURE_AGE_MS)

  await urlOf(2)

  expect(asked).toEqual([[1, 2], [2]])
})

it('signs a part again if its checksum has changed', async () => {
  const { signer, uploadId, asked, urlOf } = benchOf()
  signer.prefetch(uploadId, [1, 2].map(toSign), [])

  await urlOf(2, 'anotherA')

  expect(asked).toEqual([[1, 2], [2]])
})

it('signs parts again after the upload was stopped', async () => {
  const { signer, uploadId, asked, urlOf } = benchOf()
  signer.prefetch(uploadId, [1].map(toSign), [2].map(toSign))
  signer.forget(uploadId)

  await urlOf(2)

  expect(asked).toEqual([[1, 2], [2]])
})

it('returns the host’s failure', async () => {
  const { store, signer, uploadId, urlOf } = benchOf()
  store.fail('sign', { kind: 'secret-missing' })
  signer.prefetch(uploadId, [1, 2].map(toSign), [])

  expect([await urlOf(1), await urlOf(2)]).toEqual(['secret-missing', 'secret-missing'])
})

it('does not let a failed call affect later parts', async () => {
  const { clock, store, signer, uploadId, urlOf } = benchOf()
  store.fail('sign', { kind: 'host-gone' })
  signer.prefetch(uploadId, [1].map(toSign), [2, 3].map(toSign))
  await clock.settle()

  expect(await urlOf(1)).toBe('host-gone')
  expect(await urlOf(2)).toContain('https://')
})
