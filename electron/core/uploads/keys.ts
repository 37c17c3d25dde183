import { S3_LIMITS } from '../../contract/limits.ts'
import { failed, type Outcome, succeeded } from '../../contract/outcome.ts'

/** Where a file goes in the bucket, cut into what people see. */
export interface Placing {
  readonly key: string
  /** The folders between the destination's prefix and the name, `a/b/`, or empty. */
  readonly folder: string
  readonly name: string
}

/**
 * The key for a file at this place of a drop. Names are taken byte for byte, in whichever Unicode
 * form the file system has them. Fails with `name-unusable` where no S3 request could carry it.
 * @param relativePath `photos/2026/a.jpg`, with `/` on every system.
 */
export function placingOf(prefix: string, relativePath: string): Outcome<Placing> {
  const segments = relativePath.split('/')
  const name = segments.at(-1) ?? ''
  if (segments.includes('')) return failed({ kind: 'name-unusable', reason: 'empty' })
  // Browsers and SDKs resolve such segments in a URL, so the object would land elsewhere.
  if (segments.some((each) => each === '.' || each === '..')) {
    return failed({ kind: 'name-unusable', reason: 'dot-segment' })
  }
  // A lone surrogate has no UTF-8 form.
  if (!relativePath.isWellFormed()) return failed({ kind: 'name-unusable', reason: 'not-unicode' })
  const folder = segments
    .slice(0, -1)
    .map((each) => `${each}/`)
    .join('')
  const key = `${prefix}${folder}${name}`
  if (!fits(key)) return failed({ kind: 'name-unusable', reason: 'too-long' })
  return succeeded({ key, folder, name })
}

/**
 * The same place under the next free name: `name (2).ext`, `name (3).ext` …
 * Null when the numbered name does not fit into a key any more.
 * @param count from 2.
 */
export function numbered(placing: Placing, count: number): Placing | null {
  const { stem, extension } = splitName(placing.name)
  const name = `${stem} (${count})${extension}`
  const key = `${placing.key.slice(0, placing.key.length - placing.name.length)}${name}`
  return fits(key) ? { ...placing, key, name } : null
}

/** `archive.tar.gz` is `archive` + `.tar.gz`; `.profile` and `README` have no extension. */
function splitName(name: string) {
  const found = /^(.+?)((?:\.tar)?\.[A-Za-z0-9_-]{1,15})$/.exec(name)
  return { stem: found?.[1] ?? name, extension: found?.[2] ?? '' }
}

function fits(key: string): boolean {
  return Buffer.byteLength(key) <= S3_LIMITS.maxKeyBytes
}
