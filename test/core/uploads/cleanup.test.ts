import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Destination } from '../../../electron/contract/commands/destinations.ts'
import type { StoreHttp } from '../../../electron/core/s3/http/network-ports.ts'
import { CoreHarness, PART, someBytes } from '../../fakes/core-harness.ts'
import { FaultyHttp, type Handler, type StoreRequest } from '../../fakes/faulty-http.ts'

const BYTES = someBytes(2 * PART)
const MINUTE_MS = 60_000

let harness: CoreHarness
let local: Destination
/** The path of every request that was made while the store was silent, oldest first. */
let askedInVain: string[]
let isSilent: boolean

const http = new FaultyHttp()
const storeHttp: StoreHttp = (options) => {
  const inner = http.storeHttp(options) as Handler
  return {
    ...inner,
    handle: (request: StoreRequest, more: unknown) => {
      if (!isSilent) return inner.handle(request, more)
      askedInVain.push(request.path)
      const error = Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' })
      return Promise.reject(error)
    },
  }
}

beforeEach(async () => {
  isSilent = false
  askedInVain = []
  harness = await CoreHarness.start({ storeHttp })
  local = await harness.must('openLocalBucket', {})
})

afterEach(async () => {
  vi.useRealTimers()
  await harness.close()
})

/** Cancels uploads while the store is silent, so that their parts stay there. */
async function leave(names: readonly string[]): Promise<void> {
  const begun = []
  for (const name of names) {
    const { uploadId } = await harness.queueBytes(local, name, BYTES)
    await harness.prepared(uploadId, PART)
    begun.push(uploadId)
  }
  isSilent = true
  for (const uploadId of begun) await harness.must('cancelUpload', { uploadId })
  askedInVain = []
}

describe('leftovers on a store', () => {
  it('that is silent are not requested one after the other', async () => {
    await leave(['a.bin', 'b.bin', 'c.bin'])

    await harness.must('forgetDestination', { destinationId: local.destinationId })

    expect(new Set(askedInVain).size).toBe(1)
  })

  it('that stays silent are requested with growing pauses, up to a quarter of an hour', async () => {
    await leave(['a.bin'])
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
    harness = await harness.restart({ storeHttp })
    const pausesMs: number[] = []

    for (let round = 0; round < 7; round += 1) {
      await expect.poll(() => vi.getTimerCount(), { interval: 5 }).toBe(1)
      const beforeMs = Date.now()
      const before = askedInVain.length
      vi.advanceTimersToNextTimer()
      await expect.poll(() => askedInVain.length, { interval: 5 }).toBeGreaterThan(before)
      pausesMs.push(Date.now() - beforeMs)
    }

    expect(pausesMs.map((each) => each / MINUTE_MS)).toEqual([0.5, 1, 2, 4, 8, 15, 15])
  })

  it('that answers again are cleaned up before the pause is over', async () => {
    await leave(['a.bin'])
    isSilent = false
    const { uploadId } = await harness.queueBytes(local, 'b.bin', BYTES)
    await harness.prepared(uploadId, PART)
    await harness.send(uploadId, BYTES, [1, 2])

    await harness.must('completeUpload', { uploadId })

    // Half of the first pause.
    await expect
      .poll(() => harness.stored(local), { timeout: 15_000 })
      .toEqual({ keys: ['b.bin'], unfinished: [] })
  })
})
