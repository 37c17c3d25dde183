/**
 * Characters that are invisible or change the reading direction: control, format, private and
 * unassigned ones, lone surrogates, line separators, and all that Unicode lets a font leave out
 * (www.unicode.org/reports/tr44/#Default_Ignorable_Code_Point, www.unicode.org/reports/tr36/).
 */
const INVISIBLE_IN_NAMES = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu
/** Marks piled upon one letter would run into the lines around it. */
const PILED_MARKS = /(\p{M}{2})\p{M}+/gu

/** Whether all of it shows, in the order in which it is written. */
export function isPlain(text: string): boolean {
  return text.search(INVISIBLE_IN_NAMES) === -1
}

/** A name that somebody else chose, on one line and as long as a line, for a sentence of Ferry's. */
export function plainName(text: string, maxLength = 100): string {
  // Cut roughly first: the patterns need not run over a megabyte.
  const line = text.slice(0, 8 * maxLength).replace(/\s+/gu, ' ')
  const plain = line.replace(INVISIBLE_IN_NAMES, '').replace(PILED_MARKS, '$1').trim()
  if (plain.length <= maxLength) return plain
  return `${plain.slice(0, maxLength - 1).replace(/[\ud800-\udbff]$/, '')}…`
}
