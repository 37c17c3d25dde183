import { GIB, KIB, MIB } from '../../../../electron/contract/limits.ts'

/** A number of bytes as a person types it. Empty: no number. */
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

/** From the largest on. */
export const FILE_UNITS = ['TB', 'GB', 'MB', 'KB', 'bytes'] as const
export const PART_UNITS = ['GiB', 'MiB', 'bytes'] as const
export const SPEED_UNITS = ['MB/s', 'KB/s', 'bytes/s'] as const

const MAX_DECIMALS = 3

/** In the largest unit that says it in few digits. `usual`: the unit to begin with. */
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

/** Null where it takes more decimals than people read, or is a fraction of the unit. */
function shortDecimal(bytes: number, perUnit: number): string | null {
  if (bytes < perUnit) return null
  const text = (bytes / perUnit).toFixed(MAX_DECIMALS)
  return Math.round(Number(text) * perUnit) === bytes ? String(Number(text)) : null
}

/** `none`: nothing was typed; `unreadable`: not a number. */
export type ReadAmount =
  | { readonly kind: 'none' }
  | { readonly kind: 'unreadable' }
  | { readonly kind: 'bytes'; readonly bytes: number }

/** A comma counts as a point: 1,5 GB is one and a half. */
export function bytesOf({ text, unit }: Amount): ReadAmount {
  const typed = text.trim().replace(',', '.')
  if (typed === '') return { kind: 'none' }
  if (!/^\d{1,16}(?:\.\d{1,12})?$/.test(typed)) return { kind: 'unreadable' }
  return { kind: 'bytes', bytes: Math.round(Number(typed) * BYTES_PER[unit]) }
}

/** For limits that are said in words. */
export function binaryText(bytes: number): string {
  if (bytes >= GIB) return `${bytes / GIB} GiB`
  return bytes >= MIB ? `${bytes / MIB} MiB` : `${bytes / KIB} KiB`
}
