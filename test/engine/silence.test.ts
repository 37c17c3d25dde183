import { beforeEach, expect, it } from 'vitest'
import type { Failure } from '../../electron/contract/failure.ts'
import { ANSWER_HOLDS_MS, Silence } from '../../renderer/upload/engine/silence.ts'
import { FakeStore } from '../fakes/fake-store.ts'
import { uploadIdOf, uploadRecord } from '../fakes/upload-records.ts'
import { VirtualClock } from '../fakes/virtual-clock.ts'

const NO_ANSWER: Failure = { kind: 'no-response' }
const REASON: Failure = { kind: 'cors-blocked', origin: 'http://127.0.0.1:1' }
const [one, other] = [uploadIdOf(1), uploadIdOf(2)]

let clock: VirtualClock
let store: FakeStore
let silence: Silence

beforeEach(() => {
  clock = new VirtualClock()
  store = new FakeStore(clock)
  for (const number of [1, 2]) store.take(uploadRecord(number, 9))
  store.reasonForSilence = REASON
  silence = new Silence(store.control, clock)
})

it('the host is asked once for all parts of an upload that fail together', async () => {
  const explained = await Promise.all([1, 2, 3].map(() => silence.explained(one, NO_ANSWER)))

  expect(explained).toEqual([REASON, REASON, REASON])
  expect(store.calls).toEqual(['explainSilence 1'])
})

it('each upload is asked about by itself', async () => {
  await silence.explained(one, NO_ANSWER)
  await silence.explained(other, NO_ANSWER)

  expect(store.calls).toEqual(['explainSilence 1', 'explainSilence 2'])
})

it('an answer holds for a while and no longer', async () => {
  await silence.explained(one, NO_ANSWER)
  await clock.advance(ANSWER_HOLDS_MS - 1)
  await silence.explained(one, NO_ANSWER)
  const callsMeanwhile = store.calls.length
  store.reasonForSilence = null
  await clock.advance(1)

  const explained = await silence.explained(one, NO_ANSWER)

  expect(callsMeanwhile).toBe(1)
  expect(explained).toEqual(NO_ANSWER)
  expect(store.calls).toHaveLength(2)
})

it('the next silence is asked about at once after the user acted', async () => {
  await silence.explained(one, NO_ANSWER)

  silence.forget(one)
  await silence.explained(one, NO_ANSWER)

  expect(store.calls).toHaveLength(2)
})

it('nothing is asked about a failure that says itself what it is', async () => {
  const refused: Failure = { kind: 'access-denied' }

  expect(await silence.explained(one, refused)).toEqual(refused)
  expect(store.calls).toEqual([])
})
