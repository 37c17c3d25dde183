import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  GIB,
  MIB,
  MULTIPART_FROM_BYTES,
  S3_LIMITS,
  TIB,
  USUAL_PART_BYTES,
} from '../../../../electron/contract/limits.ts'
import { PartPlan, partCountOf, rangeOfPart } from '../../../../electron/contract/part-plan.ts'
import { LEAST_BYTES_PER_SECOND } from '../../../../electron/contract/rules/upload-rules.ts'
import { planParts } from '../../../../electron/core/uploads/rules/plan-parts.ts'

const anyLength = fc.oneof(
  fc.integer({ min: 0, max: 64 * MIB }),
  fc.integer({ min: 0, max: 200 * GIB }),
  fc.maxSafeInteger().map((value) => Math.abs(value) % S3_LIMITS.maxObjectBytes),
)
const AUTOMATIC = {
  maxPartCount: 10_000,
  usualPartBytes: USUAL_PART_BYTES,
  partBytes: null,
  bytesPerSecond: null,
}
const anyPartLimit = fc.constantFrom(1, 7, 1000, 10_000)

const anyRules = fc.record({
  partBytes: fc.option(fc.integer({ min: S3_LIMITS.minPartBytes, max: 200 * MIB })),
  bytesPerSecond: fc.option(fc.integer({ min: LEAST_BYTES_PER_SECOND, max: GIB })),
})

it('cuts every file into contiguous parts that the store accepts', () => {
  fc.assert(
    fc.property(anyLength, anyPartLimit, anyRules, (byteLength, maxPartCount, rules) => {
      const planned = planParts(byteLength, { ...AUTOMATIC, ...rules, maxPartCount })

      if (!planned.ok) {
        expect(planned.failure).toEqual({
          kind: 'too-large',
          limitBytes: maxPartCount * S3_LIMITS.maxPartBytes,
        })
        expect(byteLength).toBeGreaterThan(maxPartCount * S3_LIMITS.maxPartBytes)
        return
      }
      const plan = PartPlan.parse(planned.value)
      const count = partCountOf(plan)
      if (plan.mode === 'multipart') {
        expect(plan.partBytes).toBeGreaterThanOrEqual(rules.partBytes ?? 0)
      }
      expect(count).toBeLessThanOrEqual(maxPartCount)
      expect(rangeOfPart(plan, 1).start).toBe(0)
      expect(rangeOfPart(plan, count).end).toBe(byteLength)
      // All 10,000 of every sample would take a minute; the boundaries around a few show the rest.
      for (const partNumber of [1, 2, Math.ceil(count / 2), count - 1]) {
        if (partNumber < 1 || partNumber >= count) continue
        const range = rangeOfPart(plan, partNumber)
        expect(range.end).toBe(rangeOfPart(plan, partNumber + 1).start)
        expect(range.end - range.start).toBe(plan.mode === 'multipart' ? plan.partBytes : 0)
      }
    }),
    { numRuns: 500 },
  )
})

it.each([
  ['an empty file', 0, { mode: 'single' }],
  ['the longest short file', MULTIPART_FROM_BYTES - 1, { mode: 'single' }],
  [
    'the shortest long file',
    MULTIPART_FROM_BYTES,
    { mode: 'multipart', partBytes: USUAL_PART_BYTES },
  ],
  ['10,000 usual parts', 10_000 * USUAL_PART_BYTES, { partBytes: USUAL_PART_BYTES }],
  ['one byte more', 10_000 * USUAL_PART_BYTES + 1, { partBytes: USUAL_PART_BYTES + MIB }],
  ['a terabyte', TIB, { partBytes: 105 * MIB }],
  ['the largest object', S3_LIMITS.maxObjectBytes, { partBytes: 5 * GIB }],
])('plans %s', (_what, byteLength, expected) => {
  const planned = planParts(byteLength, AUTOMATIC)

  expect(planned).toMatchObject({ ok: true, value: { byteLength, ...expected } })
})

it('makes parts as long as the store advises, and few requests for short files', () => {
  const advised = { ...AUTOMATIC, usualPartBytes: 64 * MIB }
  const modes = [64 * MIB - 1, 64 * MIB].map((byteLength) => planParts(byteLength, advised))

  expect(planParts(500 * MIB, advised)).toMatchObject({ value: { partBytes: 64 * MIB } })
  expect(modes).toMatchObject([{ value: { mode: 'single' } }, { value: { mode: 'multipart' } }])
})

it('names the limit of the store that a too large file exceeds', () => {
  const planned = planParts(5 * TIB, { ...AUTOMATIC, maxPartCount: 1000 })

  expect(planned).toEqual({ ok: false, failure: { kind: 'too-large', limitBytes: 5000 * GIB } })
})

describe('with rules', () => {
  it.each([
    ['a file of one such part', 40 * MIB, 40 * MIB, { mode: 'single' }],
    ['one byte more', 40 * MIB + 1, 40 * MIB, { mode: 'multipart', partBytes: 40 * MIB }],
    ['a short file and shorter parts', 12 * MIB, 5 * MIB, { mode: 'multipart' }],
    ['more than 10,000 such parts', 60_000 * MIB, 5 * MIB, { partBytes: 6 * MIB }],
  ])('cuts %s as the rules say', (_what, byteLength, partBytes, expected) => {
    const planned = planParts(byteLength, { ...AUTOMATIC, partBytes })

    expect(planned).toMatchObject({ ok: true, value: expected })
  })

  it.each([
    ['slow', 64 * 1024, null, 5 * MIB],
    ['fast', 40 * MIB, null, 8 * MIB],
    ['slow, the parts given', 64 * 1024, 20 * MIB, 20 * MIB],
  ])('makes short bursts under a speed limit: %s', (_what, bytesPerSecond, partBytes, expected) => {
    const planned = planParts(30 * MIB, { ...AUTOMATIC, partBytes, bytesPerSecond })

    expect(planned).toMatchObject({ ok: true, value: { mode: 'multipart', partBytes: expected } })
  })
})
