import type { SQLOutputValue } from 'node:sqlite'

export type Row = Record<string, SQLOutputValue>

/** Reads a text column. Only a corrupt file can hold another type. */
export function textOf(row: Row, column: string): string {
  const value = row[column]
  if (typeof value === 'string') return value
  throw new TypeError(`Column ${column} is not a text`)
}

export function numberOf(row: Row, column: string): number {
  const value = row[column]
  if (typeof value === 'number') return value
  throw new TypeError(`Column ${column} is not a number`)
}

/** Keys are stored as UTF-8 bytes, so that they sort by byte and may contain any character. */
export function keyOf(row: Row, column: string): string {
  const value = row[column]
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8')
  throw new TypeError(`Column ${column} is not a blob`)
}

export function keyBytes(key: string): Buffer {
  return Buffer.from(key, 'utf8')
}

/** The smallest byte string greater than all that begin with `prefix`; null when there is none. */
export function boundAbove(prefix: Buffer): Buffer | null {
  const bound = Buffer.from(prefix)
  for (let end = bound.length; end > 0; end--) {
    const last = bound[end - 1] ?? 0xff
    if (last === 0xff) continue
    bound[end - 1] = last + 1
    return bound.subarray(0, end)
  }
  return null
}
