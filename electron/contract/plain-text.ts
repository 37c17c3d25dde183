/**
 * The window shows text from a store, an identity provider or a file only after it is reduced to
 * the characters and the length of its kind. Only this file defines both for each kind.
 */

/**
 * Control and format characters (bidi, zero width), private ones, and halves of surrogate pairs.
 */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu
/**
 * Letters that are invisible: fillers, the grapheme joiner, variation selectors, and the blank
 * Braille pattern, which Unicode does not count among them.
 */
const BLANK_LETTERS = /\p{Default_Ignorable_Code_Point}|\u2800/gu
/** Many marks on one letter would run into the lines around it. */
const PILED_MARKS = /(\p{M}{2})\p{M}+/gu

const CUT = '…'

/** One line of visible text. A rough cut comes first, so that no pattern runs over a megabyte. */
export function visibleText(text: string, maxLength: number): string {
  return cutText(onlyVisible(text, maxLength), maxLength)
}

/** The same without the final cut, so that secrets can be removed before it. */
export function onlyVisible(text: string, maxLength: number): string {
  const line = text.slice(0, 8 * maxLength).replace(/\s+/gu, ' ')
  return line.replace(INVISIBLE, '').replace(BLANK_LETTERS, '').replace(PILED_MARKS, '$1')
}

/** Never cuts between the two code units of a character. */
export function cutText(text: string, maxLength: number): string {
  const trimmed = text.trim()
  if (trimmed.length <= maxLength) return trimmed
  return trimmed.slice(0, maxLength - 1).replace(/[\ud800-\udbff]$/, '') + CUT
}

/** S3's `<Code>`, and those of compatible stores: `AccessDenied`, `KMS.NotFoundException`. */
const CODE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/

/** '' if the text is not a code. */
export function storeCode(text: string): string {
  return CODE.test(text) ? text : ''
}

/** `eu-central-1`, `RegionOne`, `us_east`: becomes a part of a signature, and of a host name. */
const REGION = /^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?$/

export function isRegion(text: string): boolean {
  return REGION.test(text)
}

/** Printable ASCII, which a header carries without encoding. Key IDs and tokens consist of it. */
const PRINTABLE = /^[\x21-\x7e]*$/

export function isPrintable(text: string): boolean {
  return PRINTABLE.test(text)
}

/**
 * Characters that are invisible or change the reading direction: control, format, private and
 * unassigned ones, lone surrogates, line separators, and all that Unicode allows a font to omit
 * (www.unicode.org/reports/tr44/#Default_Ignorable_Code_Point, www.unicode.org/reports/tr36/).
 */
const INVISIBLE_IN_NAMES = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu
/** Whether every character is visible, in the order in which it is written. */
export function isPlain(text: string): boolean {
  return text.search(INVISIBLE_IN_NAMES) === -1
}

/** Fits a foreign name into one of Ferry's sentences: one short line of visible text. */
export function plainName(text: string, maxLength = 100): string {
  // A rough cut comes first, so that no pattern runs over a megabyte.
  const line = text.slice(0, 8 * maxLength).replace(/\s+/gu, ' ')
  const plain = line.replace(INVISIBLE_IN_NAMES, '').replace(PILED_MARKS, '$1').trim()
  if (plain.length <= maxLength) return plain
  return `${plain.slice(0, maxLength - 1).replace(/[\ud800-\udbff]$/, '')}…`
}
