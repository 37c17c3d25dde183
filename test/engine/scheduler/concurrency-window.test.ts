import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MIB } from '../../../electron/contract/limits.ts'
import { succeeded } from '../../../electron/contract/outcome.ts'
import type { PartPlan } from '../../../electron/contract/part-plan.ts'
import { Semaphore } from '../../../electron/lib/semaphore.ts'
import { ChecksumPrefetch } from '../../../renderer/engine/integrity/checksum-prefetch.ts'
import {
  type Candidate,
  candidatesFrom,
  FULL_WINDOW,
  partsToStart,
  SUCCESSES_PER_INCREASE,
  windowAfterSuccess,
  windowAfterThrottle,
} from '../../../renderer/engine/scheduler/concurrency-window.ts'
import { Upload } from '../../../renderer/engine/upload.ts'
import { partChecksumOf } from '../../fakes/fake-checksums.ts'
import { FakeSource } from '../../fakes/fake-source.ts'
import { destinationIdOf, uploadRecord } from '../../fakes/upload-records.ts'

const HERE = destinationIdOf(1)
const THERE = destinationIdOf(2)

const candidate = (
  upload: string,
  inFlightCount: number,
  servedAt: number,
  readyCount: number,
  destinationId = HERE,
): Candidate<string> => ({
  upload,
  destinationId,
  inFlightCount,
  servedAt,
  ready: Array.from({ length: readyCount }, (_, index) => index + 1),
})

const anyRoom = () => Number.POSITIVE_INFINITY

const shares = (
  candidates: readonly Candidate<string>[],
  freeSlots: number,
  roomOf: Parameters<typeof partsToStart>[2] = anyRoom,
) =>
  Object.fromEntries(
    partsToStart(candidates, freeSlots, roomOf).map(({ upload, partNumbers }) => [
      upload,
      partNumbers.length,
    ]),
  )

describe('sharing the connections', () => {
  it('gives all of them to a single file', () => {
    expect(shares([candidate('huge', 0, 1, 100)], 6)).toEqual({ huge: 6 })
  })

  it('gives the next one to the file with the fewest requests', () => {
    const huge = candidate('huge', 5, 1, 100)
    const small = candidate('small', 0, 2, 1)

    expect(shares([huge, small], 1)).toEqual({ small: 1 })
  })

  it('prefers among equals the one that waited longest, not the first in the list', () => {
    const candidates = [candidate('a', 0, 9, 1), candidate('b', 0, 3, 1), candidate('c', 0, 5, 1)]

    expect(shares(candidates, 1)).toEqual({ b: 1 })
  })

  it('counts an upload that has just got a connection as the last of its equals', () => {
    const busy = candidate('busy', 1, 20, 9)
    const idle = candidate('idle', 0, 10, 9)

    expect(shares([busy, idle], 2)).toEqual({ idle: 1, busy: 1 })
  })

  it('keeps the order of the parts', () => {
    const grants = partsToStart([{ ...candidate('a', 0, 1, 0), ready: [7, 3, 9] }], 2, anyRoom)

    expect(grants).toEqual([{ upload: 'a', partNumbers: [7, 3] }])
  })

  it('shares evenly, gives no connection twice, and leaves none idle that an upload could use', () => {
    const anyCandidates = fc.array(
      fc.record({ inFlight: fc.nat(6), servedAt: fc.nat(50), ready: fc.nat(10) }),
      { maxLength: 16 },
    )
    fc.assert(
      fc.property(anyCandidates, fc.nat(6), (samples, freeSlots) => {
        const candidates = samples.map(({ inFlight, servedAt, ready }, index) =>
          candidate(`${index}`, inFlight, servedAt, ready),
        )

        const granted = shares(candidates, freeSlots)

        const given = Object.values(granted).reduce((sum, count) => sum + count, 0)
        const wanted = candidates.reduce((sum, each) => sum + each.ready.length, 0)
        expect(given).toBe(Math.min(freeSlots, wanted))
        for (const one of candidates) {
          const mine = granted[one.upload] ?? 0
          expect(mine).toBeLessThanOrEqual(one.ready.length)
          const isHungry = mine < one.ready.length
          for (const other of candidates) {
            const theirs = granted[other.upload] ?? 0
            // No upload got a connection while a waiting one had two fewer.
            if (isHungry && theirs > 0) {
              expect(other.inFlightCount + theirs).toBeLessThanOrEqual(one.inFlightCount + mine + 1)
            }
          }
        }
      }),
    )
  })

  it('gives two destinations the same number, however many uploads each has', () => {
    const many = Array.from({ length: 12 }, (_, index) => candidate(`${index}`, 0, index, 9))
    const alone = candidate('alone', 0, 99, 9, THERE)

    expect(shares([...many, alone], 6)).toMatchObject({ alone: 3 })
  })

  it('gives the next one to the destination with fewer requests, even to its busiest upload', () => {
    const here = [candidate('a', 2, 1, 9), candidate('b', 1, 2, 9)]
    const there = candidate('c', 2, 9, 9, THERE)

    expect(shares([...here, there], 1)).toEqual({ c: 1 })
  })

  it('gives no destination more than its rules allow, and the rest to the other', () => {
    const here = [candidate('a', 1, 1, 9), candidate('b', 0, 2, 9)]
    const there = candidate('c', 0, 3, 9, THERE)
    const atMostTwo = (destinationId: string, inFlightCount: number) =>
      destinationId === HERE ? 2 - inFlightCount : Number.POSITIVE_INFINITY

    expect(shares([...here, there], 5, atMostTwo)).toEqual({ b: 1, c: 4 })
  })

  it('starts nothing where the limit was lowered below the requests in flight', () => {
    expect(shares([candidate('a', 4, 1, 9)], 2, (_, inFlightCount) => 1 - inFlightCount)).toEqual(
      {},
    )
  })

  it('starves neither a huge file among small ones nor a small file among huge ones', () => {
    let turn = 3
    const servedAt = new Map([
      ['huge', 1],
      ['small', 2],
    ])
    const served: string[] = []
    // One connection, and a new small file whenever one has been served.
    for (let round = 0; round < 10; round += 1) {
      const candidates = [...servedAt].map(([name, at]) => candidate(name, 0, at, 1))
      const [grant] = partsToStart(candidates, 1, anyRoom)
      served.push(grant?.upload ?? 'nobody')
      turn += 1
      servedAt.set(grant?.upload ?? '', turn)
    }

    expect(served.filter((name) => name === 'huge')).toHaveLength(5)
  })
})

describe('the window', () => {
  it('is halved by a throttled burst once, not once per request', () => {
    const first = windowAfterThrottle(FULL_WINDOW, 1_000, 2_000)
    const sameBurst = windowAfterThrottle(first, 1_500, 2_001)
    const nextBurst = windowAfterThrottle(sameBurst, 2_500, 3_000)

    expect([first.size, sameBurst.size, nextBurst.size]).toEqual([3, 3, 2])
  })

  it('never falls so low that one silent request would hold up all others', () => {
    let budget = FULL_WINDOW
    for (let at = 1; at < 20; at += 1) budget = windowAfterThrottle(budget, at * 10, at * 10 + 5)

    expect(budget.size).toBe(2)
  })

  it('grows again one by one, up to the maximum', () => {
    let budget = windowAfterThrottle(FULL_WINDOW, 1, 2)
    const slots: number[] = []
    for (let successes = 1; successes <= SUCCESSES_PER_INCREASE * 5; successes += 1) {
      budget = windowAfterSuccess(budget)
      if (successes % SUCCESSES_PER_INCREASE === 0) slots.push(budget.size)
    }

    expect(slots).toEqual([4, 5, 6, 6, 6])
  })
})

const plan: PartPlan = { mode: 'multipart', byteLength: 160 * MIB, partBytes: 16 * MIB }

function sendingUpload() {
  const source = new FakeSource()
  const upload = new Upload(uploadRecord(1, 160 * MIB), true, 0)
  upload.apply({ type: 'admitted' }, 0)
  upload.apply(
    { type: 'prepared', prepared: { plan, algorithm: 'md5', held: [], isComplete: false } },
    0,
  )
  const { checksums: partChecksums } = upload
  if (partChecksums === null) throw new Error('not prepared')
  const run = upload.ensureRun(() => source)
  const checksums = {
    of: async () => succeeded('c3VtMQ=='),
    withCrc: async () => succeeded(partChecksumOf('c3VtMQ==')),
  }
  run.prefetchWith(
    () =>
      new ChecksumPrefetch({
        checksums,
        readSemaphore: new Semaphore(2),
        source,
        partChecksums,
        signal: run.signal,
        changed: () => {},
      }),
  )
  return { upload, partChecksums }
}

it('starts no part before its checksum is known, and keeps the order of the parts', () => {
  const { upload, partChecksums } = sendingUpload()
  const ready = () => candidatesFrom(upload, 6, 0)[0]?.ready

  const none = ready()
  partChecksums.recordRead(2, partChecksumOf('sum2'))
  const outOfOrder = ready()
  partChecksums.recordRead(1, partChecksumOf('sum1'))
  const inOrder = ready()

  expect([none, outOfOrder, inOrder]).toEqual([[], [], [1, 2]])
})
