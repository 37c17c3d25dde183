import { describe } from 'vitest'
import { fakeChecksum, textOf } from '../fakes/fake-source.ts'
import { FakeStore } from '../fakes/fake-store.ts'
import { uploadRecord } from '../fakes/upload-records.ts'
import { VirtualClock } from '../fakes/virtual-clock.ts'
import {
  FAILURES,
  partTransportContract,
  type StoreAnswer,
  type TransportSubject,
} from './part-transport-contract.ts'

describe('the fake store', () => {
  partTransportContract(() => fakeSubject())
})

function fakeSubject(): TransportSubject {
  return {
    put: async (answer, byteLength, abort) => {
      const clock = new VirtualClock()
      const store = new FakeStore(clock)
      const { uploadId } = store.add(uploadRecord(1, byteLength))
      script(store, answer)
      const signed = await store.control.signParts({
        uploadId,
        parts: [{ partNumber: 1, checksum: fakeChecksum(textOf({ payload: null })) }],
      })
      const [part] = signed.ok ? signed.value : []
      if (part === undefined) throw new Error('Not signed')
      const controller = new AbortController()
      if (abort === 'before') controller.abort()
      const reported: number[] = []
      const onSent = (sentBytes: number) => {
        reported.push(sentBytes)
        if (abort === 'after-first-byte') controller.abort()
      }
      const body = { byteLength, payload: null }
      const sending = store.transport
        .putPart(part, body, { signal: controller.signal, onSent })
        .catch(() => 'rejected' as const)
      // The fake takes a moment to move bytes; an abort ends that as well.
      await clock.advance(byteLength)
      if (abort === 'when-asked') controller.abort()
      return { outcome: await sending, reported }
    },
  }
}

function script(store: FakeStore, answer: StoreAnswer): void {
  if (answer === 'never') store.script('put', { kind: 'hang-at-end' })
  else if (answer !== 'stored') store.fail('put', FAILURES[answer])
}
