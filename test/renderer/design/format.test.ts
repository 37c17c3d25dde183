import { describe, expect, it } from 'vitest'
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatMoment,
  formatSpeed,
  percentOf,
} from '../../../renderer/design/format.ts'

describe('sizes', () => {
  it.each([
    [0, '0 bytes'],
    [1, '1 byte'],
    [999, '999 bytes'],
    [1000, '1 kB'],
    [12_345, '12 kB'],
    [999_499, '999 kB'],
    [999_500, '1.0 MB'],
    [2_300_000, '2.3 MB'],
    [412_000_000, '412 MB'],
    [18_200_000_000, '18.2 GB'],
    [99_960_000_000, '100 GB'],
    [5_000_000_000_000, '5.0 TB'],
    [53_687_091_200_000, '53.7 TB'],
  ])('shows %d bytes as %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text)
  })

  it('shows a speed as a size per second', () => {
    expect(formatSpeed(31_000_000)).toBe('31.0 MB/s')
  })

  it('groups thousands and distinguishes singular from plural', () => {
    expect([formatCount(1, 'file', 'files'), formatCount(10_000, 'file', 'files')]).toEqual([
      '1 file',
      '10,000 files',
    ])
  })
})

describe('per cent', () => {
  it.each([
    [0, 10, 0],
    [999, 1000, 99],
    [1000, 1000, 100],
    [1100, 1000, 100],
    [0, 0, 100],
  ])('%d of %d is %d per cent, rounded down', (part, whole, percent) => {
    expect(percentOf(part, whole)).toBe(percent)
  })
})

describe('durations', () => {
  it.each([
    [0, '1 sec'],
    [43_000, '43 sec'],
    [59_900, '1 min'],
    [60_000, '1 min'],
    [220_000, '3 min 40 sec'],
    [599_900, '10 min'],
    [720_000, '12 min'],
    [3_600_000, '1 hr'],
    [86_280_000, '23 hr 58 min'],
    [86_369_000, '23 hr 59 min'],
    [86_399_000, '1 day'],
    [86_400_000, '1 day'],
    [90_000_000, '1 day 1 hr'],
    [259_200_000, '3 days'],
  ])('shows %d ms as %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text)
  })
})

describe('moments', () => {
  const now = new Date(2026, 10, 20, 10, 0).getTime()

  it.each([
    [new Date(2026, 10, 20, 14, 5), 'today at 14:05'],
    [new Date(2026, 10, 21, 9, 0), 'tomorrow at 09:00'],
    [new Date(2026, 10, 27, 14, 5), '27 November at 14:05'],
    [new Date(2027, 0, 2, 14, 5), '2 January 2027 at 14:05'],
    [new Date(2026, 10, 19, 14, 5), '19 November at 14:05'],
  ])('names the day of %s as %s', (at, text) => {
    expect(formatMoment(at.getTime(), now)).toBe(text)
  })
})
