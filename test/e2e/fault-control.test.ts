import { describe, expect, it } from 'vitest'
import { badGateway, errorInside200, internalError, slowDown } from '../faults/answers.ts'
import type { Operation } from '../faults/seen-request.ts'
import { PASS, type Verdict } from '../faults/verdict.ts'
import { beginJourney, faultsOf, IN_PARTS_BYTES, partsOf } from './fault-journey.ts'
import { sharedFaultWorld } from './fault-world.ts'
import { faultLasting, faultsInTurn } from './faults-by-name.ts'
import { MIB } from './fresh-ferry.ts'

const world = sharedFaultWorld()

const RESET: Verdict = { kind: 'reset', afterBytes: 0 }
const FAILS: Verdict = { kind: 'answer', answer: internalError }

describe('the host’s requests to the store', () => {
  it.each<[Operation, string, Verdict, RegExp]>([
    ['HeadObject', 'is reset', RESET, /^Preparing · The store does not answer/],
    [
      'CreateMultipartUpload',
      'is answered 503',
      { kind: 'answer', answer: slowDown() },
      /^Preparing · The store asks for fewer requests/,
    ],
    ['CreateMultipartUpload', 'is reset', RESET, /^Preparing · The store does not answer/],
    [
      'ListParts',
      'is answered 500',
      FAILS,
      /^(Finishing|Preparing) · The store has an internal problem/,
    ],
    [
      'CompleteMultipartUpload',
      'is answered 502',
      { kind: 'answer', answer: badGateway },
      /^Finishing · The store has an internal problem/,
    ],
    [
      'CompleteMultipartUpload',
      'is answered 200 with an error in it',
      { kind: 'answer', answer: errorInside200 },
      // The SDK turns it into a 503, and some stores have no other way to ask for fewer requests.
      /^Finishing · The store (has an internal problem|asks for fewer requests)/,
    ],
    ['CompleteMultipartUpload', 'is reset', RESET, /^Finishing · The store does not answer/],
  ])(
    '%s %s: the row shows it, and the upload continues by itself',
    async (operation, how, fault, said) => {
      const { proxy, store } = world()
      const name = `${operation} ${how}.bin`
      const lasting = faultLasting(proxy, name, operation, fault)

      const journey = await beginJourney(world(), name, IN_PARTS_BYTES)
      await journey.untilSaid(said)
      const keysBefore = await store.keys()
      lasting.lift()

      expect(keysBefore).not.toContain(name)
      expect(await journey.isSameWhenDone()).toBe(true)
      expect(partsOf(journey)).toEqual({ sends: [1, 1, 1], landed: [1, 2, 3] })
      expect(await store.unfinishedKeys()).not.toContain(name)
    },
  )

  it.each<[Operation, string, Verdict]>([
    ['CreateMultipartUpload', 'loses its answer', { kind: 'lose-answer' }],
    ['CreateMultipartUpload', 'gets half an answer', { kind: 'truncate-answer' }],
    ['CompleteMultipartUpload', 'loses its answer', { kind: 'lose-answer' }],
    ['CompleteMultipartUpload', 'gets half an answer', { kind: 'truncate-answer' }],
    [
      'CompleteMultipartUpload',
      'is answered 200 with an error in it after the work',
      { kind: 'replace-answer', answer: errorInside200 },
    ],
  ])(
    '%s %s: the command takes effect once, and leaves nothing behind',
    async (operation, how, fault) => {
      const { proxy, store } = world()
      const name = `${operation} ${how}.bin`
      faultsInTurn(proxy, name, operation, [fault])

      const journey = await beginJourney(world(), name, IN_PARTS_BYTES)

      expect(await journey.isSameWhenDone()).toBe(true)
      expect(faultsOf(journey.seen(operation))[0]).not.toBeNull()
      expect(
        journey.seen('CompleteMultipartUpload').filter(({ status }) => status === 200),
      ).toHaveLength(1)
      expect(partsOf(journey)).toEqual({ sends: [1, 1, 1], landed: [1, 2, 3] })
      expect((await store.keys()).filter((key) => key.startsWith(name.slice(0, -4)))).toEqual([
        name,
      ])
      expect(await store.unfinishedKeys()).not.toContain(name)
    },
  )

  it('the HEAD of a small file that was sent gets lost: it is repeated, and nothing is sent again', async () => {
    const { proxy } = world()
    const name = 'small.bin'
    faultsInTurn(proxy, name, 'HeadObject', [PASS, FAILS, { kind: 'lose-answer' }])

    const journey = await beginJourney(world(), name, MIB)

    expect(await journey.isSameWhenDone()).toBe(true)
    expect(journey.seen('PutObject').map(({ status }) => status)).toEqual([200])
  })

  it('a cancelled upload is cleaned up as soon as the store responds again', async () => {
    const { page, proxy, store } = world()
    const name = 'cancelled.bin'
    const held = Promise.withResolvers<Verdict>()
    proxy.setRule(({ operation }) => (operation === 'UploadPart' ? held.promise : PASS))
    const journey = await beginJourney(world(), name, IN_PARTS_BYTES)
    await proxy.until(() => journey.seen('UploadPart').length === 3)
    proxy.setRule(() => FAILS)

    await page.rowButton(name, 'Cancel').click()
    held.resolve(RESET)
    await journey.untilSaid(/^Cancelled · the bucket has not confirmed yet that nothing is left/)
    const leftWhileDown = await store.unfinishedKeys()
    proxy.setRule(() => PASS)
    const other = await beginJourney(world(), 'other.bin', 1000)
    await other.until('Done')
    await journey.untilSaid(/^Cancelled · nothing is left in the bucket/)

    expect(leftWhileDown).toContain(name)
    expect(await store.unfinishedKeys()).not.toContain(name)
    expect(await store.keys()).not.toContain(name)
  })
})
