import fc from 'fast-check'
import { expect, it } from 'vitest'
import { MIB } from '../../../electron/contract/limits.ts'
import {
  bucketAt,
  MAX_SAVED_MS,
  msUntilPaid,
  newBucket,
  withDebt,
  withRefund,
} from '../../../renderer/engine/scheduler/rate-limiter.ts'

it('lets the first part start at once, and the next when its debt is paid off', () => {
  const begun = withDebt(newBucket(MIB, 0), 5 * MIB)

  const waits = [0, 1_000, 4_500, 5_000].map((nowMs) => msUntilPaid(bucketAt(begun, MIB, nowMs)))

  expect(waits).toEqual([5_000, 4_000, 500, 0])
})

it('pays off debt at the old limit until the change, and at the new one afterwards', () => {
  const begun = withDebt(newBucket(MIB, 0), 5 * MIB)

  const raised = bucketAt(begun, 4 * MIB, 1_000)
  const lowered = bucketAt(begun, MIB / 2, 1_000)

  expect([msUntilPaid(raised), msUntilPaid(lowered)]).toEqual([1_000, 8_000])
})

it('refunds bytes that were never sent', () => {
  const begun = withDebt(newBucket(MIB, 0), 5 * MIB)

  expect(msUntilPaid(withRefund(begun, 3 * MIB))).toBe(2_000)
  expect(msUntilPaid(withRefund(begun, 5 * MIB))).toBe(0)
})

it('recovers soon when the clock is set back', () => {
  const begun = withDebt(newBucket(MIB, 3_600_000), 5 * MIB)

  const setBack = bucketAt(begun, MIB, 0)

  expect(msUntilPaid(setBack)).toBe(5_000)
  expect(msUntilPaid(bucketAt(setBack, MIB, 5_000))).toBe(0)
})

it('never starts more than the limit, the saved bytes and one part', () => {
  const anyTry = fc.record({
    afterMs: fc.integer({ min: 0, max: 20_000 }),
    byteLength: fc.integer({ min: 0, max: 8 * MIB }),
  })
  fc.assert(
    fc.property(
      fc.integer({ min: 16 * 1024, max: 100 * MIB }),
      fc.array(anyTry, { maxLength: 60 }),
      (bytesPerSecond, tries) => {
        let bucket = newBucket(bytesPerSecond, 0)
        let nowMs = 0
        let begunBytes = 0
        for (const { afterMs, byteLength } of tries) {
          nowMs += afterMs
          bucket = bucketAt(bucket, bytesPerSecond, nowMs)
          if (msUntilPaid(bucket) > 0) continue
          bucket = withDebt(bucket, byteLength)
          begunBytes += byteLength
        }
        const allowed = (bytesPerSecond * (nowMs + MAX_SAVED_MS)) / 1000 + 8 * MIB
        expect(begunBytes).toBeLessThanOrEqual(allowed)
      },
    ),
  )
})
