import type { Failure } from '../failure/kinds.ts'
import { MIB, S3_LIMITS } from '../limits.ts'
import { failed, type Outcome, succeeded } from '../outcome.ts'
import type { ByteRange } from '../part-plan.ts'
import type { RuleProblem } from './upload-rules.ts'

/**
 * The tokens that may appear in braces. `{ext}` includes its dot; a dot that is typed before it is
 * not doubled.
 */
export const KEY_TOKENS = [
  'prefix',
  'folder',
  'name',
  'stem',
  'ext',
  'yyyy',
  'mm',
  'dd',
  'HH',
  'MM',
  'SS',
  'uuid',
  'hash8',
] as const
export type KeyToken = (typeof KEY_TOKENS)[number]

/** The inputs of a key besides the template. */
export interface KeyFacts {
  /** The destination's prefix: empty, or a folder that ends with `/`. */
  readonly prefix: string
  /** The path inside the dropped folder: `photos/2026/`, or empty. */
  readonly folder: string
  /** The file's own name. */
  readonly name: string
  /** Interpreted in this computer's local time. */
  readonly at: Date
  readonly uuid: string
  /** Null if it was not computed. */
  readonly hash8: string | null
}

type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'token'; readonly token: KeyToken }

type TemplateProblem = Omit<RuleProblem, 'field'>

const MAX_WHAT = 200
/** Control characters and lone surrogates: HTTP's start line cannot carry them unencoded. */
const UNSENDABLE = /\p{Cc}|\p{Cs}/u

/** The problems of a template, worst first; empty: none. */
export function templateProblems(template: string): readonly RuleProblem[] {
  const parsed = parseTemplate(template)
  const problems = Array.isArray(parsed) ? judged(parsed) : [parsed]
  return problems.map((each) => ({
    ...each,
    field: 'keyTemplate' as const,
    what: each.what.slice(0, MAX_WHAT),
  }))
}

export function templateAsks(template: string, token: KeyToken): boolean {
  return template.includes(`{${token}}`)
}

/**
 * The key of a file. Fails with `name-unusable` if no S3 request could carry it, and with
 * `rules-invalid` for a template that `templateProblems` refuses.
 */
export function keyFrom(template: string, facts: KeyFacts): Outcome<string> {
  const problems = templateProblems(template)
  const parsed = parseTemplate(template)
  if (problems.length > 0 || !Array.isArray(parsed)) {
    return failed({ kind: 'rules-invalid', problems: [...problems] })
  }
  if (parsed.some((each) => isToken(each, 'hash8')) && facts.hash8 === null) {
    return failed({ kind: 'wrong-state' })
  }
  const segments = filled(parsed, facts)
    .split('/')
    .filter((each) => each !== '')
  const key = segments.join('/')
  const reason = unusable(key, segments)
  return reason === null ? succeeded(key) : failed({ kind: 'name-unusable', reason })
}

/** The key of an example file, for the preview while typing. */
export function exampleKey(template: string, prefix: string, at: Date): Outcome<string> {
  return keyFrom(template, {
    prefix,
    folder: 'Photos/',
    name: 'Holiday.jpg',
    at,
    uuid: '0b7c9f2e-5a41-4d38-9c66-1f8e2d7a4b90',
    hash8: '3fa4c81d',
  })
}

/** `archive.tar.gz` is `archive` + `.tar.gz`; `.profile` and `README` have no extension. */
export function splitName(name: string): { readonly stem: string; readonly extension: string } {
  const found = /^(.+?)((?:\.tar)?\.[A-Za-z0-9_-]{1,15})$/su.exec(name)
  return { stem: found?.[1] ?? name, extension: found?.[2] ?? '' }
}

function parseTemplate(template: string): Piece[] | TemplateProblem {
  const pieces: Piece[] = []
  for (const part of template.match(/\{[^{}]*\}|[^{}]+|[{}]/g) ?? []) {
    const token = KEY_TOKENS.find((each) => part === `{${each}}`)
    if (token !== undefined) pieces.push({ kind: 'token', token })
    else if (/[{}]/.test(part)) return { problem: 'unknown-token', what: part }
    else pieces.push({ kind: 'text', text: part.replaceAll('\\', '/') })
  }
  return pieces
}

function judged(pieces: readonly Piece[]): TemplateProblem[] {
  if (pieces.length === 0) return [{ problem: 'missing', what: '' }]
  const text = pieces.map((each) => (each.kind === 'text' ? each.text : `{${each.token}}`)).join('')
  const odd = UNSENDABLE.exec(text)?.[0]
  if (odd !== undefined) return [{ problem: 'not-a-header', what: escaped(odd) }]
  const dots = text.split('/').find((each) => each === '.' || each === '..')
  if (dots !== undefined) return [{ problem: 'leaves-the-bucket', what: dots }]
  const literal = pieces.map((each) => (each.kind === 'text' ? each.text : '')).join('')
  if (utf8Length(literal) >= S3_LIMITS.maxKeyBytes) return [{ problem: 'too-long', what: literal }]
  return hasName(pieces) ? [] : [{ problem: 'no-name-in-it', what: text }]
}

function hasName(pieces: readonly Piece[]): boolean {
  const has = (token: KeyToken) => pieces.some((each) => isToken(each, token))
  return has('name') || (has('stem') && has('ext')) || has('uuid') || has('hash8')
}

function filled(pieces: readonly Piece[], facts: KeyFacts): string {
  const texts = pieces.map((piece, index) => {
    if (piece.kind === 'token') return tokenText(piece.token, facts)
    const next = pieces[index + 1]
    return next !== undefined && isToken(next, 'ext') ? piece.text.replace(/\.$/, '') : piece.text
  })
  return texts.join('')
}

function tokenText(token: KeyToken, facts: KeyFacts): string {
  const { at } = facts
  switch (token) {
    case 'prefix':
    case 'folder':
    case 'name':
    case 'uuid':
      return facts[token]
    case 'hash8':
      return facts.hash8 ?? ''
    case 'stem':
      return splitName(facts.name).stem
    case 'ext':
      return splitName(facts.name).extension
    case 'yyyy':
      return digits(at.getFullYear(), 4)
    case 'mm':
      return digits(at.getMonth() + 1, 2)
    case 'dd':
      return digits(at.getDate(), 2)
    case 'HH':
      return digits(at.getHours(), 2)
    case 'MM':
      return digits(at.getMinutes(), 2)
    case 'SS':
      return digits(at.getSeconds(), 2)
  }
}

type Unusable = Extract<Failure, { readonly kind: 'name-unusable' }>['reason']

function unusable(key: string, segments: readonly string[]): Unusable | null {
  if (key === '') return 'empty'
  // Browsers and SDKs resolve such segments in a URL, so the object would get a different key.
  if (segments.some((each) => each === '.' || each === '..')) return 'dot-segment'
  // A lone surrogate has no UTF-8 form.
  if (!key.isWellFormed()) return 'not-unicode'
  return utf8Length(key) > S3_LIMITS.maxKeyBytes ? 'too-long' : null
}

function isToken(piece: Piece, token: KeyToken): boolean {
  return piece.kind === 'token' && piece.token === token
}

function digits(value: number, width: number): string {
  return String(value).padStart(width, '0')
}

function escaped(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
}

/**
 * Up to this length the whole file is hashed; of a longer one only its first, middle and last MiB.
 */
const WHOLE_UP_TO_BYTES = 3 * MIB

/**
 * Page and host compute `{hash8}` in the same way: the first eight hex digits of SHA-256 over this
 * text and the bytes of these ranges.
 */
export function hash8Input(byteLength: number): {
  readonly head: string
  readonly ranges: readonly ByteRange[]
} {
  const head = `${byteLength}\n`
  if (byteLength <= WHOLE_UP_TO_BYTES) return { head, ranges: [{ start: 0, end: byteLength }] }
  const middle = Math.floor((byteLength - MIB) / 2)
  const ranges = [0, middle, byteLength - MIB].map((start) => ({ start, end: start + MIB }))
  return { head, ranges }
}

/**
 * The length of a text in UTF-8 bytes; a lone surrogate counts as the character by which encoders
 * replace it.
 */
function utf8Length(text: string): number {
  let length = 0
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0
    length += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4
  }
  return length
}
