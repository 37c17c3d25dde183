/** Formats numbers, sizes, speeds and times. The window speaks English, so these do too. */

import { GIB, KIB, MIB } from '../../electron/contract/limits.ts'

const LOCALE = 'en'

const BYTE_UNITS = ['kilobyte', 'megabyte', 'gigabyte', 'terabyte', 'petabyte'] as const

/** Decimal units, as file managers show them: 18.2 GB. */
export function formatBytes(bytes: number): string {
  return formatScaled(bytes, '')
}

/** Rounds binary sizes as users write them: 16m, meant as 16 × 1024 × 1024, is 16 MB, not 16.8. */
export function formatRoundBytes(bytes: number): string {
  if (bytes < MIB) return `${Math.round(bytes / KIB)} kB`
  return bytes < GIB ? `${Math.round(bytes / MIB)} MB` : `${Math.round(bytes / GIB)} GB`
}

/** 31.0 MB/s. */
export function formatSpeed(bytesPerSecond: number): string {
  return formatScaled(bytesPerSecond, '/s')
}

function formatScaled(amount: number, suffix: string): string {
  const bytes = Math.max(0, Math.round(amount))
  if (bytes < 1000) return `${formatCount(bytes, 'byte', 'bytes')}${suffix}`
  let scaled = bytes
  let unit: (typeof BYTE_UNITS)[number] = BYTE_UNITS[0]
  for (const next of BYTE_UNITS) {
    unit = next
    scaled /= 1000
    // 999.95 would be rounded to 1.0 of the next unit.
    if (scaled < 999.5) break
  }
  const digits = unit === 'kilobyte' || scaled >= 99.95 ? 0 : 1
  const text = new Intl.NumberFormat(LOCALE, {
    style: 'unit',
    unit,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(scaled)
  return `${text}${suffix}`
}

/** 1 file, 10,000 files. */
export function formatCount(count: number, one: string, many: string): string {
  return `${new Intl.NumberFormat(LOCALE).format(count)} ${count === 1 ? one : many}`
}

/**
 * Rounds down, so that nothing reads 100 % before it is complete. An empty file has no fraction: it
 * is complete from the start.
 */
export function percentOf(part: number, whole: number): number {
  if (whole <= 0) return 100
  return Math.min(100, Math.max(0, Math.floor((part / whole) * 100)))
}

export function formatPercent(percent: number): string {
  return `${percent} %`
}

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const YEAR = 365.25 * DAY

/** The two largest units: 3 min 40 sec, 23 hr 58 min, 2 days 3 hr; from two years on only years. */
export function formatDuration(ms: number): string {
  if (ms >= 2 * YEAR) return unitText(Math.round(ms / YEAR), 'year')
  if (ms < 59_500) return unitText(Math.max(1, Math.round(ms / SECOND)), 'second')
  // Seconds are noise above ten minutes.
  if (ms < 10 * MINUTE) return pair(Math.round(ms / SECOND), 60, 'minute', 'second')
  if (Math.round(ms / MINUTE) < DAY / MINUTE) {
    return pair(Math.round(ms / MINUTE), 60, 'hour', 'minute')
  }
  return pair(Math.round(ms / HOUR), 24, 'day', 'hour')
}

type TimeUnit = 'second' | 'minute' | 'hour' | 'day' | 'year'

function pair(amount: number, perLarge: number, large: TimeUnit, small: TimeUnit): string {
  const parts = [
    [Math.floor(amount / perLarge), large],
    [amount % perLarge, small],
  ] as const
  return parts
    .filter(([count]) => count > 0)
    .map(([count, unit]) => unitText(count, unit))
    .join(' ')
}

function unitText(count: number, unit: TimeUnit): string {
  return new Intl.NumberFormat(LOCALE, { style: 'unit', unit, unitDisplay: 'short' }).format(count)
}

/** Saturday, 21 November at 14:05; today and tomorrow by name. */
export function formatMoment(epochMs: number, nowMs: number): string {
  const time = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' })
  const at = new Date(epochMs)
  return `${formatDay(epochMs, nowMs)} at ${time.format(at)}`
}

/** 21 November; today and tomorrow by name. */
export function formatDay(epochMs: number, nowMs: number): string {
  const at = new Date(epochMs)
  const now = new Date(nowMs)
  const tomorrow = new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1)
  if (at.toDateString() === now.toDateString()) return 'today'
  if (at.toDateString() === tomorrow.toDateString()) return 'tomorrow'
  return new Intl.DateTimeFormat('en-GB', {
    day: 'numeric',
    month: 'long',
    ...(at.getFullYear() === now.getFullYear() ? {} : { year: 'numeric' }),
  }).format(at)
}
