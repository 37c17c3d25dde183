import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type TextEncoding, textEncodingOf } from '../../electron/contract/content-type.ts'

const bytes = (...given: readonly (number | string)[]) =>
  Uint8Array.from(
    given.flatMap((each) => (typeof each === 'number' ? [each] : [...Buffer.from(each)])),
  )

/**
 * The platform's decoder, with which the function must agree; `isWhole` false leaves the end open.
 */
function isValidUtf8(text: Uint8Array, isWhole: boolean): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(text, { stream: !isWhole })
    return true
  } catch {
    return false
  }
}

describe('the encoding of a text', () => {
  it.each<[string, Uint8Array, TextEncoding]>([
    ['nothing', bytes(), 'utf-8'],
    ['ASCII', bytes('plain words\r\n\t'), 'utf-8'],
    ['UTF-8', bytes('Grüße, 家族, 🛳️'), 'utf-8'],
    ['UTF-8 with its mark', bytes(0xef, 0xbb, 0xbf, 'Grüße'), 'utf-8'],
    ['nothing but the mark', bytes(0xef, 0xbb, 0xbf), 'utf-8'],
    ['colours of a terminal', bytes(0x1b, '[31mred', 0x1b, '(B', 0x1b, '[m ü'), 'utf-8'],
    ['UTF-16, little end first', bytes(0xff, 0xfe, 0x47, 0, 0xfc, 0), 'utf-16le'],
    ['UTF-16, big end first', bytes(0xfe, 0xff, 0, 0x47, 0, 0xfc), 'utf-16be'],
    ['nothing but the mark of UTF-16', bytes(0xff, 0xfe), 'utf-16le'],
    ['Windows-1252', bytes('Gr', 0xfc, 0xdf, 'e'), 'unknown'],
    ['Shift_JIS', bytes(0x93, 0xfa, 0x96, 0x7b), 'unknown'],
    ['ISO-2022-JP', bytes(0x1b, '$B', 0x46, 0x7c, 0x4b, 0x5c, 0x1b, '(B'), 'unknown'],
    ['UTF-16 without a mark', bytes('G', 0, 'r', 0), 'unknown'],
    ['UTF-32', bytes(0xff, 0xfe, 0, 0, 0x47, 0, 0, 0), 'unknown'],
    ['half of a mark', bytes(0xef, 0xbb), 'unknown'],
    ['a character that is cut', bytes('Gr', 0xc3), 'unknown'],
    ['a surrogate', bytes(0xed, 0xa0, 0x80), 'unknown'],
    ['a longer form than needed', bytes(0xc0, 0xaf), 'unknown'],
    ['more than Unicode has', bytes(0xf4, 0x90, 0x80, 0x80), 'unknown'],
  ])('that is %s', (_what, text, encoding) => {
    expect(textEncodingOf(text, true)).toBe(encoding)
  })

  it('does not depend on a character that is cut at the end', () => {
    const text = bytes('Grüße 🛳')

    const found = text.map((_, at) =>
      textEncodingOf(text.subarray(0, at), false) === 'utf-8' ? 1 : 0,
    )

    expect([...found]).toEqual([...text].map(() => 1))
    expect(textEncodingOf(bytes('Gr', 0xc3, 0x28), false)).toBe('unknown')
  })

  it('is UTF-8 for all valid bytes, and for no others', () => {
    // A mark, and the signs of other encodings, have tests of their own.
    const telling = [0, 0x1b, 0xef, 0xfe, 0xff]
    const piece = fc.oneof(
      fc.string({ unit: 'binary' }).map((text) => [...Buffer.from(text)]),
      fc.array(fc.integer({ min: 0x70, max: 0xff }), { maxLength: 4 }),
    )
    const text = fc.array(piece, { maxLength: 6 }).map((pieces) => {
      return Uint8Array.from(pieces.flat().filter((byte) => !telling.includes(byte)))
    })
    fc.assert(
      fc.property(text, fc.boolean(), (given, isWhole) => {
        const found = textEncodingOf(given, isWhole)

        expect(found).toBe(isValidUtf8(given, isWhole) ? 'utf-8' : 'unknown')
      }),
      { numRuns: 2000 },
    )
  })
})
