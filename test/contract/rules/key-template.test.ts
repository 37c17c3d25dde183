import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  exampleKey,
  KEY_TOKENS,
  type KeyFacts,
  keyFrom,
  splitName,
  templateAsks,
  templateProblems,
} from '../../../electron/contract/rules/key-template.ts'
import { DEFAULT_RULES } from '../../../electron/contract/rules/upload-rules.ts'

const facts: KeyFacts = {
  prefix: 'in/',
  folder: 'photos/2026/',
  name: 'Tea & scones.tar.gz',
  // Built from its parts, so that it is the same in every time zone.
  at: new Date(2026, 2, 5, 9, 4, 7),
  uuid: '0b7c9f2e-5a41-4d38-9c66-1f8e2d7a4b90',
  hash8: '3fa4c81d',
}

const key = (template: string, changed: Partial<KeyFacts> = {}) => {
  const made = keyFrom(template, { ...facts, ...changed })
  return made.ok ? made.value : made.failure
}

const problem = (template: string) => {
  const [first] = templateProblems(template)
  return first === undefined ? null : [first.problem, first.what]
}

describe('a key template', () => {
  it.each([
    [DEFAULT_RULES.keyTemplate, 'in/photos/2026/Tea & scones.tar.gz'],
    ['{prefix}{yyyy}/{mm}/{dd}/{name}', 'in/2026/03/05/Tea & scones.tar.gz'],
    ['{HH}{MM}{SS} {name}', '090407 Tea & scones.tar.gz'],
    ['{uuid}{ext}', '0b7c9f2e-5a41-4d38-9c66-1f8e2d7a4b90.tar.gz'],
    ['{stem}-{hash8}{ext}', 'Tea & scones-3fa4c81d.tar.gz'],
    ['{stem}-{hash8}.{ext}', 'Tea & scones-3fa4c81d.tar.gz'],
    ['/{prefix}//{folder}/{name}/', 'in/photos/2026/Tea & scones.tar.gz'],
    ['{yyyy}\\{name}', '2026/Tea & scones.tar.gz'],
  ])('%s becomes %s', (template, made) => {
    expect(key(template)).toBe(made)
  })

  it('leaves no dot if the extension is missing', () => {
    expect(key('{stem}.{ext}', { name: 'README' })).toBe('README')
    expect(key('{stem}{ext}', { name: 'a..jpg' })).toBe('a..jpg')
  })

  it.each([
    ['', ['missing', '']],
    ['{prefix}{year}/{name}', ['unknown-token', '{year}']],
    ['{prefix}{Name}', ['unknown-token', '{Name}']],
    ['{name}{', ['unknown-token', '{']],
    ['{prefix}{yyyy}', ['no-name-in-it', '{prefix}{yyyy}']],
    ['{prefix}{stem}', ['no-name-in-it', '{prefix}{stem}']],
    ['../{name}', ['leaves-the-bucket', '..']],
    ['a\\.\\{name}', ['leaves-the-bucket', '.']],
    ['a\n{name}', ['not-a-header', 'U+000A']],
  ])('%j is refused', (template, found) => {
    expect(problem(template)).toEqual(found)
    expect(key(template)).toMatchObject({ kind: 'rules-invalid' })
  })

  it('is refused if it alone is as long as a key may be', () => {
    expect(problem(`{name}${'ä'.repeat(512)}`)?.[0]).toBe('too-long')
    expect(problem(`{name}${'ä'.repeat(511)}`)).toBeNull()
  })

  it('reports a filled key that is too long, or would be resolved away', () => {
    const reason = (name: string, template = '{name}') => key(template, { name })

    expect(reason('ä'.repeat(513))).toEqual({ kind: 'name-unusable', reason: 'too-long' })
    expect(reason('..')).toEqual({ kind: 'name-unusable', reason: 'dot-segment' })
    expect(reason('..a', '{stem}/{ext}')).toEqual({ kind: 'name-unusable', reason: 'dot-segment' })
    expect(reason('\ud800')).toEqual({ kind: 'name-unusable', reason: 'not-unicode' })
    expect(reason('')).toEqual({ kind: 'name-unusable', reason: 'empty' })
  })

  it('says whether it needs the digits of the hash, and waits for them', () => {
    expect(templateAsks('{prefix}{hash8}{ext}', 'hash8')).toBe(true)
    expect(templateAsks(DEFAULT_RULES.keyTemplate, 'hash8')).toBe(false)
    expect(key('{hash8}', { hash8: null })).toEqual({ kind: 'wrong-state' })
  })

  it('has an example', () => {
    expect(exampleKey('{prefix}{folder}{mm}/{stem}-{hash8}{ext}', 'in/', facts.at)).toEqual({
      ok: true,
      value: 'in/Photos/03/Holiday-3fa4c81d.jpg',
    })
  })
})

describe('any template and any dropped file', () => {
  const token = fc.constantFrom(...KEY_TOKENS).map((each) => `{${each}}`)
  const text = fc.string({ unit: 'binary', maxLength: 8 })
  const odd = fc.constantFrom('/', '..', '.', '\\', '{', '}', 'ä'.repeat(300))
  const template = fc
    .array(fc.oneof({ weight: 4, arbitrary: token }, text, odd), { maxLength: 10 })
    .map((pieces) => pieces.join(''))
  const name = fc.oneof(fc.string({ unit: 'binary', maxLength: 40 }), odd, fc.constant('..a'))

  it('never throws, and never makes a key that S3 could not store', () => {
    fc.assert(
      fc.property(template, name, text, (typed, dropped, folder) => {
        const made = keyFrom(typed, { ...facts, name: dropped, folder })
        if (!made.ok) return
        const segments = made.value.split('/')
        expect(Buffer.byteLength(made.value)).toBeLessThanOrEqual(1024)
        expect(segments.filter((each) => ['', '.', '..'].includes(each))).toEqual([])
        expect(templateProblems(typed)).toEqual([])
      }),
    )
  })

  it('keeps a name byte for byte', () => {
    const plain = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 60 })
      .filter((each) => !each.includes('/') && !['.', '..'].includes(each))
    fc.assert(
      fc.property(plain, (dropped) => {
        expect(key('{name}', { name: dropped })).toBe(dropped)
        expect(key('{stem}{ext}', { name: dropped })).toBe(dropped)
        const { stem, extension } = splitName(dropped)
        expect(stem + extension).toBe(dropped)
      }),
    )
  })
})
