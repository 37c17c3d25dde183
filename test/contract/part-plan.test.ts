import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { S3_LIMITS } from '../../electron/contract/limits.ts'
import { PartPlan, partCountOf, rangeOfPart } from '../../electron/contract/part-plan.ts'

const partBytes = fc.integer({ min: S3_LIMITS.minPartBytes, max: S3_LIMITS.maxPartBytes })

/**
 * Any length that fits into S3's number of parts, and often one next to a multiple of the part
 * size.
 */
const multipart = partBytes.chain((bytes) =>
  fc
    .oneof(
      fc.integer({ min: 0, max: Math.min(bytes * 10_000, S3_LIMITS.maxObjectBytes) }),
      fc
        .tuple(fc.integer({ min: 1, max: 9999 }), fc.integer({ min: -1, max: 1 }))
        .map(([count, off]) => count * bytes + off),
    )
    .map((byteLength): PartPlan => ({ mode: 'multipart', byteLength, partBytes: bytes })),
)

const single = fc
  .integer({ min: 0, max: S3_LIMITS.maxSinglePutBytes })
  .map((byteLength): PartPlan => ({ mode: 'single', byteLength }))

const plan = fc.oneof(multipart, single)

describe('the parts of a plan', () => {
  it('cover the file: each begins where the previous one ended', () => {
    fc.assert(
      fc.property(plan, fc.nat(), (some, pick) => {
        const count = partCountOf(some)
        const partNumber = 1 + (pick % count)
        const { start, end } = rangeOfPart(some, partNumber)

        expect(rangeOfPart(some, 1).start).toBe(0)
        expect(rangeOfPart(some, count).end).toBe(some.byteLength)
        if (partNumber < count) expect(rangeOfPart(some, partNumber + 1).start).toBe(end)
        expect(end).toBeGreaterThanOrEqual(start)
      }),
    )
  })

  it('have equal lengths except the last, which is not empty', () => {
    fc.assert(
      fc.property(multipart, fc.nat(), (some, pick) => {
        if (some.mode !== 'multipart' || some.byteLength === 0) return
        const count = partCountOf(some)
        const last = rangeOfPart(some, count)
        const { start, end } = rangeOfPart(some, 1 + (pick % count))

        expect(last.end - last.start).toBeGreaterThan(0)
        if (end !== some.byteLength) expect(end - start).toBe(some.partBytes)
      }),
    )
  })

  it('are one empty part for an empty file', () => {
    for (const some of [
      { mode: 'single', byteLength: 0 },
      { mode: 'multipart', byteLength: 0, partBytes: S3_LIMITS.minPartBytes },
    ] satisfies PartPlan[]) {
      expect(partCountOf(some)).toBe(1)
      expect(rangeOfPart(some, 1)).toEqual({ start: 0, end: 0 })
    }
  })

  it.each([0, -1, 1.5, 4, Number.NaN])('do not include number %d', (partNumber) => {
    const some: PartPlan = {
      mode: 'multipart',
      byteLength: 3 * S3_LIMITS.minPartBytes,
      partBytes: S3_LIMITS.minPartBytes,
    }

    expect(() => rangeOfPart(some, partNumber)).toThrow(RangeError)
  })
})

describe('the schema', () => {
  it('accepts every plan within S3’s limits and none beyond', () => {
    fc.assert(
      fc.property(plan, (some) => {
        expect(PartPlan.parse(some)).toEqual(some)
      }),
    )

    const short = { mode: 'multipart', byteLength: 1, partBytes: S3_LIMITS.minPartBytes - 1 }
    expect(PartPlan.safeParse(short).success).toBe(false)
    expect(PartPlan.safeParse({ mode: 'single', byteLength: -1 }).success).toBe(false)
    expect(PartPlan.safeParse({ mode: 'single', byteLength: 1, extra: 1 }).success).toBe(false)
  })
})
