import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  escapedNameOf,
  foldOf,
  keyOfEscapedName,
  plainPathOf,
} from '../../../electron/local-bucket/index/key-path.ts'
import { ODD_KEYS } from '../conformance/keys.ts'

const anyKey = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 80 }),
  fc.constantFrom(...ODD_KEYS),
)

describe('the readable name of a key', () => {
  it.each(['a', 'a/b/c.txt', 'Reise 2026/Foto (1).jpg', 'café', '.hidden', 'näïve 🦩.png'])(
    '%s is the key itself',
    (key) => {
      expect(plainPathOf(key)).toBe(key)
    },
  )

  it.each([
    '..',
    'a/../b',
    './a',
    'a//b',
    '/a',
    'a/',
    'a\\b',
    'c:d',
    'nul',
    'NUL.txt',
    'a/com1.log',
    'ends.',
    'ends ',
    ' begins',
    'a\u0000b',
    'a\nb',
    'a?b',
    'cafe\u0301',
    '.ferry/x',
    '.Ferry/x',
    'Unusual-Names/x',
    '\u202egpj.exe',
    'FERRY~1/parts/photo',
    'a/PHOTOS~2.JPE',
    'zero\u200cwidth',
    'variant\ufe0f',
    'private\ue000use',
    'a/.DS_Store',
    'a/._b',
    'Thumbs.db',
    'a/Desktop.ini',
    'x'.repeat(201),
  ])('does not exist for %j', (key) => {
    expect(plainPathOf(key)).toBeNull()
  })
})

describe('the escaped name of a key', () => {
  it('is a single harmless file name for any key', () => {
    fc.assert(
      fc.property(anyKey, (key) => {
        const name = escapedNameOf(key)

        expect(name).toMatch(/^[kh]-[a-z0-9_%-]{0,200}$/)
      }),
    )
  })

  it('differs for different keys even if case is ignored', () => {
    fc.assert(
      fc.property(anyKey, anyKey, (a, b) => {
        fc.pre(a !== b)

        expect(foldOf(escapedNameOf(a))).not.toBe(foldOf(escapedNameOf(b)))
      }),
    )
  })

  it('can be decoded to the key unless the key is too long', () => {
    fc.assert(
      fc.property(anyKey, (key) => {
        const name = escapedNameOf(key)

        expect(keyOfEscapedName(name)).toBe(name.startsWith('h-') ? null : key)
      }),
    )
  })

  it.each(['k-%61', 'k-a.b', 'k-%2', 'k-%ff', 'x', 'K-a', 'k-../a'])('is never %s', (name) => {
    expect(keyOfEscapedName(name)).toBeNull()
  })
})

describe('folding', () => {
  it.each([
    ['É', 'e\u0301'],
    ['STRASSE', 'straße'],
    ['a/B', 'A/b'],
  ])('treats %s and %s as equal', (a, b) => {
    expect(foldOf(a)).toBe(foldOf(b))
  })
})
