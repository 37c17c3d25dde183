import { S3Error } from '../http/errors.ts'
import { type S3Request, wholeNumber } from '../http/s3-request.ts'
import { boundAbove } from './columns.ts'

/** S3 returns at most this many entries per page. */
const MAX_PAGE = 1000

export function pageSize(request: S3Request, name: string): number {
  return Math.min(MAX_PAGE, wholeNumber(request.query.get(name), name) ?? MAX_PAGE)
}

/** Encodes names in a list: unchanged, or URL-encoded for names that XML cannot hold. */
export function nameEncoder(request: S3Request): (name: string) => string {
  const encoding = request.query.get('encoding-type')
  if (encoding === undefined) return (name) => name
  if (encoding !== 'url') throw new S3Error('InvalidArgument', 'Invalid Encoding Method specified')
  return (name) =>
    encodeURIComponent(name)
      .replace(/[!'()]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
      .replaceAll('%20', '+')
      .replaceAll('%2F', '/')
}

/** One page of a list of names in byte order. */
export interface PageQuery<T extends { readonly key: string }> {
  readonly prefix: string
  /**
   * Names that contain it after the prefix are grouped into a common prefix; empty means no
   * grouping.
   */
  readonly delimiter: string
  /** The first name, inclusive. */
  readonly from: Buffer
  /** A common prefix equal to the marker was part of the previous page. */
  readonly marker: string
  readonly limit: number
  /** Returns up to `count` entries from `start` on, or those that follow `after`. */
  readonly read: (place: { start: Buffer; after: T | null }, count: number) => readonly T[]
}

export interface ListPage<T> {
  readonly items: readonly T[]
  readonly prefixes: readonly string[]
  readonly isTruncated: boolean
  /** The last name or common prefix of this page; empty for an empty page. */
  readonly last: string
}

const GROUPED_BATCH = 50

/**
 * A common prefix is skipped with one seek instead of being read through, however many names it
 * holds.
 */
export function listPage<T extends { readonly key: string }>(walk: PageQuery<T>): ListPage<T> {
  const items: T[] = []
  const prefixes: string[] = []
  let last = ''
  const page = (isTruncated: boolean) => ({ items, prefixes, isTruncated, last })
  let place: { start: Buffer; after: T | null } = { start: walk.from, after: null }
  if (walk.limit === 0) return page(false)
  for (;;) {
    const wanted = walk.delimiter === '' ? walk.limit + 1 : GROUPED_BATCH
    const batch = walk.read(place, wanted)
    let jump: Buffer | null | undefined
    for (const item of batch) {
      const group = commonPrefix(item.key, walk)
      if (group !== null && group === walk.marker) {
        jump = boundAbove(Buffer.from(group))
        break
      }
      if (items.length + prefixes.length === walk.limit) return page(true)
      last = group ?? item.key
      if (group === null) {
        items.push(item)
        place = { start: Buffer.from(item.key), after: item }
        continue
      }
      prefixes.push(group)
      jump = boundAbove(Buffer.from(group))
      break
    }
    if (jump === null || (jump === undefined && batch.length < wanted)) return page(false)
    if (jump !== undefined) place = { start: jump, after: null }
  }
}

function commonPrefix(key: string, walk: { prefix: string; delimiter: string }): string | null {
  if (walk.delimiter === '') return null
  const at = key.indexOf(walk.delimiter, walk.prefix.length)
  return at < 0 ? null : key.slice(0, at + walk.delimiter.length)
}
