import type { UploadRules } from './rules/upload-rules.ts'
import type { TextEncoding } from './text-encoding.ts'

/** What the destination's rules say for the file's extension; null: nothing. */
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

/** A text's type with the encoding that was found in its bytes; what says one already stays. */
export function withCharset(contentType: string, encoding: TextEncoding | null): string {
  const isFound = encoding !== null && encoding !== 'unknown'
  if (!isFound || !isTextType(contentType) || hasCharset(contentType)) return contentType
  const typed = `${contentType}; charset=${encoding}`
  return typed.length > MAX_TYPE_LENGTH ? contentType : typed
}

/** As the records have it. */
const MAX_TYPE_LENGTH = 255
