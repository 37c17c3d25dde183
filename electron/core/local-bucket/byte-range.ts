import { S3Error } from '../../local-bucket/http/errors.ts'

/** Half open: `end` is the first byte that is not in it. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/**
 * Reads a `Range` header for an object of that length. Null: send the whole, which is also what
 * S3 does with several ranges and with anything it cannot read (RFC 9110 section 14.2).
 */
export function byteRangeOf(header: string | undefined, byteLength: number): ByteRange | null {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.replaceAll(' ', '') ?? '')
  if (match === null) return null
  const [, first, last] = match
  if (first === '' && last === '') return null
  if (first === '' || first === undefined) return lastBytes(Number(last), byteLength)
  const start = Number(first)
  const end = last === '' ? byteLength : Math.min(byteLength, Number(last) + 1)
  if (last !== '' && Number(last) < start) return null
  if (start >= byteLength) throw unsatisfiable(header, byteLength)
  return { start, end }
}

function lastBytes(count: number, byteLength: number): ByteRange {
  if (count === 0 || byteLength === 0) throw unsatisfiable(`bytes=-${count}`, byteLength)
  return { start: Math.max(0, byteLength - count), end: byteLength }
}

function unsatisfiable(header: string | undefined, byteLength: number): S3Error {
  return new S3Error(
    'InvalidRange',
    undefined,
    { RangeRequested: header ?? '', ActualObjectSize: String(byteLength) },
    { 'Content-Range': `bytes */${byteLength}` },
  )
}
