import { constants } from 'node:os'
import { COMMAND_NAMES } from '../../contract/ferry-bridge.ts'

const LEVELS: Readonly<Record<string, string>> = { 30: 'info', 40: 'warn', 50: 'error' }
const MAX_FRAMES = 6
const MAX_DEPTH = 3

/**
 * The texts of a line that may leave this computer, by the name of their field. They are Ferry's
 * own words; every other text could contain a name, a path or an address, and is left out.
 */
const OWN_WORDS: Readonly<Record<string, RegExp>> = {
  kind: /^[a-z]+(?:-[a-z0-9]+)*$/,
  reason: /^[a-z]+(?:-[a-z]+)*$/,
  integrity: /^[a-z0-9]+$/,
  reference: /^[0-9a-f]{8}$/,
  errorDescription: /^ERR_[A-Z0-9_]+$/,
  type: /^(?:Utility|Zygote|Sandbox helper|GPU|Unknown)$/,
  where: /^[a-z]{1,12}(?: [a-z]{1,12})*$/,
}
const MAX_WORD_LENGTH = 60

/**
 * A line of the log as others may see it: time, level, the constant text, and only those fields
 * that are numbers or Ferry's own words. Null for a line that is not Ferry's.
 */
export function redactedLine(line: string): string | null {
  const fields = fieldsOf(line)
  if (fields === null) return null
  const { level, time, msg, ...rest } = fields
  const at = typeof time === 'string' && /^[\dT:.Z-]+$/.test(time) ? time : '?'
  const text = typeof msg === 'string' ? ownSentence(msg) : ''
  const kept = Object.entries(rest).flatMap(([name, value]) => {
    const shown = redactedField(name, value, MAX_DEPTH)
    return shown === null ? [] : [`${name}=${shown}`]
  })
  return [at, LEVELS[String(level)] ?? '?', text, ...kept].join(' ')
}

/**
 * Texts of the log are constants (test/core/host/log-texts.test.ts): sentences of plain words. A
 * text that does not look like one is still not shown.
 */
function ownSentence(text: string): string {
  return /^[A-Z][a-z']{0,15}(?:[ ,-]{1,2}[A-Za-z][a-z']{0,15}){1,15}$/.test(text) ? text : '[…]'
}

function redactedField(name: string, value: unknown, depth: number): string | null {
  if (!/^[a-z][A-Za-z-]{0,23}$/.test(name)) return null
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (name === 'error' && typeof value === 'string') return redactedError(value)
  if (typeof value === 'string') return isOwnWord(name, value) ? value : '[…]'
  if (Array.isArray(value)) return `[${value.length}]`
  if (typeof value !== 'object' || value === null || depth === 0) return null
  const inner = Object.entries(value).flatMap(([key, each]) => {
    const shown = redactedField(key, each, depth - 1)
    return shown === null ? [] : [`${key}=${shown}`]
  })
  return `{${inner.join(' ')}}`
}

function isOwnWord(name: string, text: string): boolean {
  const isCommand = Object.hasOwn(COMMAND_NAMES, text)
  if (isCommand && (name === 'command' || name === 'where')) return true
  return text.length <= MAX_WORD_LENGTH && (OWN_WORDS[name]?.test(text) ?? false)
}

/**
 * The kind of the error and its position in Ferry's code; never its message, which may quote paths,
 * addresses or object keys.
 */
function redactedError(text: string): string {
  const isStack = /\n\s+at /.test(text)
  const kind = isStack ? /^(?:[A-Z][A-Za-z0-9]*)?(?:Error|Exception)\b/.exec(text)?.[0] : undefined
  const codes = [...new Set(text.match(/\b[A-Z][A-Z0-9_]{2,40}\b/g))].filter(isErrorCode)
  const frames = text
    .split('\n')
    .flatMap((line) => frameOf(line) ?? [])
    .slice(0, MAX_FRAMES)
  return [kind ?? '[…]', ...codes, ...frames.map((frame) => `@${frame}`)].join(' ')
}

function isErrorCode(word: string): boolean {
  return (
    Object.hasOwn(constants.errno, word) ||
    ['ENOTFOUND', 'EAI_AGAIN', 'ERR_SQLITE_ERROR'].includes(word) ||
    /^ERR_(?:[A-Z]+_)*[A-Z]+$/.test(word)
  )
}

/** A position in our bundle, in our sources or in Node itself. */
function frameOf(line: string): string | null {
  const frame =
    /^\s+at .*?(?:[/\\](?:out|electron)[/\\]|node:)((?:[\w-]+[/\\])*[\w.-]+):(\d+)/.exec(line)
  return frame === null ? null : `${frame[1]}:${frame[2]}`
}

function fieldsOf(line: string): Record<string, unknown> | null {
  try {
    const parsed: unknown = JSON.parse(line)
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : null
  } catch {
    // The first line of a tail begins somewhere in its middle.
    return null
  }
}

/** Removes everything that is known to be private, wherever it still occurs. */
export function withoutPrivate(text: string, privateTexts: readonly string[]): string {
  return privateTexts
    .filter((each) => each.length >= 4)
    .toSorted((one, other) => other.length - one.length)
    .reduce((rest, each) => rest.replaceAll(each, '[…]'), text)
}
