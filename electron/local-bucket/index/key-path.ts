import { createHash } from 'node:crypto'

/**
 * The three folders of a bucket are siblings, so a path in one never leads into another, whatever
 * names the file system treats as equal. A stored path begins with one of them.
 */
export const OBJECTS = 'objects'
/** Objects whose keys are not valid file names on every system. */
export const UNUSUAL = 'unusual-names'
/** Incoming bodies, parts, older versions, and files to be deleted. */
export const WORK = 'work'

/** Older versions of Ferry kept these inside the objects folder; no key maps to them. */
export const FORMER_FOLDERS = { work: '.ferry', unusual: 'unusual-names' } as const

const MAX_PLAIN_BYTES = 200
const MAX_ESCAPED_CHARS = 202
/** Names that Windows reserves for devices, with any extension. */
const DEVICE_NAME = /^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i
/**
 * Control characters, characters that change the text direction, characters that Windows forbids,
 * and characters that a file system may ignore (as HFS+ and ext4's case folding do) or map (private
 * use: Samba, macOS).
 */
const FORBIDDEN =
  /[\p{Cc}\p{Default_Ignorable_Code_Point}\p{Co}\u2028-\u202e\u2066-\u2069\ufffe\uffff<>:"\\|?*]/u
/** Windows' short names for long ones, such as `PHOTOS~1.JPE`. */
const SHORT_NAME = /~\d/
/**
 * Finder and Explorer write these files into any folder that the user opens, and overwrite files of
 * the same name.
 */
const SYSTEM_FILE = /^(\.ds_store|\._.*|thumbs\.db|desktop\.ini|icon\r)$/is

/**
 * The relative path of a key's readable file, or null when it would not be the same unambiguous
 * file on Linux, macOS and Windows.
 */
export function plainPathOf(key: string): string | null {
  if (Buffer.byteLength(key) > MAX_PLAIN_BYTES || key !== key.normalize('NFC')) return null
  const segments = key.split('/')
  if (!segments.every(isPlainSegment)) return null
  const first = foldOf(segments[0] ?? '')
  return first === FORMER_FOLDERS.work || first === FORMER_FOLDERS.unusual ? null : key
}

function isPlainSegment(segment: string): boolean {
  return (
    segment !== '' &&
    !/^\.{1,2}$/.test(segment) &&
    !/[. ]$|^ /.test(segment) &&
    !FORBIDDEN.test(segment) &&
    !DEVICE_NAME.test(segment) &&
    !SHORT_NAME.test(segment) &&
    !isSystemFile(segment)
  )
}

/** Whether macOS or Windows creates a file of this name by itself. */
export function isSystemFile(name: string): boolean {
  return SYSTEM_FILE.test(name)
}

/**
 * Two paths have the same fold when some file system may treat them as equal: case and Unicode form
 * are ignored.
 */
export function foldOf(path: string): string {
  return path.normalize('NFC').toUpperCase().toLowerCase().normalize('NFD')
}

/**
 * The file name of a key without a readable path: unique, and made of lower-case letters and
 * digits.
 */
export function escapedNameOf(key: string, maxChars = MAX_ESCAPED_CHARS): string {
  const name = readableName(key)
  return name.length <= Math.min(maxChars, MAX_ESCAPED_CHARS)
    ? name
    : `h-${createHash('sha256').update(key).digest('hex')}`
}

function readableName(key: string): string {
  return `k-${[...Buffer.from(key)].map(escapedByte).join('')}`
}

/** The key of a name from `escapedNameOf`; null when the name contains only its hash. */
export function keyOfEscapedName(name: string): string | null {
  if (!/^k-([a-z0-9_-]|%[0-9a-f]{2})*$/.test(name)) return null
  try {
    const key = decodeURIComponent(name.slice(2))
    return readableName(key) === name ? key : null
  } catch {
    return null
  }
}

function escapedByte(byte: number): string {
  const char = String.fromCharCode(byte)
  return /[a-z0-9_-]/.test(char) ? char : `%${byte.toString(16).padStart(2, '0')}`
}
