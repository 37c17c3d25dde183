import { createHash } from 'node:crypto'

/** Ferry's own folder among the objects: what is on its way, parts and older versions. */
export const WORK_FOLDER = '.ferry'
/** Objects whose keys cannot be file names everywhere. */
export const UNUSUAL_FOLDER = 'unusual-names'

const MAX_PLAIN_BYTES = 200
const MAX_ESCAPED_CHARS = 200
/** Names that Windows keeps for devices, with any ending. */
const DEVICE_NAME = /^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i
/** Control characters, those that turn the direction of a text, and what Windows forbids. */
const FORBIDDEN = /[\p{Cc}\u2028-\u202e\u2066-\u2069\ufffe\uffff<>:"\\|?*]/u

/**
 * The relative path under which a key may lie in the folder under its own readable name, or null
 * when it would not be the same unambiguous file on Linux, macOS and Windows alike.
 */
export function plainPathOf(key: string): string | null {
  if (Buffer.byteLength(key) > MAX_PLAIN_BYTES || key !== key.normalize('NFC')) return null
  const segments = key.split('/')
  if (!segments.every(isPlainSegment)) return null
  const first = foldOf(segments[0] ?? '')
  return first === WORK_FOLDER || first === UNUSUAL_FOLDER ? null : key
}

function isPlainSegment(segment: string): boolean {
  return (
    segment !== '' &&
    !/^\.{1,2}$/.test(segment) &&
    !/[. ]$|^ /.test(segment) &&
    !FORBIDDEN.test(segment) &&
    !DEVICE_NAME.test(segment)
  )
}

/** Equal for two paths that some file system takes for one: case and Unicode form do not count. */
export function foldOf(path: string): string {
  return path.normalize('NFC').toUpperCase().toLowerCase().normalize('NFD')
}

/** Where every other key lies: an own name for each key, made of lower-case letters and digits. */
export function escapedPathOf(key: string): string {
  const escaped = [...Buffer.from(key)].map(escapedByte).join('')
  const name =
    escaped.length <= MAX_ESCAPED_CHARS
      ? `k-${escaped}`
      : `h-${createHash('sha256').update(key).digest('hex')}`
  return `${UNUSUAL_FOLDER}/${name}`
}

/** The key behind a name that `escapedPathOf` made; null when the name holds only its hash. */
export function keyOfEscapedName(name: string): string | null {
  if (!/^k-([a-z0-9_-]|%[0-9a-f]{2})*$/.test(name)) return null
  try {
    const key = decodeURIComponent(name.slice(2))
    return escapedPathOf(key) === `${UNUSUAL_FOLDER}/${name}` ? key : null
  } catch {
    return null
  }
}

function escapedByte(byte: number): string {
  const char = String.fromCharCode(byte)
  return /[a-z0-9_-]/.test(char) ? char : `%${byte.toString(16).padStart(2, '0')}`
}
