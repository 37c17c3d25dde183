import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  msLeftAt,
  newEstimate,
  nextEstimate,
  progressFrom,
  speedShown,
  withAcknowledgedPart,
  withoutPart,
  withSentBytes,
} from '../../../renderer/engine/view/progress.ts'

describe('progress', () => {
  it('counts acknowledged bytes and bytes in flight', () => {
    const progress = withSentBytes(withAcknowledgedPart(progressFrom(100), 1, 150), 2, 20, 150)

    expect(progress.shownBytes).toBe(170)
  })

  it('does not fall when an attempt fails, nor count its bytes twice', () => {
    const lost = withoutPart(withSentBytes(progressFrom(0), 1, 40, 0), 1)
    const again = withSentBytes(lost, 1, 10, 0)
    const acknowledged = withAcknowledgedPart(again, 1, 50)

    expect([lost.shownBytes, again.shownBytes, acknowledged.shownBytes]).toEqual([40, 40, 50])
  })

  it('never falls and never exceeds the total, whatever the transport reports', () => {
    const anyReport = fc.record({
      kind: fc.constantFrom('sent', 'lost', 'acknowledged'),
      partNumber: fc.integer({ min: 1, max: 5 }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    })
    fc.assert(
      fc.property(fc.array(anyReport, { maxLength: 40 }), (reports) => {
        let progress = progressFrom(0)
        const acknowledged = new Set<number>()
        for (const { kind, partNumber, share } of reports) {
          if (acknowledged.has(partNumber)) continue
          const before = progress.shownBytes
          if (kind === 'sent')
            progress = withSentBytes(progress, partNumber, share * 10, acknowledged.size * 10)
          if (kind === 'lost') progress = withoutPart(progress, partNumber)
          if (kind === 'acknowledged') {
            acknowledged.add(partNumber)
            progress = withAcknowledgedPart(progress, partNumber, acknowledged.size * 10)
          }
          expect(progress.shownBytes).toBeGreaterThanOrEqual(before)
          expect(progress.shownBytes).toBeLessThanOrEqual(50)
        }
      }),
    )
  })
})

describe('speed', () => {
  it('is unknown until there is something to measure', () => {
    const pace = newEstimate(1_000, 0)

    expect(pace.bytesPerSecond).toBeNull()
    expect(nextEstimate(pace, 1_100, 50)).toBe(pace)
    expect(nextEstimate(pace, 2_000, 500).bytesPerSecond).toBe(500)
  })

  it('follows a change within seconds, without jumping', () => {
    let pace = nextEstimate(newEstimate(0, 0), 1_000, 1_000)
    const speeds: number[] = []
    for (let second = 2; second <= 16; second += 1) {
      pace = nextEstimate(pace, second * 1_000, 1_000 + (second - 1) * 5_000)
      speeds.push(Math.round(pace.bytesPerSecond ?? 0))
    }

    expect(speeds[0]).toBeLessThan(2_000)
    expect(speeds).toEqual([...speeds].sort((one, other) => one - other))
    expect(speeds.at(-1)).toBeGreaterThan(4_850)
  })

  it('fades when nothing moves, and is never negative', () => {
    let pace = nextEstimate(newEstimate(0, 0), 1_000, 8_000)
    pace = nextEstimate(pace, 21_000, 4_000)

    expect(pace.bytesPerSecond).toBeGreaterThanOrEqual(0)
    expect(pace.bytesPerSecond).toBeLessThan(100)
  })
})

it.each([
  [null, 100, null],
  [0, 100, null],
  [50, 100, 2_000],
  [50, 0, 0],
])('shows at %s B/s for %s bytes: %s ms', (speed, bytesLeft, expected) => {
  expect(msLeftAt(speed, bytesLeft)).toBe(expected)
})

it.each([
  [null, null],
  [0, null],
  [99, null],
  [100, 100],
])('shows a speed of %s as %s', (speed, shown) => {
  expect(speedShown(speed)).toBe(shown)
})

it('shows no time left that is longer than anyone waits', () => {
  const [month, longer] = [30, 31].map((days) => msLeftAt(1000, days * 24 * 60 * 60 * 1000))

  expect([month, longer]).toEqual([30 * 24 * 60 * 60 * 1000, null])
})
