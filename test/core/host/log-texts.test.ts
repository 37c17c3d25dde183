import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const ROOT = fileURLToPath(new URL('../../../electron', import.meta.url))

/** Add a name only after checking where the text comes from: it must be one of a few constants. */
const LOOKED_AT = [`\`Unreadable \${what} are kept aside\``, 'text']

/** The text of each call of the log: the last of its arguments. */
function logTexts(source: string): readonly string[] {
  return [...source.matchAll(/\blog\??\.(?:info|warn|error)\(/g)].map(({ index, 0: call }) =>
    lastArgument(source.slice(index + call.length)),
  )
}

function lastArgument(rest: string): string {
  let depth = 0
  let quote = ''
  let start = 0
  let last = ''
  for (let at = 0; at < rest.length; at += 1) {
    const character = rest[at] ?? ''
    if (quote !== '') {
      if (character === '\\') at += 1
      else if (character === quote) quote = ''
    } else if (`'"\``.includes(character)) quote = character
    else if ('([{'.includes(character)) depth += 1
    else if (character === ',' && depth === 0) {
      last = rest.slice(start, at)
      start = at + 1
    } else if (')]}'.includes(character)) {
      depth -= 1
      if (depth < 0) return (rest.slice(start, at).trim() || last).trim()
    }
  }
  throw new Error('The call does not end')
}

it('every text of the log is a constant, so that no report quotes the user’s data', () => {
  const files = readdirSync(ROOT, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(ROOT, name))
  const texts = files.flatMap((file) => logTexts(readFileSync(file, 'utf8')))

  const others = texts.filter((text) => !/^(['"]).*\1$/s.test(text))

  expect(texts.length).toBeGreaterThan(20)
  expect(others.filter((text) => !LOOKED_AT.includes(text))).toEqual([])
})

it('finds a text that is concatenated', () => {
  const source = `log.warn({ a: f(1, 'x)') }, \`No \${name}\`,\n)\nlog?.info({}, 'Plain, with a comma')`

  expect(logTexts(source)).toEqual([`\`No \${name}\``, "'Plain, with a comma'"])
})
