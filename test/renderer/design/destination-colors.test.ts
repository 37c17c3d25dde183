import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { DestinationColor } from '../../../electron/contract/commands/destinations.ts'

const tokens = readFileSync(new URL('../../../renderer/design/tokens.css', import.meta.url), 'utf8')

/** The colour in light and in dark. */
function tokenOf(name: string): readonly [string, string] {
  const [, light, dark] =
    new RegExp(`--${name}: light-dark\\((#[0-9a-f]{6}), (#[0-9a-f]{6})\\)`).exec(tokens) ?? []
  if (light === undefined || dark === undefined) throw new Error(`No token ${name}`)
  return [light, dark]
}

/** w3.org/TR/WCAG22/#dfn-relative-luminance */
function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(color.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (light + 0.05) / (dark + 0.05)
}

it.each(DestinationColor.options)('a letter is legible on %s, in light and dark', (color) => {
  const ink = tokenOf('mark-ink')
  const fill = tokenOf(`mark-${color}`)

  expect(contrast(ink[0], fill[0])).toBeGreaterThanOrEqual(4.5)
  expect(contrast(ink[1], fill[1])).toBeGreaterThanOrEqual(4.5)
})
