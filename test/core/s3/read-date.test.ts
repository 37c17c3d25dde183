import { describe, expect, it } from 'vitest'
import { readDate } from '../../../electron/core/s3/read-date.ts'

const NOON = Date.UTC(2026, 11, 8, 12, 30, 15)

describe('a date as stores write it', () => {
  it.each([
    '2026-12-08T12:30:15Z',
    '2026-12-08T12:30:15.000Z',
    '2026-12-08T12:30:15.000000000Z',
    '2026-12-08T14:30:15+02:00',
    '2026-12-08T14:30:15+0200',
    '2026-12-08 12:30:15 +0000 UTC',
    '2026-12-08 12:30:15Z',
    '20261208T123015Z',
    'Tue, 08 Dec 2026 12:30:15 GMT',
    'Tue,08 Dec 2026 12:30:15 GMT',
    'Tue, 8 Dec 2026 12:30:15 GMT',
    'Tuesday, 08-Dec-26 12:30:15 GMT',
    'Tue Dec  8 12:30:15 2026',
    'Tue Dec 08 12:30:15 UTC 2026',
    'Tue, 08 Dec 2026 12:30:15 +0000',
    '1796733015',
    '1796733015000',
    ' 2026-12-08T12:30:15Z\n',
  ])('is read: %s', (text) => {
    expect(readDate(text)).toBe(NOON)
  })

  it.each([
    '2026-12-08T12:30:15',
    '2026-12-08 12:30:15',
    '20261208123015',
    'Tue, 08 Dec 2026 12:30:15',
  ])('without a zone is UTC: %s', (text) => {
    expect(readDate(text)).toBe(NOON)
  })

  it.each(['', '-1', '0', 'never', 'soon', '2026-13-45T00:00:00Z', 'Tue, 08 Dec', '12:30:15', '8'])(
    'is not guessed: "%s"',
    (text) => {
      expect(readDate(text)).toBeNull()
    },
  )
})
