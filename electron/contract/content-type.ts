import * as z from 'zod/mini'
import { MIB } from './limits.ts'
import type { UploadRules } from './rules/upload-rules.ts'

/** The type that the destination's rules set for the file's extension; null: none. */
export function contentTypeByRules(
  { contentTypes }: Pick<UploadRules, 'contentTypes'>,
  name: string,
): string | null {
  return contentTypes.find((each) => hasExtension(name, each.name))?.value ?? null
}

/** `archive.tar.gz` has the extensions `gz` and `tar.gz`; `.gz` is a name and has none. */
export function hasExtension(name: string, extension: string): boolean {
  const wanted = `.${extension.toLowerCase()}`
  return name.length > wanted.length && name.toLowerCase().endsWith(wanted)
}

/** Types whose `charset` says how to read the bytes: RFC 6838 section 4.2.1. */
export function isTextType(contentType: string): boolean {
  return /^\s*text\//i.test(contentType)
}

export function hasCharset(contentType: string): boolean {
  return /;\s*charset\s*=/i.test(contentType)
}

/** A text's type with the encoding that was found in its bytes; an existing charset stays. */
export function withCharset(contentType: string, encoding: TextEncoding | null): string {
  const isFound = encoding !== null && encoding !== 'unknown'
  if (!isFound || !isTextType(contentType) || hasCharset(contentType)) return contentType
  const typed = `${contentType}; charset=${encoding}`
  return typed.length > MAX_TYPE_LENGTH ? contentType : typed
}

/** The limit of the records. */
const MAX_TYPE_LENGTH = 255

/**
 * The encoding of a text, by the labels that browsers know
 * (encoding.spec.whatwg.org/#names-and-labels). `unknown`: the bytes are not UTF-8 and do not
 * indicate another encoding, so a browser could only guess.
 */
export const TextEncoding = z.enum(['utf-8', 'utf-16le', 'utf-16be', 'unknown'])
export type TextEncoding = z.infer<typeof TextEncoding>

/**
 * The number of bytes that are examined: most texts completely, and little of a log of many
 * gigabytes.
 */
export const TEXT_PROBE_BYTES = MIB

/**
 * The encoding of a text by its first bytes: that of its byte-order mark, or UTF-8 if they are
 * valid UTF-8, as ASCII and an empty file are.
 * @param isWhole there are no more bytes; otherwise a character may be cut at the end.
 */
export function textEncodingOf(start: Uint8Array, isWhole: boolean): TextEncoding {
  const marked = MARKS.find(({ mark }) => mark.every((byte, index) => start[index] === byte))
  if (marked !== undefined) return marked.encoding
  const isPlain = !start.includes(NUL) && !hasSwitch(start)
  return isPlain && isUtf8(start, isWhole) ? 'utf-8' : 'unknown'
}

/** Longer marks first: UTF-32's, which no browser reads, begins like UTF-16's. */
const MARKS: readonly { readonly mark: readonly number[]; readonly encoding: TextEncoding }[] = [
  { mark: [0xff, 0xfe, 0, 0], encoding: 'unknown' },
  { mark: [0xef, 0xbb, 0xbf], encoding: 'utf-8' },
  { mark: [0xff, 0xfe], encoding: 'utf-16le' },
  { mark: [0xfe, 0xff], encoding: 'utf-16be' },
]

/** NUL occurs in every ASCII character of UTF-16 without a mark, and in binary files. */
const NUL = 0
const ESCAPE = 0x1b
const DOLLAR = 0x24

/**
 * ISO-2022-JP and similar encodings look like ASCII and switch with these two bytes (RFC 1468).
 * Terminal colours, which are frequent in logs, begin differently.
 */
function hasSwitch(bytes: Uint8Array): boolean {
  for (let at = bytes.indexOf(ESCAPE); at !== -1; at = bytes.indexOf(ESCAPE, at + 1)) {
    if (bytes[at + 1] === DOLLAR) return true
  }
  return false
}

/**
 * The types of page and host share no `TextDecoder`, so this follows table 3-7 of the Unicode
 * Standard.
 */
function isUtf8(bytes: Uint8Array, isWhole: boolean): boolean {
  let at = 0
  while (at < bytes.length) {
    const first = bytes[at] ?? 0
    at += 1
    if (first < 0x80) continue
    const form = FORMS.find(({ from, to }) => first >= from && first <= to)
    if (form === undefined) return false
    for (let index = 0; index < form.following; index += 1, at += 1) {
      const byte = bytes[at]
      if (byte === undefined) return !isWhole
      const [least, most] = index === 0 ? form.second : CONTINUATION
      if (byte < least || byte > most) return false
    }
  }
  return true
}

const CONTINUATION = [0x80, 0xbf] as const

/** By the first byte: the number of bytes that follow, and the range of the second one. */
const FORMS = [
  { from: 0xc2, to: 0xdf, following: 1, second: CONTINUATION },
  { from: 0xe0, to: 0xe0, following: 2, second: [0xa0, 0xbf] },
  { from: 0xe1, to: 0xec, following: 2, second: CONTINUATION },
  { from: 0xed, to: 0xed, following: 2, second: [0x80, 0x9f] },
  { from: 0xee, to: 0xef, following: 2, second: CONTINUATION },
  { from: 0xf0, to: 0xf0, following: 3, second: [0x90, 0xbf] },
  { from: 0xf1, to: 0xf3, following: 3, second: CONTINUATION },
  { from: 0xf4, to: 0xf4, following: 3, second: [0x80, 0x8f] },
] as const

/** The entries of a list in the form of HTML's `accept`, in lower case. */
export function acceptTokens(accept: string): string[] {
  return accept
    .split(',')
    .map((each) => each.trim().toLowerCase())
    .filter((each) => each !== '')
}

/** RFC 9110 section 8.3.1, parameters included; also keeps line breaks out of a signed header. */
const MEDIA_TYPE =
  /^[\w!#$&^.+-]{1,127}\/[\w!#$&^.+-]{1,127}(?:\s*;\s*[\w!#$&^.+-]+=(?:[\w!#$&^.+-]+|"[^"\r\n]*"))*$/

export function isMediaType(text: string): boolean {
  return MEDIA_TYPE.test(text)
}
