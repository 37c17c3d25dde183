import { hasCharset, isTextType } from '../../contract/content-type.ts'
import type { TextEncoding } from '../../contract/text-encoding.ts'

/** Types that a browser shows without running anything of the file's. */
const SHOWN = /^(image\/(?!svg)|video\/|audio\/|text\/plain\b|application\/pdf\b)/i

/**
 * What the download of a file says of itself: its own name in both forms of RFC 6266, the second
 * (RFC 8187) for every character that the first cannot hold. Pictures, films and texts open in the
 * browser, everything else is saved; so is a text in an encoding that nobody knows, since the
 * browser would show it in the wrong one.
 * @param encoding null: nobody has looked, so the type stands as it is.
 */
export function contentDisposition(
  name: string,
  contentType: string,
  encoding: TextEncoding | null,
): string {
  const isGarbled = encoding === 'unknown' && isTextType(contentType) && !hasCharset(contentType)
  return dispositionOf(SHOWN.test(contentType) && !isGarbled ? 'inline' : 'attachment', name)
}

export function dispositionOf(kind: 'inline' | 'attachment', name: string): string {
  return `${kind}; filename="${asciiName(name)}"; filename*=UTF-8''${extendedName(name)}`
}

function asciiName(name: string): string {
  return name.replaceAll(/[^\x20-\x7e]/gu, '_').replaceAll(/["\\%]/g, '_')
}

/** RFC 8187 section 3.2.1: `attr-char` stays, the rest is percent-encoded UTF-8. */
function extendedName(name: string): string {
  return encodeURIComponent(name).replaceAll(
    /['()*]/g,
    (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}
