import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { TextEncoding } from '../../../../electron/contract/content-type.ts'
import { DEFAULT_RULES } from '../../../../electron/contract/rules/upload-rules.ts'
import { contentDisposition } from '../../../../electron/core/s3/put-headers.ts'
import { contentTypeOf } from '../../../../electron/core/uploads/rules/admission.ts'
import { numberedKey, objectKeyOf } from '../../../../electron/core/uploads/rules/object-key.ts'

const naming = (prefix: string) => ({
  prefix,
  keyTemplate: DEFAULT_RULES.keyTemplate,
  at: new Date(0),
  uuid: '',
  hash8: null,
})

const placing = (prefix: string, path: string) => {
  const outcome = objectKeyOf(naming(prefix), path)
  if (!outcome.ok) throw new Error(outcome.failure.kind)
  return outcome.value
}

describe('a key', () => {
  it('consists of the prefix, the folders and the name', () => {
    expect(placing('in/', 'photos/2026/a.jpg')).toEqual({
      key: 'in/photos/2026/a.jpg',
      folder: 'photos/2026/',
      name: 'a.jpg',
    })
  })

  it('is counted in bytes of UTF-8, prefix included', () => {
    expect(objectKeyOf(naming('in/'), 'ä'.repeat(510)).ok).toBe(true)
    expect(objectKeyOf(naming('in/'), 'ä'.repeat(511))).toEqual({
      ok: false,
      failure: { kind: 'name-unusable', reason: 'too-long' },
    })
  })

  it('never leaves the prefix, whatever the name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (path) => {
        const outcome = objectKeyOf(naming('in/'), path)
        if (!outcome.ok) return
        const url = new URL(
          outcome.value.key.split('/').map(encodeURIComponent).join('/'),
          'http://store/bucket/',
        )
        expect(url.pathname.startsWith('/bucket/in/')).toBe(true)
        expect(decodeURIComponent(url.pathname)).toBe(`/bucket/in/${path}`)
      }),
    )
  })
})

describe('a name that is taken', () => {
  it.each([
    ['a.txt', 'a (2).txt'],
    ['README', 'README (2)'],
    ['.profile', '.profile (2)'],
    ['archive.tar.gz', 'archive (2).tar.gz'],
    ['v1.2 final draft', 'v1.2 final draft (2)'],
    ['a (2).txt', 'a (2) (2).txt'],
  ])('%s becomes %s', (name, next) => {
    expect(numberedKey(placing('in/', `x/${name}`), 2)).toEqual({
      key: `in/x/${next}`,
      folder: 'x/',
      name: next,
    })
  })

  it('cannot be numbered if it leaves no room for a number', () => {
    expect(numberedKey(placing('', 'x'.repeat(1024)), 2)).toBeNull()
  })
})

describe('a content type', () => {
  it.each([
    ['image/png', 'a.txt', 'image/png'],
    ['', 'a.png', 'image/png'],
    ['', 'A.PNG', 'image/png'],
    ['', 'no extension', 'application/octet-stream'],
    ['text/plain; charset=utf-8', 'a', 'text/plain; charset=utf-8'],
    ['text/html\r\nx-amz-acl: public-read', 'a.txt', 'text/plain'],
    ['nonsense', 'a.pdf', 'application/pdf'],
  ])('for the browser type %j and the name %s is %s', (fromBrowser, name, type) => {
    expect(contentTypeOf(DEFAULT_RULES, fromBrowser, name, null)).toBe(type)
  })

  it.each<[string, string, TextEncoding | null, string]>([
    ['text/plain', 'a.txt', 'utf-8', 'text/plain; charset=utf-8'],
    ['text/csv', 'a.csv', 'utf-16le', 'text/csv; charset=utf-16le'],
    ['', 'settings.ini', 'utf-8', 'text/plain; charset=utf-8'],
    ['', 'notes.md', 'utf-16be', 'text/markdown; charset=utf-16be'],
    ['text/plain', 'a.txt', 'unknown', 'text/plain'],
    ['text/plain', 'a.txt', null, 'text/plain'],
    ['text/plain; charset=koi8-r', 'a.txt', 'utf-8', 'text/plain; charset=koi8-r'],
    ['text/plain;format=flowed', 'a.txt', 'utf-8', 'text/plain;format=flowed; charset=utf-8'],
    ['', 'a.json', 'utf-8', 'application/json'],
    ['', 'no extension', 'utf-8', 'application/octet-stream'],
    ['image/svg+xml', 'a.svg', 'utf-8', 'image/svg+xml'],
  ])(
    'for the browser type %j and the name %s with %s bytes is %s',
    (fromBrowser, name, encoding, type) => {
      expect(contentTypeOf(DEFAULT_RULES, fromBrowser, name, encoding)).toBe(type)
    },
  )

  it('stays as it is if it is as long as a record can hold', () => {
    const long = `text/x;p=${'x'.repeat(240)}`

    expect(contentTypeOf(DEFAULT_RULES, long, 'a', 'utf-8')).toBe(long)
  })

  it.each<[string, TextEncoding | null, string]>([
    ['text/plain', 'utf-8', 'text/plain; charset=utf-8'],
    ['text/plain', 'unknown', 'text/plain'],
    ['text/plain; charset=iso-8859-1', 'utf-8', 'text/plain; charset=iso-8859-1'],
    ['application/x-log', 'utf-8', 'application/x-log'],
  ])('for the rule %j and bytes in %s is %s', (value, encoding, type) => {
    const rules = { contentTypes: [{ name: 'log', value }] }

    expect(contentTypeOf(rules, 'text/x-log', 'a.log', encoding)).toBe(type)
  })
})

describe('a download', () => {
  it.each([
    ['image/png', 'inline'],
    ['video/mp4', 'inline'],
    ['application/pdf', 'inline'],
    ['text/plain; charset=utf-8', 'inline'],
    ['text/html', 'attachment'],
    ['image/svg+xml', 'attachment'],
    ['application/zip', 'attachment'],
  ])('of %s is %s', (type, kind) => {
    expect(contentDisposition('a', type, null)).toBe(`${kind}; filename="a"; filename*=UTF-8''a`)
  })

  it.each<[string, TextEncoding, string]>([
    ['text/plain; charset=utf-8', 'utf-8', 'inline'],
    ['text/plain', 'unknown', 'attachment'],
    ['text/plain; charset=iso-8859-1', 'unknown', 'inline'],
    ['text/html; charset=utf-8', 'utf-8', 'attachment'],
    ['application/pdf', 'unknown', 'inline'],
  ])('of %s in the encoding %s is %s', (type, encoding, kind) => {
    expect(contentDisposition('a', type, encoding)).toMatch(new RegExp(`^${kind};`))
  })

  it('names the file in both forms, and no name can break out of them', () => {
    const header = contentDisposition('a"b\\c\r\nd;é%41\'(1)*.txt', 'application/zip', null)

    expect(header).toBe(
      `attachment; filename="a_b_c__d;__41'(1)*.txt"; ` +
        `filename*=UTF-8''a%22b%5Cc%0D%0Ad%3B%C3%A9%2541%27%281%29%2A.txt`,
    )
  })

  it('is a header value for every name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (name) => {
        const header = contentDisposition(name, 'application/zip', null)
        expect(header).toMatch(/^[\x20-\x7e]*$/)
        // The plain form comes first and may itself contain two quotes.
        const extended = header.slice(header.lastIndexOf("''") + 2)
        expect(decodeURIComponent(extended)).toBe(name)
      }),
    )
  })
})
