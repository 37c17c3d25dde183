import { GIB, KIB, MIB } from '../../../../electron/contract/limits.ts'

/** A number of bytes as the user types it. Empty: none. */
export interface Amount {
  readonly text: string
  readonly unit: AmountUnit
}

const BYTES_PER = {
  bytes: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  MiB: MIB,
  GiB: GIB,
  'bytes/s': 1,
  'KB/s': 1e3,
  'MB/s': 1e6,
} as const
export type AmountUnit = keyof typeof BYTES_PER

/** From largest to smallest. */
export const FILE_UNITS = ['TB', 'GB', 'MB', 'KB', 'bytes'] as const
export const PART_UNITS = ['GiB', 'MiB', 'bytes'] as const
export const SPEED_UNITS = ['MB/s', 'KB/s', 'bytes/s'] as const

const MAX_DECIMALS = 3

/** Uses the largest unit that needs few digits, and the `usual` one for null. */
export function amountOf(
  bytes: number | null,
  units: readonly AmountUnit[],
  usual: AmountUnit,
): Amount {
  if (bytes === null) return { text: '', unit: usual }
  for (const unit of units) {
    const text = shortDecimal(bytes, BYTES_PER[unit])
    if (text !== null) return { text, unit }
  }
  return { text: String(bytes), unit: units.at(-1) ?? 'bytes' }
}

/** Null if it needs too many decimals, or is less than one unit. */
function shortDecimal(bytes: number, perUnit: number): string | null {
  if (bytes < perUnit) return null
  const text = (bytes / perUnit).toFixed(MAX_DECIMALS)
  return Math.round(Number(text) * perUnit) === bytes ? String(Number(text)) : null
}

type ReadAmount =
  | { readonly kind: 'none' }
  | { readonly kind: 'unreadable' }
  | { readonly kind: 'bytes'; readonly bytes: number }

/** A comma counts as a decimal point. */
export function bytesOf({ text, unit }: Amount): ReadAmount {
  const typed = text.trim().replace(',', '.')
  if (typed === '') return { kind: 'none' }
  if (!/^\d{1,16}(?:\.\d{1,12})?$/.test(typed)) return { kind: 'unreadable' }
  return { kind: 'bytes', bytes: Math.round(Number(typed) * BYTES_PER[unit]) }
}

export function binaryText(bytes: number): string {
  if (bytes >= GIB) return `${bytes / GIB} GiB`
  return bytes >= MIB ? `${bytes / MIB} MiB` : `${bytes / KIB} KiB`
}
