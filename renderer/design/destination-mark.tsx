import './destination-mark.css'
import type { DestinationColor } from '../../electron/contract/commands/destinations.ts'

/** The coloured square that identifies a destination; its name stands beside it. */
export function DestinationMark({
  name,
  color,
}: {
  readonly name: string
  readonly color: DestinationColor
}) {
  return (
    <span className={`destination-mark mark-${color}`} aria-hidden="true">
      {initialOf(name)}
    </span>
  )
}

const GRAPHEMES = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/**
 * The first letter or digit of a name, in upper case, otherwise its first character. A character is
 * what a reader sees as one.
 */
export function initialOf(name: string): string {
  const signs = [...GRAPHEMES.segment(name.trim())].map(({ segment }) => segment)
  const sign = signs.find((each) => /[\p{L}\p{N}]/u.test(each)) ?? signs[0] ?? ''
  const upper = sign.toLocaleUpperCase()
  // “ß” would become two letters.
  return [...GRAPHEMES.segment(upper)].length === 1 ? upper : sign
}
