import { describe, expect, it } from 'vitest'
import {
  badDigest,
  badGateway,
  internalError,
  slowDown,
  tooManyRequests,
  urlExpired,
} from '../faults/answers.ts'
import type { Verdict } from '../faults/fault-proxy.ts'
import { beginJourney, faultLasting, faultsOf, sharedFaultWorld } from './fault-world.ts'
import { MIB } from './fresh-ferry.ts'

const world = sharedFaultWorld()
const SILENT = /^\s*Uploading .*The store does not answer/

describe('the PUT of a file', () => {
  it.each<[string, Verdict, RegExp]>([
    ['is reset before its body', { kind: 'reset', afterBytes: 0 }, SILENT],
    ['is reset in its body', { kind: 'reset', afterBytes: 300_000 }, SILENT],
    ['is reset after its body', { kind: 'reset', afterBytes: Number.POSITIVE_INFINITY }, SILENT],
    ['loses its answer', { kind: 'lose-answer' }, SILENT],
    ['gets half an answer', { kind: 'truncate-answer' }, SILENT],
    [
      'is answered 500',
      { kind: 'answer', answer: internalError },
      /^\s*Uploading .*The store has trouble of its own \(error 500\)/,
    ],
    [
      'is answered 502',
      { kind: 'answer', answer: badGateway },
      /^\s*Uploading .*The store has trouble of its own \(error 502\)/,
    ],
    [
      'is answered 503',
      { kind: 'answer', answer: slowDown() },
      /^\s*Uploading .*The store asks for fewer requests/,
    ],
    [
      'is answered 429',
      { kind: 'answer', answer: tooManyRequests() },
      /^\s*Uploading .*The store asks for fewer requests/,
    ],
    [
      'comes too late for its signature',
      { kind: 'answer', answer: urlExpired },
      /^\s*Uploading .*The permission for this part ran out before it was sent/,
    ],
    [
      'is refused for its checksum',
      { kind: 'answer', answer: badDigest },
      /^\s*Uploading .*Some bytes changed on their way, and the store refused them/,
    ],
  ])('%s: the row says so, and it goes on by itself', async (title, fault, said) => {
    const { proxy, store } = world()
    const name = `${title}.bin`
    const lasting = faultLasting(proxy, name, 'PutObject', fault)

    const journey = await beginJourney(world(), name, MIB)
    await journey.untilSaid(said)
    lasting.lift()

    expect(await journey.isSameWhenDone()).toBe(true)
    expect(faultsOf(journey.seen('PutObject')).filter((each) => each === null)).toEqual([null])
    expect(await store.unfinishedKeys()).toEqual([])
  })
})
